import { type DeskProfile } from '../../profiles/profile.schema.js';

/** A height as the desk told it, with the machine time at which we heard it. */
export interface HeightSample {
  readonly heightMm: number;
  readonly speedMmS: number;
  readonly atMs: number;
}

/**
 * What the samples say about a running move. `silent`: nothing was heard; `overdue`: longer under way than the slowest
 * honest travel.
 */
export type TravelVerdict = 'driving' | 'at-target' | 'reversed' | 'stalled' | 'never-started' | 'silent' | 'overdue';

type Rules = Pick<DeskProfile, 'motion' | 'timing'>;

/** Below this a difference of two heights is counting noise, not travel. */
const MOVED_MM = 0.5;
/** A speed estimate from a shorter stretch is mostly start-up ramp. */
const SPEED_AFTER_MS = 700;

/** Judges one move from its samples: pure, given the time. */
export class TravelWatch {
  #last: HeightSample;
  #nearestMm: number;
  #movingSinceMs: number | null = null;
  #lastMovingMs: number;

  constructor(
    private readonly start: HeightSample,
    private readonly targetMm: number,
    private readonly rules: Rules,
  ) {
    this.#last = start;
    this.#nearestMm = this.#distance(start);
    this.#lastMovingMs = start.atMs;
  }

  get last(): HeightSample {
    return this.#last;
  }

  observe(sample: HeightSample): void {
    const moving = sample.speedMmS !== 0 || Math.abs(sample.heightMm - this.#last.heightMm) >= MOVED_MM;
    if (moving) {
      this.#movingSinceMs ??= sample.atMs;
      this.#lastMovingMs = sample.atMs;
    }
    this.#nearestMm = Math.min(this.#nearestMm, this.#distance(sample));
    this.#last = sample;
  }

  judge(nowMs: number): TravelVerdict {
    const { motion, timing } = this.rules;
    const distance = this.#distance(this.#last);
    // Distance that grows again covers both a reversal and running past the target.
    if (distance - this.#nearestMm >= motion.reversal_mm) return 'reversed';
    if (distance <= motion.tolerance_mm && this.#last.speedMmS === 0) return 'at-target';
    if (nowMs - this.start.atMs > this.#travelLimitMs()) return 'overdue';
    if (nowMs - this.#last.atMs >= timing.silence_ms) return 'silent';
    if (this.#movingSinceMs === null)
      return nowMs - this.start.atMs >= timing.start_delay_ms ? 'never-started' : 'driving';
    // A single zero speed in mid-travel is normal; lasting rest away from the target is not.
    const resting = this.#last.atMs > this.#lastMovingMs;
    return resting && nowMs - this.#lastMovingMs >= timing.stall_ms ? 'stalled' : 'driving';
  }

  /** Estimated seconds to rest: from this move's own speed once it is known, before that from the profile's. */
  remainingS(): number {
    const travelledMs = this.#movingSinceMs === null ? 0 : this.#last.atMs - this.#movingSinceMs;
    const travelledMm = Math.abs(this.#last.heightMm - this.start.heightMm);
    const ownSpeed = travelledMs >= SPEED_AFTER_MS && travelledMm > 0 ? (travelledMm * 1000) / travelledMs : null;
    return this.#distance(this.#last) / (ownSpeed ?? this.rules.motion.typical_speed_mm_s);
  }

  #distance(sample: HeightSample): number {
    return Math.abs(sample.heightMm - this.targetMm);
  }

  #travelLimitMs(): number {
    return (this.#distance(this.start) / this.rules.motion.min_speed_mm_s) * 1000 + this.rules.timing.travel_margin_ms;
  }
}
