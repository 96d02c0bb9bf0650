import { type MoveProgress, StanceError } from '#libs/application';
import { type MoveOutcome, type MoveResult } from '#libs/domain';
import { encodeTarget } from '../../profiles/encode/linak.js';
import { type HeightScale } from '../../profiles/decode/linak.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { pause } from '../machine-timer.js';
import { type LinakWire, type MotionPermit } from './linak-wire.js';
import { type Cease, DriveLoop, type MotionDeps } from './drive-loop.js';
import { type HeightSample, TravelWatch } from './travel-watch.js';

/**
 * What a move ended by, unless the desk reported an error or backed off: then it is `obstructed` whatever ended it. A stall
 * or a reversal without either sign is taken for a hand on the handset.
 */
const RESULT_OF: Readonly<Record<Exclude<Cease, 'at-target'>, MoveResult>> = {
  stopped: 'cancelled',
  'desk-error': 'obstructed',
  stalled: 'overridden',
  reversed: 'overridden',
  overran: 'overridden',
  'never-started': 'timed-out',
  silent: 'timed-out',
  overdue: 'timed-out',
  late: 'timed-out',
  'link-lost': 'link-lost',
};

export interface MoveOrder {
  readonly targetMm: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Makes the desk willing to move: the owner flag and the wake, when it may have forgotten them. */
  readonly rearm: () => Promise<void>;
}

/**
 * One move to a height (docs/protocols/linak.md, "Move to a height"). It starts once, never writes again after a stall, a
 * reversal or an error report (docs/safety.md, S-10), and every started move ends with the stop frames: at once when it
 * fails, and after rest when it arrived, so that no reference stays armed and the desk's own soft landing is not cut short.
 */
export class LinakMove {
  constructor(
    private readonly profile: DeskProfile,
    private readonly wire: LinakWire,
    private readonly deps: MotionDeps,
    private readonly scale: HeightScale,
    private readonly order: MoveOrder,
  ) {}

  async run(): Promise<MoveOutcome> {
    const { signal } = this.order;
    if (signal.aborted) return { result: 'cancelled', heightMm: null };
    const permit = this.wire.permit();
    const onAbort = (): void => {
      this.#stop();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#transact(permit);
    } catch (error) {
      this.#stop();
      if (!this.deps.link.open) return { result: 'link-lost', heightMm: null };
      // A desk that does not answer before it moved: an expected outcome. Anything else is a surprise.
      if (error instanceof StanceError) return { result: 'timed-out', heightMm: null };
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #transact(permit: MotionPermit): Promise<MoveOutcome> {
    const start = await this.#prepare();
    if (!this.wire.holds(permit)) return { result: 'cancelled', heightMm: start.heightMm };
    if (start.speedMmS !== 0) return { result: 'overridden', heightMm: start.heightMm };
    if (this.#errorMm(start) <= this.profile.motion.tolerance_mm)
      return { result: 'arrived', heightMm: start.heightMm };

    const watch = new TravelWatch(start, this.order.targetMm, this.profile);
    const desk = { reportedError: false };
    // From before the loop until rest: the loop judges what the watch has seen, and a way back or an error report may come
    // after it ended.
    const undo = this.wire.listen({
      onSample: (sample) => {
        watch.observe(sample);
      },
      onDeskError: () => {
        desk.reportedError = true;
      },
    });
    try {
      const cease = await this.#drive(permit, watch);
      const rest = await this.#settle();
      const stoppedMeanwhile = cease === 'at-target' && !this.wire.holds(permit);
      if (cease === 'at-target') this.#stop();
      const obstacle = desk.reportedError || watch.backedOff;
      return this.#outcome(stoppedMeanwhile ? 'stopped' : cease, obstacle, rest);
    } finally {
      undo();
    }
  }

  /** The pause after a stop, the owner flag and wake, and the height of now. */
  async #prepare(): Promise<HeightSample> {
    const { lastStopMs } = this.wire;
    const since = lastStopMs === null ? Infinity : this.deps.machineClock.monotonicMs() - lastStopMs;
    const wait = this.profile.timing.retarget_pause_ms - since;
    if (wait > 0) await pause(this.deps.machineClock, wait);
    await this.order.rearm();
    return this.wire.readSample();
  }

  #drive(permit: MotionPermit, watch: TravelWatch): Promise<Cease> {
    return new Promise((resolve, reject) => {
      const loop = new DriveLoop(this.profile, this.wire, this.deps, {
        permit,
        target: encodeTarget(this.order.targetMm, this.scale),
        watch,
        onProgress: (last, remainingS) =>
          this.order.onProgress?.({ heightMm: last.heightMm, targetMm: this.order.targetMm, remainingS }),
        onCease: (cease) => {
          // In the same turn: the run-on of the last target frame starts now.
          if (cease !== 'at-target' && cease !== 'stopped') this.#stop();
          resolve(cease);
        },
        onFault: reject,
      });
      loop.start();
    });
  }

  /**
   * Reads until the desk rests: equal heights at speed 0, several in a row. The last notification is not the rest height,
   * and at rest no more come. Null when nothing could be read.
   */
  async #settle(): Promise<HeightSample | null> {
    const { settle_interval_ms, settle_reads, settle_limit_ms } = this.profile.timing;
    const clock = this.deps.machineClock;
    const deadlineMs = clock.monotonicMs() + settle_limit_ms;
    let last: HeightSample | null = null;
    let equal = 0;
    while (equal < settle_reads && clock.monotonicMs() < deadlineMs && this.deps.link.open) {
      await pause(clock, settle_interval_ms);
      const sample: HeightSample | null = await this.wire.readSample().catch(() => null);
      if (sample === null) continue;
      equal = sample.speedMmS === 0 ? (sample.heightMm === last?.heightMm ? equal + 1 : 1) : 0;
      last = sample;
    }
    return last;
  }

  #outcome(cease: Cease, obstacle: boolean, rest: HeightSample | null): MoveOutcome {
    if (!this.deps.link.open || cease === 'link-lost') return { result: 'link-lost', heightMm: null };
    return { result: this.#result(cease, obstacle, rest), heightMm: rest?.heightMm ?? null };
  }

  /** An obstacle sign may come after the end it explains, so it is asked for at rest. */
  #result(cease: Cease, obstacle: boolean, rest: HeightSample | null): MoveResult {
    if (obstacle) return 'obstructed';
    if (cease !== 'at-target') return RESULT_OF[cease];
    if (rest === null) return 'timed-out';
    return this.#errorMm(rest) <= this.profile.motion.tolerance_mm ? 'arrived' : 'overridden';
  }

  #errorMm(sample: HeightSample): number {
    return Math.abs(sample.heightMm - this.order.targetMm);
  }

  /** A stop that the radio refuses is no reason to do less: writing has ceased, and the desk's dead man acts within a second. */
  #stop(): void {
    this.wire.stop().catch(() => undefined);
  }
}
