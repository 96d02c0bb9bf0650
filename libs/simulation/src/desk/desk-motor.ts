import { type LabClock } from '../clock/lab-clock.js';
import { type Undo } from '../clock/timer-queue.js';
import { type Random } from '../home/random.js';
import { type MotorCause, type TruthLog } from '../truth/truth-log.js';
import { drawReferenceDriveMs, drawRestErrorMm, type DeskMechanics } from './mechanics.js';
import { MotorRecord } from './motor-record.js';
import { restingAt, stepDesk, type DeskState, type Drive } from './physics.js';

/** The lab runs at 1 x for this long after the motor came to rest. */
const HOLD_AFTER_REST_MS = 2_000;
/** After a collision, writes count again when none came for this long (jechtom/linak-desk-client protocol.md). */
const COLLISION_PAUSE_MS = 2_000;
/** A controller that sleeps does so after this long without a write or motion; own assumption, real desks take minutes. */
const SLEEP_AFTER_MS = 600_000;

export interface DeskMotorOptions {
  readonly id: string;
  readonly mechanics: DeskMechanics;
  /** Height of the lowest position above the floor. */
  readonly baseMm: number;
  readonly startMm: number;
  /** DPG1C and DPG1M: asleep after a while, movement only after a wake-up. An IDASEN needs none. */
  readonly needsWake: boolean;
  readonly clock: LabClock;
  readonly truth: TruthLog;
  readonly random: Random;
}

/** The desk during one step. Heights above the floor; `fromMm` is where the running motor interval began. */
export interface DeskMotion {
  readonly deskId: string;
  readonly heightMm: number;
  readonly speedMmPerS: number;
  readonly fromMm: number | null;
  readonly cause: MotorCause | null;
}

/** The control box: decides which commands count and keeps the motor going. Motion runs on the clock's real steps. */
export class DeskMotor {
  /** Without an owner, movement over Bluetooth is silently ignored (rhyst/linak-controller #32). */
  owned = false;
  private state: DeskState;
  private aim: { readonly targetMm: number; readonly aimMm: number } | null = null;
  private blocked: 'hand' | 'collision' | null = null;
  private lastCommandMs: number;
  private sinceMoveWriteMs = Infinity;
  private readonly record: MotorRecord;
  private readonly listeners = new Set<(motion: DeskMotion) => void>();
  private readonly undoTick: Undo;

  constructor(private readonly options: DeskMotorOptions) {
    this.state = restingAt(options.startMm - options.baseMm);
    this.record = new MotorRecord(options.id, options.truth, options.startMm);
    this.lastCommandMs = options.clock.nowMs();
    this.undoTick = options.clock.onTick(({ stepMs }) => {
      this.step(stepMs);
    });
  }

  /** Above the floor. */
  get heightMm(): number {
    return this.options.baseMm + this.state.heightMm;
  }

  get speedMmPerS(): number {
    return this.state.speedMmPerS;
  }

  get moving(): boolean {
    return this.state.speedMmPerS !== 0 || this.state.drive !== null;
  }

