/** Undoes a subscription or cancels a timer. Calling it twice is harmless. */
export type Undo = () => void;

interface Entry {
  readonly whenMs: number;
  readonly sequence: number;
  readonly fire: () => void;
}

/** Timers of a clock that is moved by hand: fired in the order of their instants, equal instants in the order they were set. */
export class TimerQueue {
  private readonly entries: Entry[] = [];
  private sequence = 0;

  add(whenMs: number, fire: () => void): Undo {
    const entry = { whenMs, sequence: this.sequence++, fire };
    const place = this.entries.findIndex((other) => other.whenMs > whenMs);
    this.entries.splice(place < 0 ? this.entries.length : place, 0, entry);
    return () => {
      const index = this.entries.indexOf(entry);
      if (index >= 0) this.entries.splice(index, 1);
    };
  }

  /** The instant of the first timer, null without one. */
  nextMs(): number | null {
    return this.entries[0]?.whenMs ?? null;
  }

  fireNext(): void {
    this.entries.shift()?.fire();
  }

  clear(): void {
    this.entries.length = 0;
  }
}
