import { uptime } from 'node:os';
import { MachineClock, type Undo } from '#libs/application';
import { epoch, type EpochMs, monotonic, type MonotonicMs, SECOND_MS } from '#libs/domain';

/** Node's timers hold the delay in a signed 32-bit number of ms (24.8 days); a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's own clock. Monotonic time stands still while the machine sleeps, uptime does not: their difference is
 * the sleep. Timers keep the process alive; who sets one cancels it on stop.
 */
export class SystemClock extends MachineClock {
  override monotonicMs(): MonotonicMs {
    return monotonic(performance.now());
  }

  override epochMs(): EpochMs {
    return epoch(Date.now());
  }

  override uptimeMs(): number {
    return uptime() * SECOND_MS;
  }

  override at(when: MonotonicMs, fire: () => void): Undo {
    let timer: NodeJS.Timeout;
    const leftMs = (): number => Math.ceil(when - this.monotonicMs());
    const arm = (): void => {
      timer = setTimeout(ring, Math.min(Math.max(leftMs(), 0), LONGEST_TIMER_MS));
    };
    // A machine timer may come up to 1 ms early, and a long wait takes several: what is left is looked at again.
    const ring = (): void => {
      if (leftMs() > 0) arm();
      else fire();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  }
}