  /** Called after every step in which the motor runs, and once at rest. */
  onMotion(listener: (motion: DeskMotion) => void): Undo {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  dispose(): void {
    this.undoTick();
    this.listeners.clear();
  }

  /** A reference write: drives for about half a second towards the height above the base, which is clamped to the limits. */
  reference(targetMm: number): void {
    if (!this.accepts()) return;
    const { mechanics, random } = this.options;
    if (this.aim?.targetMm !== targetMm) {
      const clamped = Math.max(0, Math.min(mechanics.strokeMm, targetMm));
      const aimMm = Math.max(0, Math.min(mechanics.strokeMm, clamped + drawRestErrorMm(mechanics, random)));
      this.aim = { targetMm, aimMm };
    }
    const { aimMm } = this.aim;
    if (!this.moving && Math.abs(aimMm - this.state.heightMm) <= mechanics.deadBandMm) return;
    this.drive({ cause: 'reference', aimMm, leftMs: drawReferenceDriveMs(mechanics, random), delayMs: this.delayMs() });
  }

  /** An up or down write: drives for about a second, without a goal. */
  jog(direction: 1 | -1): void {
    if (!this.accepts()) return;
    this.aim = null;
    this.drive({ cause: 'jog', direction, leftMs: this.options.mechanics.jogDriveMs, delayMs: this.delayMs() });
  }

  /** A stop frame: ends what Bluetooth drives and arms the desk again after a hand press or a collision. */
  stop(): void {
    this.touched();
    this.blocked = null;
    this.aim = null;
    this.record.stopped();
    if (this.state.drive?.cause !== 'handset') this.state = { ...this.state, drive: null };
  }

  /** The wake-up frame; also the first half of arming a reference move. */
  wake(): void {
    this.touched();
    if (this.blocked === 'hand') this.blocked = null;
  }

  /** Somebody holds a handset key for real milliseconds. It wins: Bluetooth moves are ignored until armed again. */
  press(direction: 'up' | 'down', forMs: number): void {
    const { id, truth, clock } = this.options;
    truth.add({ kind: 'press', deskId: id, direction, forMs, at: clock.epochMs() });
    this.touched();
    this.blocked = 'hand';
    this.aim = null;
    this.drive({ cause: 'handset', direction: direction === 'up' ? 1 : -1, leftMs: forMs, delayMs: this.delayMs() });
  }

  /** The anti-collision trips: the motor stops dead and Bluetooth moves are ignored until a stop or a pause. */
  obstruct(): void {
    const { id, truth, clock } = this.options;
    truth.add({ kind: 'obstacle', deskId: id, heightMm: this.heightMm, at: clock.epochMs() });
    this.blocked = 'collision';
    this.aim = null;
    this.state = restingAt(this.state.heightMm);
    this.look(0);
  }

  private accepts(): boolean {
    const asleep = this.options.needsWake && this.options.clock.nowMs() - this.lastCommandMs > SLEEP_AFTER_MS;
    if (this.blocked === 'collision' && this.sinceMoveWriteMs >= COLLISION_PAUSE_MS) this.blocked = null;
    this.sinceMoveWriteMs = 0;
    return this.owned && !asleep && this.blocked === null && this.state.drive?.cause !== 'handset';
  }

  private touched(): void {
    this.lastCommandMs = this.options.clock.nowMs();
  }

  private delayMs(): number {
    if (this.state.speedMmPerS !== 0) return 0;
    return this.state.drive?.delayMs ?? this.options.mechanics.startDelayMs;
  }

  private drive(drive: Drive): void {
    this.touched();
    this.record.driven();
    this.state = { ...this.state, drive };
    this.holdClock();
  }

  private step(stepMs: number): void {
    this.sinceMoveWriteMs += stepMs;
    const before = this.state;
    if (!this.moving) {
      if (this.record.fromMm !== null) this.look(stepMs);
      return;
    }
    this.holdClock();
    const after = stepDesk(before, stepMs, this.options.mechanics);
    this.state = after;
    // A drive that ends while the motor still turns, neither by a stop nor on arrival, is the dead man's handle.
    if (before.drive && !after.drive && after.speedMmPerS !== 0) this.ranDry(before.drive);
    this.look(stepMs, before.drive?.cause ?? null);
  }

  private ranDry(drive: Drive): void {
    if (drive.cause !== 'handset') this.record.ranDry();
  }

  private look(stepMs: number, cause: MotorCause | null = null): void {
    const { clock, id } = this.options;
    const { heightMm, speedMmPerS } = this;
    if (this.record.look({ heightMm, speedMmPerS, cause, epochMs: clock.epochMs(), stepMs }))
      this.options.truth.add({ kind: 'rest', deskId: id, heightMm, at: clock.epochMs() });
    for (const listener of [...this.listeners])
      listener({ deskId: id, heightMm, speedMmPerS, fromMm: this.record.fromMm, cause });
  }

  private holdClock(): void {
    this.options.clock.holdFor(`desk ${this.options.id} moves`, HOLD_AFTER_REST_MS);
  }
}
