/** Runs async work strictly one after the other, in call order. A failure rejects its own caller and never blocks the next. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Work that has been handed in and is not finished. */
  get pending(): number {
    return this.waiting;
  }

  /** Rejects with the signal's reason, without running, when the signal is aborted before the turn comes. */
  run<T>(work: () => Promise<T> | T, signal?: AbortSignal): Promise<T> {
    this.waiting += 1;
    const turn = this.tail.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.tail = turn.then(
      () => (this.waiting -= 1),
      () => (this.waiting -= 1),
    );
    return turn;
  }

  /** Resolves when everything handed in so far is done, failed work included. */
  async idle(): Promise<void> {
    await this.tail;
  }
}
