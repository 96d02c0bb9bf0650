import { type MachineTimer } from './machine-timer.js';
import { TimerQueue, type Undo } from './timer-queue.js';

/** Real time between two ticks. Short enough that a write is seen by the motor within a fraction of its ramp. */
export const TICK_MS = 5;
/** A late tick counts at most this many normal ones: a starved machine slows the lab instead of making it jump. */
const LATE_TICKS = 3;
/** How far the clock may run ahead of its slowest follower at 1 x. */
const FOLLOWER_LEAD_MS = 2_000;
/** The same at high rates, where one tick is already more than a second of lab time. */
const FOLLOWER_LEAD_TICKS = 2;

/** One step of the clock. `stepMs` is real time, already cut for lateness: what physics integrates over. */
export interface LabTick {
  readonly nowMs: number;
  readonly stepMs: number;
  readonly rate: number;
}

/** One process or part that keeps step with the clock. */
export interface Follower {
  /** "I have done everything due up to this instant." */
  ack(nowMs: number): void;
  leave(): void;
}

export interface LabClockOptions {
  readonly timer: MachineTimer;
  readonly startEpochMs: number;
  /** Rate while nobody holds; 240 makes a working day of 8 h out of 2 min. */
  readonly maxRate: number;
}

/** Where the monotonic clock starts: not zero, so that nobody can mistake it for a duration. */
const START_MONOTONIC_MS = 1_000_000;
/** The simulated machine was booted this long before. */
const START_UPTIME_MS = 3_600_000;

/**
 * The lab clock of a simulated home (docs/architecture.md, "Lab time"). It advances in ticks, at `maxRate` while nobody
 * holds it and at exactly 1 x otherwise, and waits for its followers. Timers fire in order, with `nowMs` at their
 * instant; a hold that begins in one of them takes effect at once, not at the next tick.
 */
export class LabClock {
  private readonly queue = new TimerQueue();
  private readonly held = new Map<symbol, string>();
  private readonly heldUntil = new Map<string, number>();
  private readonly followers = new Map<symbol, number>();
  private readonly listeners = new Set<(tick: LabTick) => void>();
  private now = START_MONOTONIC_MS;
  /** Real time, cut for lateness, since the start. */
  private steady = 0;
  private lastMachineMs: number;
  private undoTimer: Undo | null = null;

  constructor(private readonly options: LabClockOptions) {
    this.lastMachineMs = options.timer.nowMs();
  }

  start(): void {
    this.lastMachineMs = this.options.timer.nowMs();
    this.undoTimer ??= this.options.timer.every(TICK_MS, () => {
      this.tick();
    });
  }

  stop(): void {
    this.undoTimer?.();
    this.undoTimer = null;
    this.queue.clear();
    this.listeners.clear();
  }

  /** Whole milliseconds that never go back and never jump by more than a few ticks. */
  nowMs(): number {
    return Math.floor(this.now);
  }

  epochMs(): number {
    return this.options.startEpochMs + (this.nowMs() - START_MONOTONIC_MS);
  }

  uptimeMs(): number {
    return START_UPTIME_MS + (this.nowMs() - START_MONOTONIC_MS);
  }

  /** 1 while held, `maxRate` otherwise. */
  get rate(): number {
    return this.held.size + this.heldUntil.size > 0 ? 1 : this.options.maxRate;
  }

  /** Why the clock runs at 1 x, in the words of those who hold it. */
  reasons(): string[] {
    return [...new Set([...this.held.values(), ...this.heldUntil.keys()])];
  }

  /** Calls `fire` once at the instant, in the order of instants. An instant in the past fires with the next tick. */
  at(whenMs: number, fire: () => void): Undo {
    return this.queue.add(Math.ceil(Math.max(whenMs, this.now)), fire);
  }

  after(ms: number, fire: () => void): Undo {
    return this.at(this.nowMs() + ms, fire);
  }

  /** Keeps the clock at 1 x until undone. */
  hold(reason: string): Undo {
    const key = Symbol(reason);
    this.held.set(key, reason);
    return () => this.held.delete(key);
  }

  /** Keeps the clock at 1 x for real milliseconds from now; calling it again with the same reason prolongs. */
  holdFor(reason: string, realMs: number): void {
    this.heldUntil.set(reason, Math.max(this.heldUntil.get(reason) ?? 0, this.steady + realMs));
  }

  onTick(listener: (tick: LabTick) => void): Undo {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Joins in: from now on the clock never runs more than ~2 lab seconds (at high rates two ticks) ahead of this follower. */
  follow(): Follower {
    const key = Symbol('follower');
    this.followers.set(key, this.nowMs());
    return {
      ack: (nowMs) => {
        if (this.followers.has(key)) this.followers.set(key, Math.max(nowMs, this.followers.get(key) ?? 0));
      },
      leave: () => this.followers.delete(key),
    };
  }

  private tick(): void {
    const machineMs = this.options.timer.nowMs();
    const stepMs = Math.min(machineMs - this.lastMachineMs, LATE_TICKS * TICK_MS);
    this.lastMachineMs = machineMs;
    if (stepMs <= 0) return;
    this.steady += stepMs;
    for (const [reason, until] of this.heldUntil) if (until <= this.steady) this.heldUntil.delete(reason);
    this.advance(stepMs);
    for (const listener of [...this.listeners]) listener({ nowMs: this.nowMs(), stepMs, rate: this.rate });
  }

  /** Walks from timer to timer, so that a hold taken by one of them slows the rest of the very same tick. */
  private advance(realMs: number): void {
    let left = realMs;
    for (;;) {
      const rate = this.rate;
      const target = Math.min(this.now + left * rate, this.ceilingMs(rate));
      const due = this.queue.nextMs();
      if (due === null || due > target) {
        this.now = Math.max(this.now, target);
        return;
      }
      left -= (due - this.now) / rate;
      this.now = due;
      this.queue.fireNext();
    }
  }

  private ceilingMs(rate: number): number {
    if (this.followers.size === 0) return Infinity;
    const lead = Math.max(FOLLOWER_LEAD_MS, FOLLOWER_LEAD_TICKS * TICK_MS * rate);
    return Math.min(...this.followers.values()) + lead;
  }
}
