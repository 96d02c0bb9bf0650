import { MINUTE_MS, SECOND_MS, type MonotonicMs, type Stamp, monotonic } from '../time.js';
import { type HeightReading } from './desk-facts.js';

/** The window in which motor time is counted (docs/safety.md, S-05). */
export const BUDGET_WINDOW_MS = 10 * MINUTE_MS;

/**
 * Motor time allowed in one window. Control boxes of this class are printed "10 %, 2 min on / 18 min off"
 * (librick/uplift-ble #52): 60 s in 10 min keeps half of the longest permitted run in hand.
 */
export const BUDGET_MS = 60 * SECOND_MS;

/** Stretches closer than this are one: heights of a running desk come some 5 to 10 times a second. */
const JOIN_MS = 250;

/** More separate stretches than anybody can press in 10 min; beyond it the two oldest are counted as one, which only adds. */
const STRETCHES_MAX = 64;

/** The motor was running, by us or by hand. */
export interface MotorStretch {
  readonly from: MonotonicMs;
  readonly to: MonotonicMs;
}

/** Adds a stretch, joins it with the last one where they touch, and drops what has left the window. */
export function ranFor(ran: readonly MotorStretch[], stretch: MotorStretch): readonly MotorStretch[] {
  const kept = ran.filter(({ to }) => to > stretch.to - BUDGET_WINDOW_MS);
  const last = kept.at(-1);
  const joins = last !== undefined && stretch.from <= last.to + JOIN_MS;
  const merged = joins
    ? { from: monotonic(Math.min(last.from, stretch.from)), to: monotonic(Math.max(last.to, stretch.to)) }
    : stretch;
  return bounded([...(joins ? kept.slice(0, -1) : kept), merged]);
}

function bounded(ran: readonly MotorStretch[]): readonly MotorStretch[] {
  const [first, second, ...rest] = ran;
  if (ran.length <= STRETCHES_MAX || first === undefined || second === undefined) return ran;
  return [{ from: first.from, to: second.to }, ...rest];
}

/** Motor time in ms within the window that ends now. */
export function motorTimeMs(ran: readonly MotorStretch[], now: Stamp): number {
  const opens = now.mono - BUDGET_WINDOW_MS;
  return ran.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, now.mono) - Math.max(from, opens)), 0);
}

/** The longest a desk of this family takes for a distance, in ms; Infinity where the speed is not a speed. */
export const travelMs = (distanceMm: number, minSpeedMmS: number): number =>
  minSpeedMmS > 0 ? (Math.abs(distanceMm) / minSpeedMmS) * SECOND_MS : Infinity;

/**
 * The motor time behind two consecutive heights: no longer than the gap between them, and no longer than the distance takes at
 * the slowest honest speed (an idle desk is silent for hours before the first change). Null where the height did not change.
 */
export function stretchBetween(
  previous: HeightReading | null,
  reading: HeightReading,
  minSpeedMmS: number,
): MotorStretch | null {
  if (previous === null || previous.heightMm === reading.heightMm) return null;
  const longest = travelMs(reading.heightMm - previous.heightMm, minSpeedMmS);
  return { from: monotonic(Math.max(previous.at.mono, reading.at.mono - longest)), to: reading.at.mono };
}
