import { type Clock, type Undo } from '#libs/application';
import { monotonic, type MonotonicMs } from '#libs/domain';

/** One message for the broker. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
  readonly qos: 0 | 1;
  readonly json: boolean;
  /** Null: kept for ever (availability, documents). Otherwise the seconds after which a retained value is worthless. */
  readonly expiryS: number | null;
}

/** Hands a message to the connection; `done` is called at most once, when the broker or the socket took it. */
export type Send = (message: Outgoing, done: () => void) => void;

/** How a retained topic is kept up. */
export interface Rule {
  readonly qos: 0 | 1;
  readonly json: boolean;
  readonly expiryS: number | null;
  /** Order after a connect: lower ranks first. */
  readonly rank: number;
  readonly minIntervalMs: number;
}

interface Entry {
  readonly rule: Rule;
  payload: string;
  sent: string | null;
  sentAt: MonotonicMs | null;
  inFlight: boolean;
  timer: Undo | null;
  forget: boolean;
}

/** Messages handed over and not yet taken. Below the receive maximum of 20 that Mosquitto grants. */
const WINDOW = 16;

/**
 * What the broker should hold, and how far it does. The newest value of a topic wins, while the broker is away and while
 * it is slow: memory is bounded by the number of topics, and nothing here waits or throws.
 */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly dirty = new Set<string>();
  private readonly idleWaiters = new Set<() => void>();
  private send: Send | null = null;
  private connection = 0;
  private inFlight = 0;
  private pumping = false;

  constructor(private readonly clock: Clock) {}

  /** Sets the value of a retained topic. `urgent` does not wait for the topic's interval. */
  set(topic: string, payload: string, rule: Rule, urgent = false): void {
    this.write(topic, payload, rule, { urgent, forget: false });
  }

  /** Empties the topic on the broker, now or at the next connect, and forgets it. */
  remove(topic: string, rule: Rule): void {
    this.write(topic, '', rule, { urgent: true, forget: true });
  }

  /** Whether the topic would change by this payload. */
  differs(topic: string, payload: string): boolean {
    return this.entries.get(topic)?.payload !== payload;
  }

  has(topic: string): boolean {
    return this.entries.has(topic);
  }

  /** A connection is up: everything goes out again, since the broker may have lost its data. */
  attach(send: Send): void {
    this.detach();
    this.send = send;
    this.resend();
  }

  detach(): void {
    this.send = null;
    this.connection += 1;
    this.inFlight = 0;
    for (const entry of this.entries.values()) {
      entry.inFlight = false;
      entry.sent = null;
    }
    this.settle();
  }

  /** Sends all topics again that `which` selects by rank. */
  resend(which: (rank: number) => boolean = () => true): void {
    const chosen = [...this.entries].filter(([, entry]) => which(entry.rule.rank));
    chosen.sort(([, a], [, b]) => a.rule.rank - b.rule.rank);
    for (const [topic, entry] of chosen) {
      this.disarm(entry);
      // Taken out first: a set keeps the place of what is in it already.
      this.dirty.delete(topic);
      this.dirty.add(topic);
    }
    this.pump();
  }

  /** Resolves when the broker took everything that is due, or the connection is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.idleWaiters.add(resolve);
      this.settle();
    });
  }

  /** Ends all timers. */
  close(): void {
    for (const entry of this.entries.values()) this.disarm(entry);
    this.detach();
  }

  private write(
    topic: string,
    payload: string,
    rule: Rule,
    how: { readonly urgent: boolean; readonly forget: boolean },
  ): void {
    const entry = this.entries.get(topic) ?? this.add(topic, payload, rule);
    entry.payload = payload;
    entry.forget = how.forget;
    if (payload === entry.sent) {
      this.disarm(entry);
      return;
    }
    const due = entry.sentAt === null ? null : monotonic(entry.sentAt + rule.minIntervalMs);
    if (how.urgent || due === null || due <= this.clock.monotonicMs()) this.mark(topic, entry);
    else
      entry.timer ??= this.clock.at(due, () => {
        this.mark(topic, entry);
      });
  }

  private add(topic: string, payload: string, rule: Rule): Entry {
    const entry: Entry = { rule, payload, sent: null, sentAt: null, inFlight: false, timer: null, forget: false };
    this.entries.set(topic, entry);
    return entry;
  }

  private mark(topic: string, entry: Entry): void {
    this.disarm(entry);
    this.dirty.add(topic);
    this.pump();
  }

  private disarm(entry: Entry): void {
    entry.timer?.();
    entry.timer = null;
  }

  private pump(): void {
    // `done` may be called inside `send`: the running loop goes on by itself, a nested one would only grow the stack.
    if (this.pumping) return;
    this.pumping = true;
    for (const topic of this.dirty) {
      if (this.send === null || this.inFlight >= WINDOW) break;
      const entry = this.entries.get(topic);
      if (entry?.inFlight === true) continue;
      this.dirty.delete(topic);
      if (entry) this.hand(topic, entry, this.send);
    }
    this.pumping = false;
    this.settle();
  }

  private hand(topic: string, entry: Entry, send: Send): void {
    const connection = this.connection;
    entry.inFlight = true;
    entry.sent = entry.payload;
    entry.sentAt = this.clock.monotonicMs();
    this.inFlight += 1;
    const { qos, json, expiryS } = entry.rule;
    send({ topic, payload: entry.payload, retained: true, qos, json, expiryS }, () => {
      if (connection !== this.connection) return;
      entry.inFlight = false;
      this.inFlight -= 1;
      if (entry.forget && !this.dirty.has(topic)) this.entries.delete(topic);
      this.pump();
    });
  }

  private settle(): void {
    if (this.send !== null && (this.inFlight > 0 || this.dirty.size > 0)) return;
    for (const resolve of this.idleWaiters) resolve();
    this.idleWaiters.clear();
  }
}
