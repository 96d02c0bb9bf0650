import { BRAKE_MM_PER_S, type DeskMechanics } from '#libs/simulation';

/** The shortest a move can take: start delay, ramp up, cruise, ramp down. Milliseconds; without cruise for a short way. */
export function trapezoidMs(
  distanceMm: number,
  { cruiseMmPerS, accelerationMmPerS2, startDelayMs }: DeskMechanics,
): number {
  const rampsMm = cruiseMmPerS ** 2 / accelerationMmPerS2;
  const seconds =
    distanceMm >= rampsMm
      ? distanceMm / cruiseMmPerS + cruiseMmPerS / accelerationMmPerS2
      : 2 * Math.sqrt(distanceMm / accelerationMmPerS2);
  return startDelayMs + seconds * 1_000;
}

/** How long the motor turns on by itself when it is switched off at this speed: its ramp down to where the brake holds. */
export const brakeMs = (speedMmPerS: number, { accelerationMmPerS2 }: DeskMechanics): number =>
  (Math.max(0, Math.abs(speedMmPerS) - BRAKE_MM_PER_S) / accelerationMmPerS2) * 1_000;
