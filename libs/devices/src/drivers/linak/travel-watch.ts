import { type DeskProfile } from '../../profiles/profile.schema.js';

/** A height as the desk told it, with the machine time at which we heard it. */
export interface HeightSample {
  readonly heightMm: number;
  readonly speedMmS: number;
  readonly atMs: number;
}

/**
 * What the samples say about a running move. `reversed`: back against the commanded direction; `overran`: past the target;
 * `silent`: nothing was heard; `overdue`: longer under way than the slowest honest travel.
 */
export type TravelVerdict =
  'driving' | 'at-target' | 'reversed' | 'overran' | 'stalled' | 'never-started' | 'silent' | 'overdue';

type Rules = Pick<DeskProfile, 'motion' | 'timing'>;

/** Below this a difference of two heights is counting noise, not travel. */
const MOVED_MM = 0.5;
/**
 * The longest way back that is taken for the desk's own anti-collision: twice the about 50 mm that one vendor's manual
 * states (docs/protocols/linak.md, "Move to a height").
 */
const BACK_OFF_MM = 100;
/** A speed estimate from a shorter stretch is mostly start-up ramp. */
const SPEED_AFTER_MS = 700;

/** Judges one move from its samples, those after its end included: pure, given the time. */
export class TravelWatch {
  #last: HeightSample;
  /** The most progress made, in the commanded direction from the start; and the least since then. */
  #furthestMm = 0;
  #backMm = 0;
  /** Whether it went in the commanded direction again after it had turned round. */
  #turnedAgain = false;
  #movingSinceMs: number | null = null;
  #lastMovingMs: number;

  constructor(
    private readonly start: HeightSample,
    private readonly targetMm: number,
    private readonly rules: Rules,
  ) {
    this.#last = start;
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
    this.#follow(this.#progress(sample));
    this.#last = sample;
  }

  /**
   * Whether the way back looks like the anti-collision of the desk, which may say nothing else about an obstacle: short, and
   * once. A hand on the handset drives back further, or turns round again.
   */
  get backedOff(): boolean {
    const backMm = this.#furthestMm - this.#backMm;
    return backMm >= this.rules.motion.reversal_mm && backMm <= BACK_OFF_MM && !this.#turnedAgain;
  }

  judge(nowMs: number): TravelVerdict {
    const { motion, timing } = this.rules;
    const distance = this.#distance(this.#last);
    const astray = this.#astray();
    if (astray !== null) return astray;
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

  #astray(): 'reversed' | 'overran' | null {
    const { reversal_mm } = this.rules.motion;
    const progressMm = this.#progress(this.#last);
    if (this.#furthestMm - progressMm >= reversal_mm) return 'reversed';
    return progressMm - this.#distance(this.start) >= reversal_mm ? 'overran' : null;
  }

  #follow(progressMm: number): void {
    const reversalMm = this.rules.motion.reversal_mm;
    const turned = this.#furthestMm - this.#backMm >= reversalMm;
    if (turned && progressMm - this.#backMm >= reversalMm) this.#turnedAgain = true;
    if (!turned && progressMm > this.#furthestMm) this.#furthestMm = this.#backMm = progressMm;
    else this.#backMm = Math.min(this.#backMm, progressMm);
  }

  #progress({ heightMm }: HeightSample): number {
    return (heightMm - this.start.heightMm) * Math.sign(this.targetMm - this.start.heightMm);
  }

  #distance(sample: HeightSample): number {
    return Math.abs(sample.heightMm - this.targetMm);
  }

  #travelLimitMs(): number {
    return (this.#distance(this.start) / this.rules.motion.min_speed_mm_s) * 1000 + this.rules.timing.travel_margin_ms;
  }
}
