import { type EpochMs, type MonotonicMs, type Stamp } from '#libs/domain';

/** Undoes a subscription or cancels a timer. Calling it twice is harmless. */
export type Undo = () => void;

/**
 * The only way to time. Two are bound in the hub: the domain's `Clock` (in a simulated home this is lab time) and the
 * `MachineClock` (always 1 x: radio deadlines, write cadence, age of commands from outside).
 */
export abstract class Clock {
  /** Milliseconds that never go back and never jump. */
  abstract monotonicMs(): MonotonicMs;
  abstract epochMs(): EpochMs;
  /** Milliseconds since the machine booted, suspend included: tells sleep from a set clock. */
  abstract uptimeMs(): number;
  /** Calls `fire` once at or after the instant. Never earlier, never twice. */
  abstract at(when: MonotonicMs, fire: () => void): Undo;

  /** Both clocks at this instant. */
  stamp(): Stamp {
    return { mono: this.monotonicMs(), epoch: this.epochMs() };
  }
}

/** The machine's own clock, never scaled. */
export abstract class MachineClock extends Clock {}
