import { type Random } from '../home/random.js';

/** Real time between two height notifications while the desk moves (captures show 100 to 200 ms). */
const EVERY_MIN_MS = 100;
const EVERY_MAX_MS = 200;
/** How far before the rest height the last notification can be: "the last notification is often not the final height". */
const SILENT_MIN_MM = 1;
const SILENT_MAX_MM = 3;
const SILENT_SHARE = 0.5;
/** Below this speed the desk is on its last ramp. */
const LAST_RAMP_MM_PER_S = 26;

/** Decides when a moving desk notifies its height: now and then while it moves, and not always when it has come to rest. */
export class HeightReporter {
  private untilNextMs = 0;
  private silentMm: number | null = null;
  private lastSpeed = 0;

  constructor(
    private readonly random: Random,
    private readonly send: () => void,
  ) {}

  /** One step of a moving desk, or the step that brought it to rest. */
  step(stepMs: number, speedMmPerS: number): void {
    const speed = Math.abs(speedMmPerS);
    if (speed === 0) {
      if (this.lastSpeed !== 0 && this.silentMm === null) this.send();
      this.reset();
      return;
    }
    if (this.lastSpeed === 0) this.silentMm = this.drawSilence();
    this.untilNextMs -= stepMs;
    if (this.untilNextMs <= 0 && !this.silentNow(speed)) {
      this.untilNextMs = this.random.between(EVERY_MIN_MS, EVERY_MAX_MS);
      this.send();
    }
    this.lastSpeed = speed;
  }

  private reset(): void {
    this.lastSpeed = 0;
    this.untilNextMs = 0;
    this.silentMm = null;
  }

  private drawSilence(): number | null {
    return this.random.chance(SILENT_SHARE) ? this.random.between(SILENT_MIN_MM, SILENT_MAX_MM) : null;
  }

  /** On the last ramp the way left is v squared over twice the acceleration of 100 mm/s2. */
  private silentNow(speed: number): boolean {
    const slowing = speed < this.lastSpeed && speed < LAST_RAMP_MM_PER_S;
    return slowing && this.silentMm !== null && (speed * speed) / 200 < this.silentMm;
  }
}
