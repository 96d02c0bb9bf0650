import { type Undo } from '#libs/application';
import { monotonic } from '#libs/domain';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { type DeviceDeps } from '../device-deps.js';
import { type LinakWire, type MotionPermit } from './linak-wire.js';
import { type HeightSample, type TravelVerdict, type TravelWatch } from './travel-watch.js';

export type MotionDeps = Pick<DeviceDeps, 'link' | 'machineClock'>;

/** Why the target is no longer written. `late`: our own loop or the radio could not keep the cadence. */
export type Cease = Exclude<TravelVerdict, 'driving'> | 'desk-error' | 'late' | 'stopped' | 'link-lost';

interface DrivePlan {
  readonly permit: MotionPermit;
  readonly target: Uint8Array;
  /** Fed by its owner, before this loop hears of a sample. */
  readonly watch: TravelWatch;
  readonly onProgress: (last: HeightSample, remainingS: number) => void;
  readonly onCease: (cease: Cease) => void;
  readonly onFault: (error: unknown) => void;
}

/** Writes the target on its cadence until the samples, the desk, the link or a stop end it. */
export class DriveLoop {
  readonly #undos: Undo[] = [];
  #cancelTick: Undo = () => undefined;
  #over = false;
  #reading = false;
  /** Machine time at which the write under way was handed over; null when none is. */
  #writingSinceMs: number | null = null;

  constructor(
    private readonly profile: DeskProfile,
    private readonly wire: LinakWire,
    private readonly deps: MotionDeps,
    private readonly plan: DrivePlan,
  ) {}

  start(): void {
    this.#undos.push(
      this.wire.listen({
        onSample: () => {
          this.#judge();
        },
        onDeskError: () => {
          this.#cease('desk-error');
        },
        onStop: () => {
          this.#cease('stopped');
        },
      }),
      this.deps.link.onClosed(() => {
        this.#cease('link-lost');
      }),
    );
    this.wire.arm(this.plan.permit).catch(() => {
      this.#cease('late');
    });
    this.#tick(this.#now());
  }

  /** `dueMs` is the planned instant: the next one is counted from it, so no delay stretches the cadence. */
  #tick(dueMs: number): void {
    try {
      const now = this.#now();
      if (!this.#mayGoOn(now, dueMs)) return;
      this.#write(now);
      this.#poll(now);
      this.plan.onProgress(this.plan.watch.last, this.plan.watch.remainingS());
      const nextMs = dueMs + this.profile.timing.write_cadence_ms;
      this.#cancelTick = this.deps.machineClock.at(monotonic(nextMs), () => {
        this.#tick(nextMs);
      });
    } catch (error) {
      this.#end();
      this.plan.onFault(error);
    }
  }

  #mayGoOn(now: number, dueMs: number): boolean {
    const { loop_late_ms } = this.profile.timing;
    const waitedMs = this.#writingSinceMs === null ? 0 : now - this.#writingSinceMs;
    if (now - dueMs > loop_late_ms || waitedMs > loop_late_ms) this.#cease('late');
    this.#judge();
    return !this.#over;
  }

  /** At most one target waits at the radio: a stop must never queue behind several. */
  #write(now: number): void {
    if (this.#writingSinceMs !== null) return;
    this.#writingSinceMs = now;
    this.wire.drive(this.plan.permit, this.plan.target).then(
      () => {
        this.#writingSinceMs = null;
      },
      () => {
        this.#cease('late');
      },
    );
  }

  /** Asks for the height when the desk fell quiet, which is what it does at rest. */
  #poll(now: number): void {
    if (this.#reading || now - this.plan.watch.last.atMs < this.profile.timing.poll_ms) return;
    this.#reading = true;
    this.wire
      .readSample()
      .catch(() => null)
      .finally(() => {
        this.#reading = false;
      });
  }

  #judge(): void {
    if (this.#over) return;
    const verdict = this.plan.watch.judge(this.#now());
    if (verdict !== 'driving') this.#cease(verdict);
  }

  #cease(cease: Cease): void {
    if (this.#over) return;
    this.#end();
    this.plan.onCease(cease);
  }

  #end(): void {
    this.#over = true;
    this.#cancelTick();
    for (const undo of this.#undos) undo();
  }

  #now(): number {
    return this.deps.machineClock.monotonicMs();
  }
}
