import { earliest } from '../posture/evidence.js';
import { type Posture } from '../posture/posture.js';
import { elapsed, later, MINUTE_MS, monotonic, type MonotonicMs, SECOND_MS, type Stamp } from '../time.js';

/** A posture must last this long to end another one's clock (docs/policy.md, "Clocks"). */
const CONFIRM_MS = 60 * SECOND_MS;
/** A walking bout: this much moving within the window. */
const WALK_MS = 60 * SECOND_MS;
const WALK_WINDOW_MS = 120 * SECOND_MS;
/** Being away this long ends stillness, unless a step counter shows fewer steps than a walk has. */
const AWAY_ENDS_STILL_MS = 5 * MINUTE_MS;
const AWAY_WALK_STEPS = 20;
/** After this long without evidence the clocks freeze. */
export const FREEZE_AFTER_MS = 15 * MINUTE_MS;

/** A running dwell. `frozenAt` while it is stopped by missing evidence; thawing shifts `since` by the pause. */
export interface DwellClock {
  readonly since: Stamp;
  readonly frozenAt: Stamp | null;
}

/** Steps counted so far and when the counter was last read. */
export interface StepReading {
  readonly counted: number;
  readonly at: Stamp;
}

export const CLOCKS = ['sit', 'stand', 'still'] as const;
export type ClockName = (typeof CLOCKS)[number];

/** The clocks that decide (docs/policy.md, "Clocks"). Only observed posture ends them. */
export interface DwellState {
  readonly posture: Posture;
  readonly sit: DwellClock | null;
  readonly stand: DwellClock | null;
  readonly still: DwellClock | null;
  /** Start of the running stretch that is not sitting / not standing. Missing evidence does not interrupt it. */
  readonly offSeat: Stamp | null;
  readonly offFeet: Stamp | null;
  /** Moving stretches that reach into the walk window; the last one may be open. */
  readonly walks: readonly { readonly from: Stamp; readonly to: Stamp | null }[];
  /** The running absence and the step counter at its start. */
  readonly away: { readonly since: Stamp; readonly counted: number | null } | null;
  /** The person was not at the desk (or not known to be) before the present posture. */
  readonly gone: boolean;
  readonly returnedAt: Stamp | null;
  /** Evidence is missing since. */
  readonly gapSince: Stamp | null;
}

export const initialDwell = (at: Stamp): DwellState => ({
  posture: 'unknown',
  sit: null,
  stand: null,
  still: null,
  offSeat: null,
  offFeet: null,
  walks: [],
  away: null,
  gone: true,
  returnedAt: null,
  gapSince: at,
});

/** How long the clock has run in ms, pauses left out; null when it does not run. */
export const dwellMs = (clock: DwellClock | null, at: Stamp): number | null =>
  clock === null ? null : Math.max(0, elapsed(clock.since, clock.frozenAt ?? at));

/** The instant at which the clock reaches `ms`; null while it is stopped or does not run. */
export const reachesAt = (clock: DwellClock | null, ms: number): MonotonicMs | null =>
  clock?.frozenAt === null ? monotonic(clock.since.mono + ms) : null;

const start = (clock: DwellClock | null, since: Stamp): DwellClock => clock ?? { since, frozenAt: null };

function eachClock(dwell: DwellState, change: (clock: DwellClock) => DwellClock): DwellState {
  const changed = (clock: DwellClock | null): DwellClock | null => (clock === null ? null : change(clock));
  return { ...dwell, sit: changed(dwell.sit), stand: changed(dwell.stand), still: changed(dwell.still) };
}

/** Stops the clocks: what happens from here on is not known well enough to be counted. */
export const freeze = (dwell: DwellState, at: Stamp): DwellState => ({
  ...eachClock(dwell, (clock) => (clock.frozenAt === null ? { ...clock, frozenAt: at } : clock)),
  gone: true,
});

const isFrozen = ({ sit, stand, still }: DwellState): boolean =>
  [sit, stand, still].some((clock) => clock !== null && clock.frozenAt !== null);

function thaw(dwell: DwellState, at: Stamp): DwellState {
  return eachClock(dwell, ({ since, frozenAt }) => ({
    since: frozenAt === null ? since : later(since, Math.max(0, elapsed(frozenAt, at))),
    frozenAt: null,
  }));
}

/** A new day begins: a clock that stands frozen across it (the hub or the band was off overnight) is over. */
export const crossDay = (dwell: DwellState): DwellState =>
  isFrozen(dwell) ? { ...dwell, sit: null, stand: null, still: null } : dwell;

/** Stillness after an absence that ended at `back`. */
function stillAfter({ still, away }: DwellState, back: Stamp, steps: StepReading | null): DwellClock | null {
  if (away === null || elapsed(away.since, back) < AWAY_ENDS_STILL_MS) return still;
  const unread = steps === null || away.counted === null || steps.at.mono <= away.since.mono;
  if (unread) return null;
  return steps.counted - away.counted < AWAY_WALK_STEPS ? still : null;
}

