import { type DwellState } from '../dwell/dwell.js';
import { type Guard } from '../guard.js';
import { type Mode, type PersonPolicy } from '../policy.js';
import { type Posture } from '../posture/posture.js';
import { elapsed, HOUR_MS, SECOND_MS, type Stamp, within } from '../time.js';
import { type CoachState, isSnoozed, workingHoursLeft } from './coach.js';
import { type Due, PROMPT_GAP_MS } from './due.js';

/** The coach acts from this confidence (docs/policy.md, "Inputs"); published is already from 0.7. */
const ACT_AT = 0.8;
/** Evidence older than this prompts nothing (docs/policy.md, "Clocks": gaps). */
const GAP_MS = 90 * SECOND_MS;

/** What the guards look at. */
export interface Situation {
  readonly coach: CoachState;
  readonly dwell: DwellState;
  readonly posture: Posture;
  readonly confidence: number;
  readonly evidenceAgeMs: number;
  readonly mode: Mode;
}

/** Decision order 1: the coach is not to speak at all. */
export function silenceGuards({ coach, mode }: Pick<Situation, 'coach' | 'mode'>, at: Stamp): Guard[] {
  const { calendar } = coach;
  const guards: Guard[] = [];
  if (mode === 'off') guards.push('mode-off');
  if (mode === 'observe') guards.push('mode-observe');
  if (calendar === null || !within(calendar.working, at.epoch)) guards.push('outside-working-hours');
  if (calendar !== null && within(calendar.quiet, at.epoch)) guards.push('quiet-hours');
  if (isSnoozed(coach, at)) guards.push('snoozed');
  return guards;
}

/** Decision order 2: nobody there, or not sure enough of it. */
function postureGuards({ posture, confidence, evidenceAgeMs }: Situation): Guard[] {
  if (posture === 'away' || posture === 'lying') return ['nobody-there'];
  const guards: Guard[] = posture === 'unknown' || confidence < ACT_AT ? ['uncertain-posture'] : [];
  return evidenceAgeMs >= GAP_MS ? [...guards, 'evidence-gap'] : guards;
}

/** Decision order 3 and 4: just back, or a prompt is before the person already. */
function momentGuards({ coach, dwell }: Situation, at: Stamp, policy: PersonPolicy): Guard[] {
  const guards: Guard[] = [];
  const { returnedAt } = dwell;
  const settled = returnedAt === null || elapsed(returnedAt, at) >= policy.settleAfterReturnS * SECOND_MS;
  if (!settled && !dwell.gone) guards.push('just-returned');
  if (coach.open !== null) guards.push('prompt-open');
  return guards;
}

/** Why no prompt of any kind may be issued now. */
export const generalGuards = (situation: Situation, at: Stamp, policy: PersonPolicy): readonly Guard[] => [
  ...silenceGuards(situation, at),
  ...postureGuards(situation),
  ...momentGuards(situation, at, policy),
];

/**
 * The day's budget. One prompt per working hour still to come is kept back for hard sitting and standing limits, and of
 * those at most one an hour is spent: so no hour beyond a hard limit stays silent (C-03).
 */
function dayIsSpent(coach: CoachState, due: Due, at: Stamp, policy: PersonPolicy): boolean {
  const left = policy.prompts.perDayMax - coach.issuedToday;
  if (left <= 0) return true;
  if (left > workingHoursLeft(coach.calendar, at)) return false;
  const mayUseReserve = due.kind !== 'walk' && due.cause !== 'soft';
  return !mayUseReserve || coach.issued.some((prompt) => prompt.kind !== 'walk' && elapsed(prompt.at, at) < HOUR_MS);
}

/** Why this due prompt may not be issued now: buckets (none at the absolute limit, C-04) and its own back-off. */
export function dueGuards(coach: CoachState, due: Due, at: Stamp, policy: PersonPolicy): readonly Guard[] {
  const guards: Guard[] = [];
  if (due.cause !== 'absolute') {
    const last = coach.issued.at(-1);
    if (last !== undefined && elapsed(last.at, at) < PROMPT_GAP_MS) guards.push('prompt-gap');
    const lastHour = coach.issued.filter((prompt) => elapsed(prompt.at, at) < HOUR_MS);
    if (lastHour.length >= policy.prompts.perHourMax) guards.push('prompts-per-hour');
    if (dayIsSpent(coach, due, at, policy)) guards.push('prompts-per-day');
  }
  const held = coach.heldUntil[due.kind];
  if (held !== null && at.mono < held.mono) guards.push('backing-off');
  return guards;
}
