import { type Undo } from '#libs/application';
import { type Observation, type Stamp } from '#libs/domain';

type Listener = (observation: Observation, at: Stamp) => void;

/**
 * The observations of one session. What the handshake read before anybody listened waits for the first listener, newest
 * of each kind, and is delivered right after it subscribed: a resting desk or a still watch would not say it again.
 */
export class ObservationFeed {
  readonly #listeners = new Set<Listener>();
  readonly #waiting = new Map<Observation['kind'], readonly [Observation, Stamp]>();

  emit(observation: Observation, at: Stamp): void {
    if (this.#listeners.size === 0) this.#waiting.set(observation.kind, [observation, at]);
    for (const listener of [...this.#listeners]) listener(observation, at);
  }

  subscribe(listener: Listener): Undo {
    this.#listeners.add(listener);
    queueMicrotask(() => {
      if (!this.#listeners.has(listener)) return;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const [observation, at] of waiting) listener(observation, at);
    });
    return () => {
      this.#listeners.delete(listener);
    };
  }

  end(): void {
    this.#listeners.clear();
    this.#waiting.clear();
  }
}
