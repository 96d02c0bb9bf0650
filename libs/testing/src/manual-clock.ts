import { MachineClock, type Undo } from '#libs/application';
import { epoch, type EpochMs, monotonic, type MonotonicMs } from '#libs/domain';

interface Timer {
  readonly when: number;
  readonly order: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until it is advanced. Serves as `Clock` and as `MachineClock`. Timers fire in order of their
 * instant, then of their creation, each at its own instant; after each one all pending promise work is done first, so
 * that code which awaits between timers behaves as on a real clock.
 */
export class ManualClock extends MachineClock {
  #now = 0;
  #order = 0;
  #timers: Timer[] = [];

  /** `epochStartMs`: what the wall clock says at monotonic 0; `bootedMs`: how long the machine is up by then. */
  constructor(
    private readonly epochStartMs = Date.UTC(2026, 0, 5, 8),
    private readonly bootedMs = 60_000,
  ) {
    super();
  }

  override monotonicMs(): MonotonicMs {
    return monotonic(this.#now);
  }

  override epochMs(): EpochMs {
    return epoch(this.epochStartMs + this.#now);
  }

  override uptimeMs(): number {
    return this.bootedMs + this.#now;
  }

  override at(when: MonotonicMs, fire: () => void): Undo {
    const timer: Timer = { when, order: this.#order++, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not fired: 0 after a clean stop. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on by `ms`, firing what is due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#takeDue(until); next !== null; next = this.#takeDue(until)) {
      this.#now = Math.max(this.#now, next.when);
      next.fire();
      await settled();
    }
    this.#now = until;
  }

  /** Jumps without firing anything on the way: a process that was not scheduled. What became due fires late. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Advances in small steps until the promise settles; fails after `limitMs`. */
  async complete<T>(promise: Promise<T>, limitMs = 120_000, stepMs = 10): Promise<T> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    promise.then(finish, finish);
    const deadline = this.#now + limitMs;
    await settled();
    while (!(done as boolean)) {
      if (this.#now >= deadline) throw new Error(`not settled within ${limitMs} ms of the manual clock`);
      await this.advance(stepMs);
    }
    return promise;
  }

  #takeDue(until: number): Timer | null {
    const [next] = this.#timers
      .filter(({ when }) => when <= until)
      .sort((a, b) => a.when - b.when || a.order - b.order);
    if (next === undefined) return null;
    this.#timers = this.#timers.filter((other) => other !== next);
    return next;
  }
}

/** Resolves when all promise work that is ready has been done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
