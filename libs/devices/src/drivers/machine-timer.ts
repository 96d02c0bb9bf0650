import { type MachineClock, type Undo } from '#libs/application';
import { monotonic } from '#libs/domain';

/** Calls `fire` after `ms` of the machine's clock. */
export const after = (clock: MachineClock, ms: number, fire: () => void): Undo =>
  clock.at(monotonic(clock.monotonicMs() + ms), fire);

/** Resolves after `ms` of the machine's clock. */
export const pause = (clock: MachineClock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    after(clock, ms, resolve);
  });
