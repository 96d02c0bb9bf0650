import { TimerQueue, type Undo } from './timer-queue.js';

/** What a follower must know to read the same time as the home. All in lab milliseconds. */
export interface LabClockStart {
  readonly nowMs: number;
  readonly epochMs: number;
  readonly uptimeMs: number;
  readonly rate: number;
}

/**
 * The lab clock as another process reads it: moved by the ticks of the home, never by the machine's time. Resolution is
 * one tick; it never goes back. Timers fire in order, each with the clock at its own instant.
 */
export class LabClockFollower {
  private readonly queue = new TimerQueue();
  private now: number;
  private currentRate: number;

  constructor(private readonly origin: LabClockStart) {
    this.now = origin.nowMs;
    this.currentRate = origin.rate;
  }

  get rate(): number {
    return this.currentRate;
  }

  monotonicMs(): number {
    return this.now;
  }

  epochMs(): number {
    return this.origin.epochMs + (this.now - this.origin.nowMs);
  }

  uptimeMs(): number {
    return this.origin.uptimeMs + (this.now - this.origin.nowMs);
  }

  /** Calls `fire` once, at or after the instant, never inside this call. */
  at(whenMs: number, fire: () => void): Undo {
    return this.queue.add(Math.ceil(Math.max(whenMs, this.now)), fire);
  }

  /** One tick of the home. Earlier instants are ignored. */
  advance(nowMs: number, rate: number): void {
    this.currentRate = rate;
    if (nowMs < this.now) return;
    for (let due = this.queue.nextMs(); due !== null && due <= nowMs; due = this.queue.nextMs()) {
      this.now = Math.max(this.now, due);
      this.queue.fireNext();
    }
    this.now = nowMs;
  }
}
