import { SECOND_MS, elapsed, type Stamp } from '../time.js';
import { type HeightReading } from './desk-facts.js';

/** A change by hand is at least this far … (docs/safety.md, "Hand moves") */
const HAND_MM = 10;

/** … over at least this many consecutive readings: one wrong reading is not a hand. */
const HAND_READINGS = 2;

/** Smaller differences are the resolution of the sensor, not motion. */
const STILL_MM = 1;

/** A hand move is over when the height has not changed for this long. */
export const HAND_REST_MS = 2 * SECOND_MS;

/** After our own transaction the desk runs on and settles: what moves then is still ours. */
const RUN_ON_MS = 3 * SECOND_MS;

/** A motion that no frame of ours explains, from its first changed height. */
export interface HandMotion {
  readonly fromMm: number;
  readonly from: Stamp;
  readonly lastMm: number;
  /** The last reading in which the height changed: the last moment the key was held. */
  readonly lastAt: Stamp;
  /** Consecutive readings since the desk left `fromMm`. */
  readonly readings: number;
  /** Far enough over enough readings to be somebody's hand. */
  readonly confirmed: boolean;
}

/** Whether motion now is the run-on of our own transaction that ended at `endedAt`. */
export const runsOn = (endedAt: Stamp | null, at: Stamp): boolean =>
  endedAt !== null && elapsed(endedAt, at) <= RUN_ON_MS;

/** Follows the height from reading to reading while none of our own moves is active. */
export function trackHand(
  motion: HandMotion | null,
  previous: HeightReading | null,
  reading: HeightReading,
): HandMotion | null {
  if (motion === null) return previous === null ? null : begin(previous, reading);
  const moved = Math.abs(reading.heightMm - motion.lastMm) >= STILL_MM;
  const readings = motion.readings + 1;
  const far = Math.abs(reading.heightMm - motion.fromMm) >= HAND_MM;
  return {
    ...motion,
    ...(moved ? { lastMm: reading.heightMm, lastAt: reading.at } : {}),
    readings,
    confirmed: motion.confirmed || (far && readings >= HAND_READINGS),
  };
}

function begin(previous: HeightReading, reading: HeightReading): HandMotion | null {
  if (Math.abs(reading.heightMm - previous.heightMm) < STILL_MM) return null;
  // An idle desk was silent for any time before: its last report does not date the press.
  const from = elapsed(previous.at, reading.at) > HAND_REST_MS ? reading.at : previous.at;
  return {
    fromMm: previous.heightMm,
    from,
    lastMm: reading.heightMm,
    lastAt: reading.at,
    readings: 1,
    confirmed: false,
  };
}
