import { type Guard } from '../guard.js';
import { isLowerMode, type Mode } from '../policy.js';
import { type Prompt, type PromptKind } from '../prompt.js';
import { epoch, type EpochMs, HOUR_MS, type Interval, monotonic, type MonotonicMs, type Stamp } from '../time.js';

/** Absolute hours of today and tomorrow. `dayEnds` is null once that boundary has passed and no new one came. */
export interface Calendar {
  readonly working: readonly Interval[];
  readonly quiet: readonly Interval[];
  readonly dayEnds: EpochMs | null;
}

/** What the coach remembers of one person: plain JSON. */
export interface CoachState {
  /** Null until the first one came: no hours, no prompts. */
  readonly calendar: Calendar | null;
  readonly snoozedUntil: Stamp | null;
  /** A mode lowered from outside; void as soon as the config says something else than it did then. */
  readonly lowered: { readonly to: Mode; readonly configured: Mode } | null;
  readonly open: Prompt | null;
  /** Prompts of the last hour. */
  readonly issued: readonly { readonly at: Stamp; readonly kind: PromptKind }[];
  readonly issuedToday: number;
  readonly lastNumber: number;
  /** Back-off per kind: nothing of this kind before. */
  readonly heldUntil: Readonly<Record<PromptKind, Stamp | null>>;
  /** When a walk at the desk was last seen to end: the one breakpoint known without a computer's help. */
  readonly breakpointAt: Stamp | null;
  readonly guards: readonly Guard[];
}

export const initialCoach: CoachState = {
  calendar: null,
  snoozedUntil: null,
  lowered: null,
  open: null,
  issued: [],
  issuedToday: 0,
  lastNumber: 0,
  heldUntil: { stand: null, sit: null, walk: null },
  breakpointAt: null,
  guards: [],
};

/** Wall time as an instant of the monotonic clock, read off the pair in `at`. */
export const instantOf = (wall: EpochMs, at: Stamp): MonotonicMs => monotonic(at.mono + (wall - at.epoch));

/** The configured mode, or the lower one asked for since. */
export function effectiveMode({ lowered }: CoachState, configured: Mode): Mode {
  if (lowered?.configured !== configured) return configured;
  return isLowerMode(lowered.to, configured) ? lowered.to : configured;
}

/** Snoozed now. The end counts on whichever clock reaches it first, so that setting a clock cannot prolong it. */
export const isSnoozed = ({ snoozedUntil }: CoachState, at: Stamp): boolean =>
  snoozedUntil !== null && at.mono < snoozedUntil.mono && at.epoch < snoozedUntil.epoch;

/** Working hours left of this day, begun ones in full: so many prompts are kept back for hard limits. */
export function workingHoursLeft(calendar: Calendar | null, at: Stamp): number {
  return Math.ceil(workingMsLeft(calendar, at) / HOUR_MS);
}

export function workingMsLeft(calendar: Calendar | null, at: Stamp): number {
  if (calendar === null) return 0;
  const end = calendar.dayEnds ?? epoch(Number.MAX_SAFE_INTEGER);
  let ms = 0;
  for (const { from, to } of calendar.working) ms += Math.max(0, Math.min(to, end) - Math.max(from, at.epoch));
  return ms;
}
