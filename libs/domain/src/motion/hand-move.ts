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
  /** Up to here the motion may be the run-on of our own; a hand goes on from here. */
  readonly ownMm: number;
  readonly lastMm: number;
  /** The last reading in which the height changed: the last moment the key was held. */
  readonly lastAt: Stamp;
  /** Consecutive readings since the desk left `ownMm`; 0 while all of it may be our own. */
  readonly readings: number;
  /** Far enough over enough readings to be somebody's hand. */
  readonly confirmed: boolean;
}

/** Whether motion now is the run-on of our own transaction that ended at `endedAt`. */
export const runsOn = (endedAt: Stamp | null, at: Stamp): boolean =>
  endedAt !== null && elapsed(endedAt, at) <= RUN_ON_MS;

/**
 * Follows the height from reading to reading while none of our own moves is driving. `ownUntil` is when our last transaction
 * was told to stop or ended: what goes on 3 s and 10 mm beyond that is a hand.
 */
export function trackHand(
  motion: HandMotion | null,
  previous: HeightReading | null,
  reading: HeightReading,
  ownUntil: Stamp | null,
): HandMotion | null {
  const own = runsOn(ownUntil, reading.at) && motion?.confirmed !== true;
  if (motion === null) return previous === null ? null : begin(previous, reading, own);
  const moved = Math.abs(reading.heightMm - motion.lastMm) >= STILL_MM;
  const readings = own ? 0 : motion.readings + 1;
  const ownMm = own ? reading.heightMm : motion.ownMm;
  const far = Math.abs(reading.heightMm - ownMm) >= HAND_MM;
  return {
    ...motion,
    ...(moved ? { lastMm: reading.heightMm, lastAt: reading.at } : {}),
    ownMm,
    readings,
    confirmed: motion.confirmed || (far && readings >= HAND_READINGS),
  };
}

function begin(previous: HeightReading, reading: HeightReading, own: boolean): HandMotion | null {
  if (Math.abs(reading.heightMm - previous.heightMm) < STILL_MM) return null;
  // An idle desk was silent for any time before: its last report does not date the press.
  const from = elapsed(previous.at, reading.at) > HAND_REST_MS ? reading.at : previous.at;
  return {
    fromMm: previous.heightMm,
    from,
    ownMm: own ? reading.heightMm : previous.heightMm,
    lastMm: reading.heightMm,
    lastAt: reading.at,
    readings: own ? 0 : 1,
    confirmed: false,
  };
}

/** Our transaction ends at `at` while the desk moves on: the rest of that motion is a hand's own, from here. */
export const handedOver = (motion: HandMotion, at: Stamp): HandMotion => ({
  ...motion,
  fromMm: motion.lastMm,
  from: at,
});

/** Whether all of the motion so far may be our own. */
export const maybeOwn = (motion: HandMotion): boolean => motion.readings === 0;