/** Books the walk stretches: the open one ends, a new one begins with moving. */
function walksAfter({ walks }: DwellState, posture: Posture, since: Stamp): DwellState['walks'] {
  const closed = walks.map(({ from, to }) => ({ from, to: to ?? since }));
  const recent = closed.filter((walk) => elapsed(walk.to, since) < WALK_WINDOW_MS);
  return posture === 'moving' ? [...recent, { from: since, to: null }] : recent;
}

/** At the desk: the clocks of this posture run. */
const atDesk = (dwell: DwellState, since: Stamp): DwellState => ({
  ...dwell,
  sit: dwell.posture === 'sitting' ? start(dwell.sit, since) : dwell.sit,
  stand: dwell.posture === 'standing' ? start(dwell.stand, since) : dwell.stand,
  still: start(dwell.still, since),
  gone: false,
  returnedAt: dwell.gone ? since : dwell.returnedAt,
});

/** Not at the desk. */
const leave = (dwell: DwellState, since: Stamp, steps: StepReading | null): DwellState => ({
  ...dwell,
  away: dwell.away ?? { since, counted: steps?.counted ?? null },
  gone: true,
});

/** Off the seat or off the feet: since when, over all postures that are neither unknown nor `home`. */
const off = (since: Stamp | null, home: boolean, now: Stamp): Stamp | null => (home ? null : (since ?? now));

/** The published posture changed to `posture`, back-dated to `since`. */
export function turnDwell(before: DwellState, posture: Posture, since: Stamp, steps: StepReading | null): DwellState {
  const walks = walksAfter(before, posture, since);
  if (posture === 'unknown') {
    return { ...before, posture, walks, gapSince: before.posture === 'unknown' ? before.gapSince : since };
  }
  const dwell: DwellState = {
    ...thaw(settleDwell(before, since), since),
    posture,
    walks,
    gapSince: null,
    offSeat: off(before.offSeat, posture === 'sitting', since),
    offFeet: off(before.offFeet, posture === 'standing', since),
  };
  if (posture === 'away' || posture === 'lying') return leave(dwell, since, steps);
  const back: DwellState = { ...dwell, still: stillAfter(dwell, since, steps), away: null };
  return posture === 'moving' ? back : atDesk(back, since);
}

/** Moving time within the walk window before `at`, in ms. */
function walkedMs({ walks }: DwellState, at: Stamp): number {
  let sum = 0;
  for (const { from, to } of walks) {
    const end = Math.min(to?.mono ?? at.mono, at.mono);
    sum += Math.max(0, end - Math.max(from.mono, at.mono - WALK_WINDOW_MS));
  }
  return sum;
}

const lasted = (since: Stamp | null, at: Stamp): boolean => since !== null && elapsed(since, at) >= CONFIRM_MS;

/** A gap that became too long to count through freezes the clocks. */
function settleGap(dwell: DwellState, at: Stamp): DwellState {
  const long = dwell.gapSince !== null && elapsed(dwell.gapSince, at) >= FREEZE_AFTER_MS;
  return long && !dwell.gone ? freeze(dwell, at) : dwell;
}

/**
 * What has been confirmed by `known`: the end of a clock, a walk, or a gap too long to count through. `known` is the
 * instant up to which the published posture stands; a candidate for the next one casts doubt on everything after it.
 */
export function settleDwell(dwell: DwellState, known: Stamp): DwellState {
  const { posture } = dwell;
  if (posture === 'unknown') return settleGap(dwell, known);
  if (posture === 'moving' && walkedMs(dwell, known) >= WALK_MS)
    return { ...dwell, sit: null, stand: null, still: null };
  const endsSit = dwell.sit !== null && lasted(dwell.offSeat, known);
  const endsStand = dwell.stand !== null && lasted(dwell.offFeet, known);
  if (!endsSit && !endsStand) return dwell;
  return { ...dwell, sit: endsSit ? null : dwell.sit, stand: endsStand ? null : dwell.stand };
}

/** The next instant after `at` at which `settleDwell` can change something; may be early, is never late. */
export function dwellDue(dwell: DwellState, at: Stamp): MonotonicMs | null {
  const from = (since: Stamp | null, ms: number): MonotonicMs | null => {
    const due = since === null ? null : monotonic(since.mono + ms);
    return due !== null && due > at.mono ? due : null;
  };
  if (dwell.posture === 'unknown') return dwell.gone ? null : from(dwell.gapSince, FREEZE_AFTER_MS);
  const missing = WALK_MS - walkedMs(dwell, at);
  const walk = dwell.posture === 'moving' && missing > 0 ? monotonic(at.mono + missing) : null;
  return earliest(from(dwell.offSeat, CONFIRM_MS), from(dwell.offFeet, CONFIRM_MS), walk);
}
