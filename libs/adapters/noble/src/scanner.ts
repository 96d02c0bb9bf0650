import { type MachineClock, type Undo } from '#libs/application';
import { monotonic } from '#libs/domain';
import { type NobleApi } from './noble-api.js';

/**
 * Another program can end our scan without our being told. After this long without any packet the scan is started again;
 * harmless where nobody advertises.
 */
const SILENCE_MS = 10_000;
const RESTART_MS = 500;

/** Keeps the scan as it is wanted: on while somebody listens, off while a link is set up (some adapters cannot do both). */
export class Scanner {
  private wanted = false;
  private paused = false;
  private running = false;
  private silent = true;
  private cancelWatch: Undo | null = null;

  constructor(
    private readonly noble: NobleApi,
    private readonly clock: MachineClock,
  ) {}

  want(wanted: boolean): void {
    this.wanted = wanted;
    this.apply();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.apply();
  }

  /** To be called for every packet. */
  heard(): void {
    this.silent = false;
  }

  /** Sets the scan again after the adapter was off. */
  restart(): void {
    this.running = false;
    this.apply();
  }

  private apply(): void {
    const powered = this.noble.state === 'poweredOn';
    const on = this.wanted && !this.paused && powered;
    if (on === this.running) return;
    this.running = on;
    this.cancelWatch?.();
    if (on) {
      // With duplicates: presence needs every packet's signal strength, and the controller's filter hides changed payloads.
      this.noble.startScanning([], true);
      this.watch();
    } else if (powered) this.noble.stopScanning();
  }

  private watch(): void {
    this.silent = true;
    this.later(SILENCE_MS, () => {
      if (!this.silent) {
        this.watch();
        return;
      }
      this.noble.stopScanning();
      // Both packages ignore a start while the stop is under way.
      this.later(RESTART_MS, () => {
        this.restart();
      });
    });
  }

  private later(ms: number, act: () => void): void {
    this.cancelWatch = this.clock.at(monotonic(this.clock.monotonicMs() + ms), act);
  }
}
