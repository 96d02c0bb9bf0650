import { type Undo } from './timer-queue.js';

/** Real time as the lab clock needs it. Tests bring a fake one and tick it by hand. */
export interface MachineTimer {
  /** Milliseconds that never go back. */
  nowMs(): number;
  /** Calls `fire` about every `ms` until undone. */
  every(ms: number, fire: () => void): Undo;
}

export const systemTimer: MachineTimer = {
  nowMs: () => performance.now(),
  every: (ms, fire) => {
    const handle = setInterval(fire, ms);
    return () => {
      clearInterval(handle);
    };
  },
};
