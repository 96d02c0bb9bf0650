import { HOUR_MS, MINUTE_MS, elapsed, epoch, type EpochMs, type Stamp } from '../time.js';

/** Coach motion rests after a change by hand (docs/safety.md, S-09). */
const OVERRIDE_MS = 15 * MINUTE_MS;
/** Coach motion rests after a move that timed out or lost its link. */
const FAULT_MS = 30 * MINUTE_MS;
/** That kind of coach move rests after a stop or veto (S-04). */
const VETO_MS = 10 * MINUTE_MS;
/** Two human stops of coach moves within this time end coach motion for the day. */
const HUMAN_STOPS_MS = 4 * HOUR_MS;
const HUMAN_STOPS = 2;
/** Where no calendar has told the end of the day. */
const LONGEST_DAY_MS = 24 * HOUR_MS;

/** The two directions of a coach move, by the preset it goes to. */
export type MoveKind = 'sit' | 'stand';

/** Why the coach has to leave the desk alone for a while. Commands are not held by any of it. */
export interface CoachHolds {
  /** Last change by hand. */
  readonly overrideAt: Stamp | null;
  /** Last own move that timed out or lost its link. */
  readonly faultAt: Stamp | null;
  /** Start of the last own move, whoever asked. */
  readonly startedAt: Stamp | null;
  readonly vetoAt: Readonly<Record<MoveKind, Stamp | null>>;
  /** Human stops of coach moves in the last 4 h, at most two. */
  readonly humanStops: readonly Stamp[];
  /** No coach move before this wall time. */
  readonly dayBlockedUntil: EpochMs | null;
}

export const noHolds: CoachHolds = {
  overrideAt: null,
  faultAt: null,
  startedAt: null,
  vetoAt: { sit: null, stand: null },
  humanStops: [],
  dayBlockedUntil: null,
};

/** The later of two instants. */
export const latest = (one: Stamp | null, other: Stamp): Stamp =>
  one === null || other.mono >= one.mono ? other : one;

const fresh = (at: Stamp | null, now: Stamp, ms: number): boolean => at !== null && elapsed(at, now) <= ms;

export const overridden = (holds: CoachHolds, at: Stamp): CoachHolds => ({
  ...holds,
  overrideAt: latest(holds.overrideAt, at),
});

/** A stop or veto. `kind` null: nothing said which, so both rest. */
export function vetoed(holds: CoachHolds, kind: MoveKind | null, at: Stamp): CoachHolds {
  return {
    ...holds,
    vetoAt: {
      sit: kind === 'stand' ? holds.vetoAt.sit : latest(holds.vetoAt.sit, at),
      stand: kind === 'sit' ? holds.vetoAt.stand : latest(holds.vetoAt.stand, at),
    },
  };
}

/** A person stopped a coach move. The second within 4 h ends coach motion until the day ends. */
export function humanStopped(holds: CoachHolds, at: Stamp, dayEnds: EpochMs | null): CoachHolds {
  const humanStops = [...holds.humanStops.filter((stop) => fresh(stop, at, HUMAN_STOPS_MS)), at].slice(-HUMAN_STOPS);
  if (humanStops.length < HUMAN_STOPS) return { ...holds, humanStops };
  const known = dayEnds !== null && dayEnds > at.epoch;
  return { ...holds, humanStops, dayBlockedUntil: known ? dayEnds : epoch(at.epoch + LONGEST_DAY_MS) };
}

export const handHolds = (holds: CoachHolds, now: Stamp): boolean => fresh(holds.overrideAt, now, OVERRIDE_MS);

export const faultHolds = (holds: CoachHolds, now: Stamp): boolean => fresh(holds.faultAt, now, FAULT_MS);

export const vetoHolds = (holds: CoachHolds, kind: MoveKind | null, now: Stamp): boolean =>
  (kind !== null && fresh(holds.vetoAt[kind], now, VETO_MS)) ||
  (holds.dayBlockedUntil !== null && now.epoch < holds.dayBlockedUntil);

export const spacingHolds = (holds: CoachHolds, minMinutes: number, now: Stamp): boolean =>
  holds.startedAt !== null && elapsed(holds.startedAt, now) < minMinutes * MINUTE_MS;
