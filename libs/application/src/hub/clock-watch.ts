import { type Stamp, monotonic } from '#libs/domain';
import { type Clock, type Undo } from '../ports/index.js';

/** Wall clock and monotonic clock may part by this much before the gap counts as unknown (docs/policy.md, "Clocks"). */
const JUMP_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

/**
 * Notices a set wall clock (epoch against monotonic) and a suspended machine (uptime against monotonic: on Linux the
 * monotonic clock stands still while the machine sleeps).
 */
export class ClockWatch {
  private cancel: Undo = () => undefined;
  private last: { readonly at: Stamp; readonly uptimeMs: number };

  constructor(
    private readonly clock: Clock,
    private readonly onJump: (at: Stamp, gapMs: number) => void,
  ) {
    this.last = this.look();
  }

  start(): void {
    this.last = this.look();
    this.arm();
  }

  stop(): void {
    this.cancel();
  }

  private look(): { readonly at: Stamp; readonly uptimeMs: number } {
    return { at: this.clock.stamp(), uptimeMs: this.clock.uptimeMs() };
  }

  private arm(): void {
    this.cancel = this.clock.at(monotonic(this.clock.monotonicMs() + LOOK_EVERY_MS), () => {
      this.compare();
      this.arm();
    });
  }

  private compare(): void {
    const now = this.look();
    const ran = now.at.mono - this.last.at.mono;
    const slept = now.uptimeMs - this.last.uptimeMs - ran;
    const set = now.at.epoch - this.last.at.epoch - ran;
    this.last = now;
    const gapMs = Math.abs(slept) > JUMP_MS ? slept : set;
    if (Math.abs(gapMs) > JUMP_MS) this.onJump(now.at, gapMs);
  }
}
