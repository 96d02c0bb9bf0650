import { elapsed, monotonic, type MonotonicMs, SECOND_MS, type Stamp } from '../time.js';
import { type Evidence, logRow, type Vector } from './evidence.js';
import { type PresencePhase } from './presence.js';

/** Length of the window, kept in one-second buckets. */
const WINDOW_MS = 10 * SECOND_MS;
/** Fewer seconds of data than this are no window. */
const MIN_BUCKETS = 3;
/** A window is evidence for this long after its last sample. */
const VALID_MS = 30 * SECOND_MS;
/** No wrist stays attached to a person above this; a corrupt sample is dropped. */
const MAX_G = 32;
/** Steps of the likelihood table, in mg of mean absolute deviation. */
const CALM_MG = 15;
const MOVING_MG = 50;
/** Typing, mouse and gestures stay below this; only then does the wrist count in full at the desk (design value). */
const UNMISTAKABLE_MG = 100;
/** Weight of the wrist while its person is at the desk: forearms on a raised desk look like sitting, gestures like moving. */
const AT_DESK_WEIGHT = 0.25;

interface Bucket {
  readonly fromMono: MonotonicMs;
  readonly count: number;
  readonly sumMg: number;
  readonly sumDeviationMg: number;
}

/** Acceleration, kept as one aggregate per second: samples come at up to 200/s and are not stored. */
export interface MotionFacts {
  readonly open: Bucket;
  readonly closed: readonly Bucket[];
  /** Mean of the last full window in mg, against which deviations are taken. */
  readonly meanMg: number;
  /** Mean absolute deviation of the last closed window in mg; null until there are enough seconds. */
  readonly madMg: number | null;
  readonly at: Stamp;
}

function close(facts: MotionFacts, now: MonotonicMs): MotionFacts {
  const closed = [...facts.closed, facts.open].filter((bucket) => now - bucket.fromMono <= WINDOW_MS);
  let count = 0;
  let sumMg = 0;
  let sumDeviationMg = 0;
  for (const bucket of closed) {
    count += bucket.count;
    sumMg += bucket.sumMg;
    sumDeviationMg += bucket.sumDeviationMg;
  }
  const enough = closed.length >= MIN_BUCKETS;
  return {
    ...facts,
    closed,
    meanMg: count > 0 ? sumMg / count : facts.meanMg,
    madMg: enough ? sumDeviationMg / count : null,
  };
}

/** Folds one sample in g. Only the first sample of a second can change the evidence. */
export function foldAcceleration(
  facts: MotionFacts | null,
  at: Stamp,
  g: readonly [number, number, number],
): MotionFacts | null {
  const mg = 1_000 * Math.hypot(...g);
  if (!(mg <= 1_000 * MAX_G)) return facts;
  if (facts === null) {
    return {
      open: { fromMono: at.mono, count: 1, sumMg: mg, sumDeviationMg: 0 },
      closed: [],
      meanMg: mg,
      madMg: null,
      at,
    };
  }
  const sameSecond = at.mono - facts.open.fromMono < SECOND_MS;
  const base = sameSecond ? facts : close(facts, at.mono);
  const open = sameSecond ? facts.open : { fromMono: at.mono, count: 0, sumMg: 0, sumDeviationMg: 0 };
  const deviation = Math.abs(mg - base.meanMg);
  const next = {
    ...open,
    count: open.count + 1,
    sumMg: open.sumMg + mg,
    sumDeviationMg: open.sumDeviationMg + deviation,
  };
  return { open: next, closed: base.closed, meanMg: base.meanMg, madMg: base.madMg, at };
}

/** P(deviation bin | posture) of a wrist over 10 s (docs/policy.md, "Posture"); away says nothing about the wrist. */
const BINS: readonly Vector[] = [
  [0.916, 0.711, 0.003, 0.913, 0.7],
  [0.066, 0.223, 0.02, 0.059, 0.7],
  [0.018, 0.066, 0.977, 0.026, 0.7],
];
const FULL = BINS.map((row) => logRow(row));
const DAMPED = BINS.map((row) => logRow(row, AT_DESK_WEIGHT));

/** The wrist's restlessness over the last 10 s. */
export function motionEvidence(facts: MotionFacts | null, phase: PresencePhase, at: Stamp): Evidence | null {
  if (facts === null || elapsed(facts.at, at) >= VALID_MS) return null;
  const { madMg } = facts;
  if (madMg === null) return null;
  const bin = madMg < CALM_MG ? 0 : madMg < MOVING_MG ? 1 : 2;
  const atDesk = phase === 'near' || phase === 'entering';
  const logLikelihood = (atDesk && madMg < UNMISTAKABLE_MG ? DAMPED : FULL)[bin];
  if (logLikelihood === undefined) return null;
  const reasons = [{ kind: 'motion' as const, madMg: Math.round(madMg), ageMs: elapsed(facts.at, at) }];
  return { logLikelihood, reasons, changesAt: monotonic(facts.at.mono + VALID_MS) };
}
