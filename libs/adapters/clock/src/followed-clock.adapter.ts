import { Clock, type Undo } from '#libs/application';
import { epoch, type EpochMs, monotonic, type MonotonicMs } from '#libs/domain';

/** Somebody else's clock in plain numbers, such as the lab clock of a simulated home (docs/architecture.md, "Lab time"). */
export interface ClockSource {
  monotonicMs(): number;
  epochMs(): number;
  uptimeMs(): number;
  /** Calls `fire` once at or after `whenMs` of its own monotonic time; the result cancels. */
  at(whenMs: number, fire: () => void): () => void;
}

/** Time as the source tells it, so that hub and simulated home live in the same one. */
export class FollowedClock extends Clock {
  constructor(private readonly source: ClockSource) {
    super();
  }

  override monotonicMs(): MonotonicMs {
    return monotonic(this.source.monotonicMs());
  }

  override epochMs(): EpochMs {
    // A source between two of its ticks tells fractions; the epoch of the house is whole milliseconds.
    return epoch(Math.floor(this.source.epochMs()));
  }

  override uptimeMs(): number {
    return this.source.uptimeMs();
  }

  override at(when: MonotonicMs, fire: () => void): Undo {
    return this.source.at(when, fire);
  }
}
