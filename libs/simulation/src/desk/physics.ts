import { type DeskMechanics } from './mechanics.js';

/** What the motor is told to do, and for how much longer (the dead man's handle of the controller). */
export type Drive =
  | { readonly cause: 'reference'; readonly aimMm: number; readonly leftMs: number; readonly delayMs: number }
  | {
      readonly cause: 'jog' | 'handset';
      readonly direction: 1 | -1;
      readonly leftMs: number;
      readonly delayMs: number;
    };

/** One desk at one instant. Height in mm above the lowest position, speed in mm/s, up is positive. */
export interface DeskState {
  readonly heightMm: number;
  readonly speedMmPerS: number;
  readonly drive: Drive | null;
}

export const restingAt = (heightMm: number): DeskState => ({ heightMm, speedMmPerS: 0, drive: null });

const MS = 1_000;
/** Below this speed the brake holds: about what one tick of the ramp takes off. */
export const BRAKE_MM_PER_S = 2;
/** Nearer than this to the aim the controller switches off: the resolution of its own height count. */
const AIM_WINDOW_MM = 0.1;

/** The speed the controller steers for: the highest from which its own ramp, in steps of this length, ends at the goal. */
const approach = (distanceMm: number, dtMs: number, mechanics: DeskMechanics): number => {
  const halfStep = (mechanics.accelerationMmPerS2 * dtMs) / MS / 2;
  const ramp = Math.sqrt(halfStep ** 2 + 2 * mechanics.accelerationMmPerS2 * Math.abs(distanceMm)) - halfStep;
  return Math.sign(distanceMm) * Math.min(mechanics.cruiseMmPerS, ramp);
};

const goalMm = (drive: Drive, mechanics: DeskMechanics): number => {
  if (drive.cause === 'reference') return drive.aimMm;
  return drive.direction > 0 ? mechanics.strokeMm : 0;
};

const tickDrive = (drive: Drive | null, dtMs: number): Drive | null => {
  // The start delay does not count: one write alone drives for its whole time.
  if (drive && drive.delayMs > 0) return { ...drive, delayMs: Math.max(0, drive.delayMs - dtMs) };
  return !drive || drive.leftMs <= dtMs ? null : { ...drive, leftMs: drive.leftMs - dtMs };
};

const towards = (from: number, to: number, atMost: number): number =>
  Math.abs(to - from) <= atMost ? to : from + Math.sign(to - from) * atMost;

/**
 * The desk `dtMs` later (steps of at most ~20 ms). Pure. Without a drive the motor ramps down and stops; with one it
 * ramps up to cruise and, on its own, down to the goal. The mechanical limits always hold.
 */
export function stepDesk(state: DeskState, dtMs: number, mechanics: DeskMechanics): DeskState {
  const { drive } = state;
  const left = tickDrive(drive, dtMs);
  if (drive && drive.delayMs > 0 && state.speedMmPerS === 0) return { ...state, drive: left };
  const wanted = drive ? approach(goalMm(drive, mechanics) - state.heightMm, dtMs, mechanics) : 0;
  const dv = (mechanics.accelerationMmPerS2 * dtMs) / MS;
  const speed = towards(state.speedMmPerS, wanted, dv);
  const height = state.heightMm + ((state.speedMmPerS + speed) / 2) * (dtMs / MS);
  return come(state, { heightMm: height, speedMmPerS: speed, drive: left }, mechanics);
}

/** The next state, unless the motor comes to rest in this step: on arrival, at a limit, or braked. */
function come(before: DeskState, next: DeskState, mechanics: DeskMechanics): DeskState {
  const { drive } = before;
  const speed = Math.abs(next.speedMmPerS);
  if (drive && speed < mechanics.cruiseMmPerS / 2) {
    const goal = goalMm(drive, mechanics);
    if (arrives(before.heightMm, next.heightMm, goal)) return restingAt(goal);
  }
  const within = Math.max(0, Math.min(mechanics.strokeMm, next.heightMm));
  if (within !== next.heightMm || (!drive && speed < BRAKE_MM_PER_S)) return restingAt(within);
  return next;
}

const arrives = (beforeMm: number, afterMm: number, goal: number): boolean =>
  Math.abs(goal - afterMm) <= AIM_WINDOW_MM || Math.sign(goal - beforeMm) !== Math.sign(goal - afterMm);
