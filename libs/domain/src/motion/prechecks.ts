import { type Guard } from '../guard.js';
import { type MotionPolicy, type PersonPolicy } from '../policy.js';
import { MINUTE_MS, elapsed, type Stamp } from '../time.js';
import { type MoveKind, faultHolds, handHolds, spacingHolds, vetoHolds } from './coach-holds.js';
import { allowedRange, heightStale, lastUpheaval } from './desk-facts.js';
import { maybeOwn } from './hand-move.js';
import { BUDGET_MS, motorTimeMs, travelMs } from './motor-budget.js';
import { type MotionEvent } from './motion-event.js';
import {
  atDesk,
  effectiveMode,
  movedSince,
  type PersonFacts,
  postureSettled,
  quietNow,
  worksNow,
} from './person-facts.js';
import { confirmationFresh, evidenceFresh, newer } from './presence-evidence.js';
import { type SupervisorState } from './supervisor-state.js';

/** The desk is where it should be within this: the rest error of the class (docs/protocols/linak.md). */
const THERE_MM = 2;
/** A desk stands at a saved preset, and a coach move goes to one, within this (S-08). */
export const PRESET_MM = 5;
/** Coach moves wait this long after link, height, limits or a clock jump (S-06). */
const UPHEAVAL_MS = 2 * MINUTE_MS;
/** A motion command older than this is refused; so is one from as far in the future (S-13). */
const COMMAND_AGE_MS = 10_000;

/** Whether a command of this age (ms; negative: from the future) may not move anything any more. */
export const isStaleCommand = (ageMs: number): boolean => !(Math.abs(ageMs) <= COMMAND_AGE_MS);

export type MoveRequested = Extract<MotionEvent, { type: 'MoveRequested' }>;
type CoachRequest = Extract<MoveRequested['request'], { origin: 'coach' }>;
type CommandRequest = Extract<MoveRequested['request'], { origin: 'command' }>;

interface Bench {
  readonly state: SupervisorState;
  readonly policy: MotionPolicy;
  readonly targetMm: number;
  readonly now: Stamp;
}

interface CoachBench extends Bench {
  readonly request: CoachRequest;
  readonly person: PersonPolicy;
  readonly facts: PersonFacts;
}

interface CommandBench extends Bench {
  readonly request: CommandRequest;
}

/** One named reason against a move. */
type Check<B extends Bench> = readonly [guard: Guard, holds: (bench: B) => boolean];

/** What binds every motion, whoever asked. */
const ALWAYS: readonly Check<Bench>[] = [
  ['locked-out', ({ state }) => state.lockedOut],
  ['move-active', ({ state }) => state.active !== null],
  ['link-down', ({ state }) => !state.desk.up],
  ['height-unknown', ({ state }) => state.desk.reading === null],
  ['height-stale', ({ state, now }) => state.desk.reading !== null && heightStale(state.desk.reading, now)],
  ['limits-unknown', ({ state }) => state.desk.limits === null],
  ['target-out-of-limits', (bench) => !targetAllowed(bench)],
  ['motor-budget', (bench) => overBudget(bench)],
  // Driving against a hand on the keys is an error of the desk as well (alex20465/deskbluez #6).
  ['just-moved', ({ state }) => state.hand !== null && !maybeOwn(state.hand)],
  ['already-there', ({ state, targetMm }) => Math.abs((state.desk.reading?.heightMm ?? NaN) - targetMm) <= THERE_MM],
];

/** What binds the coach besides. */
const COACH: readonly Check<CoachBench>[] = [
  ['mode-off', ({ facts, person }) => effectiveMode(facts, person) === 'off'],
  ['mode-observe', ({ facts, person }) => effectiveMode(facts, person) === 'observe'],
  ['not-confirmed', (bench) => effectiveMode(bench.facts, bench.person) === 'notify' || !confirmed(bench)],
  ['no-presence', ({ facts }) => facts.confirmation !== null && movedSince(facts, facts.confirmation.at)],
  ['nobody-there', ({ facts, now, person }) => !atDesk(facts, now, person)],
  ['uncertain-posture', ({ facts, now, person }) => !postureSettled(facts, now, person)],
  ['target-not-a-preset', ({ person, targetMm }) => presetKind(person, targetMm) === null],
  ['outside-working-hours', ({ facts, now }) => !quietNow(facts, now) && !worksNow(facts, now)],
  ['quiet-hours', ({ facts, now }) => quietNow(facts, now)],
  ['just-connected', ({ state, now }) => justConnected(state, now)],
  ['just-moved', ({ state, policy, now }) => spacingHolds(state.holds, policy.minMinutesBetweenMoves, now)],
  ['human-override', ({ state, now }) => handHolds(state.holds, now)],
  ['backing-off', ({ state, now }) => faultHolds(state.holds, now)],
  ['vetoed', ({ state, person, targetMm, now }) => vetoHolds(state.holds, presetKind(person, targetMm), now)],
];

