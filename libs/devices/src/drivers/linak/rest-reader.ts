import { type MachineClock, type Undo } from '#libs/application';
import { after } from '../machine-timer.js';
import { type HeightSample } from './travel-watch.js';

/**
 * Finds out where a motion that is not ours ended. The desk notifies only while something changes, and its last word is
 * often neither the height at rest nor a speed of 0 (rhyst/linak-controller reference/desk-internals.md): when it falls
 * silent in motion it is read, until it says that it rests.
 */
export class RestReader {
  #cancel: Undo = () => undefined;

  constructor(
    private readonly clock: MachineClock,
    private readonly silenceMs: number,
    private readonly read: () => Promise<unknown>,
  ) {}

  /** A height of this desk, notified or read. */
  heard({ speedMmS }: HeightSample): void {
    this.#cancel();
    if (speedMmS !== 0) this.#cancel = after(this.clock, this.silenceMs, () => void this.#ask());
  }

  end(): void {
    this.#cancel();
  }

  /** A reading that fails is a lost link, or silence: the next height starts over. */
  async #ask(): Promise<void> {
    await this.read().catch(() => undefined);
  }
}
