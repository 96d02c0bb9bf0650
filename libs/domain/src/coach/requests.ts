import { type DomainEvent } from '../event.js';
import { isLowerMode, type PersonPolicy } from '../policy.js';
import { type PromptKind } from '../prompt.js';
import { epoch, HOUR_MS, later, MINUTE_MS, monotonic, type Stamp } from '../time.js';
import { type CoachState, effectiveMode, instantOf } from './coach.js';
import { closePrompt, requestMove, type Turn } from './life-cycle.js';

type EventOf<Type extends DomainEvent['type']> = Extract<DomainEvent, { readonly type: Type }>;

/** No snooze is longer (C-10). */
const MAX_SNOOZE_MS = 12 * HOUR_MS;
/** What an answer costs its kind (docs/policy.md, "Decision order" 8). */
const LATER_MS = 5 * MINUTE_MS;
const REFUSED_MS = 10 * MINUTE_MS;

const hold = (coach: CoachState, kind: PromptKind, until: Stamp): CoachState => ({
  ...coach,
  heldUntil: { ...coach.heldUntil, [kind]: until },
});

/** The person answered the open prompt. Answers to prompts that are closed or not theirs change nothing. */
export function answered(before: CoachState, event: EventOf<'PromptAnswered'>, at: Stamp): Turn {
  const { open } = before;
  if (open?.id !== event.promptId) return { coach: before, effects: [] };
  const { promptId, personId, answer, surface } = event;
  const { coach, effects } = closePrompt(before, answer, at);
  const journal = { type: 'JournalAnswer' as const, promptId, personId, answer, surface, at };
  switch (answer) {
    case 'accepted':
      return { coach, effects: [journal, ...effects, ...requestMove(open)] };
    case 'later':
      return { coach: hold(coach, open.kind, later(at, LATER_MS)), effects: [journal, ...effects] };
    case 'refused': {
      const held = coach.heldUntil[open.kind];
      const until = later(at, REFUSED_MS);
      const longer = held !== null && held.mono > until.mono ? held : until;
      return { coach: hold(coach, open.kind, longer), effects: [journal, ...effects] };
    }
  }
}

/** Silence for some minutes; at most 12 h and not beyond the day. 0 ends it; what is no duration is ignored. */
export function snoozed(coach: CoachState, minutes: number, at: Stamp): CoachState {
  if (!(minutes >= 0)) return coach;
  if (minutes === 0) return { ...coach, snoozedUntil: null };
  const asked = later(at, Math.min(minutes * MINUTE_MS, MAX_SNOOZE_MS));
  const dayEnds = coach.calendar?.dayEnds ?? null;
  if (dayEnds === null || dayEnds >= asked.epoch) return { ...coach, snoozedUntil: asked };
  return { ...coach, snoozedUntil: { mono: instantOf(dayEnds, at), epoch: dayEnds } };
}

/** A mode may only be lowered from outside; anything else is ignored. */
export function modeLowered(coach: CoachState, event: EventOf<'ModeLowered'>, policy: PersonPolicy): CoachState {
  const lower = isLowerMode(event.mode, effectiveMode(coach, policy.mode));
  return lower ? { ...coach, lowered: { to: event.mode, configured: policy.mode } } : coach;
}

/** New absolute hours. A day boundary that has passed already is none. */
export function calendarResolved(coach: CoachState, event: EventOf<'CalendarResolved'>, at: Stamp): CoachState {
  const { working, quiet, dayEnds } = event;
  return { ...coach, calendar: { working, quiet, dayEnds: dayEnds > at.epoch ? dayEnds : null } };
}

/** The tracked day is over: its budget and every snooze end with it. */
export const dayOver = (coach: CoachState): CoachState => ({
  ...coach,
  calendar: coach.calendar === null ? null : { ...coach.calendar, dayEnds: null },
  issuedToday: 0,
  snoozedUntil: null,
});

/** When the running day ends, on both clocks; null: not known. */
export function dayEndOf({ calendar }: CoachState, at: Stamp): Stamp | null {
  const dayEnds = calendar?.dayEnds ?? null;
  return dayEnds === null ? null : { mono: monotonic(instantOf(dayEnds, at)), epoch: epoch(dayEnds) };
}