/** What binds a command besides. */
const COMMAND: readonly Check<CommandBench>[] = [
  ['command-retained', ({ request }) => request.retained],
  ['command-without-age', ({ request }) => request.ageMs === null],
  ['command-stale', ({ request }) => request.ageMs !== null && isStaleCommand(request.ageMs)],
  ['command-duplicate', ({ request, state }) => state.commandIds.includes(request.commandId)],
  ['remote-commands-off', ({ policy }) => policy.remoteCommands === 'off'],
  [
    'no-presence',
    ({ policy, state, now }) => policy.remoteCommands !== 'open' && !evidenceFresh(lastEvidence(state), now),
  ],
];

const against = <B extends Bench>(checks: readonly Check<B>[], bench: B): readonly Guard[] =>
  checks.filter(([, holds]) => holds(bench)).map(([guard]) => guard);

/** Every reason against the requested move, in the order of the tables; empty where it may start now. */
export function guardsAgainst(
  state: SupervisorState,
  event: MoveRequested,
  now: Stamp,
  policy: MotionPolicy,
): readonly Guard[] {
  const bench: Bench = { state, policy, targetMm: event.targetMm, now };
  return [...new Set([...against(ALWAYS, bench), ...originGuards(bench, event.request)])];
}

function originGuards(bench: Bench, request: MoveRequested['request']): readonly Guard[] {
  if (request.origin === 'command') return against(COMMAND, { ...bench, request });
  const person = bench.policy.persons.find(({ personId }) => personId === request.personId);
  const facts = bench.state.persons[request.personId];
  return person === undefined || facts === undefined
    ? ['not-confirmed']
    : against(COACH, { ...bench, request, person, facts });
}

/** Which of the person's saved heights this is, within 5 mm; null: none of them. */
export function presetKind({ presets }: PersonPolicy, targetMm: number): MoveKind | null {
  const near = (mm: number | null): boolean => mm !== null && Math.abs(mm - targetMm) <= PRESET_MM;
  if (near(presets.sitMm)) return 'sit';
  return near(presets.standMm) ? 'stand' : null;
}

/** Whether somebody is proved at this desk now: what an acceptance from afar needs beside itself. */
export const provedAtDesk = (state: SupervisorState, now: Stamp): boolean => evidenceFresh(lastEvidence(state), now);

/** The latest act that proved anybody at this desk. */
export const lastEvidence = (state: SupervisorState): Stamp | null =>
  Object.values<PersonFacts>(state.persons).reduce((last, { tapAt }) => newer(last, tapAt), state.handsetAt);

function targetAllowed({ state, policy, targetMm }: Bench): boolean {
  const range = allowedRange(state.desk, policy);
  // Unknown limits are named by their own guard.
  const inside = range === null ? Number.isFinite(targetMm) : targetMm >= range.minMm && targetMm <= range.maxMm;
  return inside && !policy.noGo.some(({ fromMm, toMm }) => targetMm >= fromMm && targetMm <= toMm);
}

function overBudget({ state, policy, targetMm, now }: Bench): boolean {
  if (state.desk.reading === null) return false;
  const needed = travelMs(targetMm - state.desk.reading.heightMm, policy.minSpeedMmS);
  return motorTimeMs(state.motor, now) + needed > BUDGET_MS;
}

/** A fresh, unspent confirmation of exactly this prompt, for this desk and this height. */
function confirmed({ state, policy, facts, request, targetMm, now }: CoachBench): boolean {
  const { confirmation } = facts;
  return (
    confirmation !== null &&
    confirmationFresh(facts, now) &&
    confirmation.promptId === request.promptId &&
    confirmation.deskId === policy.deskId &&
    confirmation.targetMm === targetMm &&
    !state.spentPrompts.includes(request.promptId)
  );
}

function justConnected({ desk }: SupervisorState, now: Stamp): boolean {
  const upheaval = lastUpheaval(desk);
  return upheaval === null || elapsed(upheaval, now) < UPHEAVAL_MS;
}
