import { randomUUID } from 'node:crypto';
import {
  connectAsync,
  type IClientOptions,
  type IClientSubscribeOptions,
  type IPublishPacket,
  type MqttClient,
} from 'mqtt';

/** One message as another client of the broker sees it. */
export interface Seen {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
  readonly qos: number;
  readonly properties: IPublishPacket['properties'];
  /** Milliseconds of this process's own clock. */
  readonly at: number;
}

const POLL_MS = 20;

/** Somebody else on the broker: sees everything below `#`, and sends what a person or Home Assistant would. */
export class MqttObserver {
  readonly seen: Seen[] = [];
  private readonly latest = new Map<string, string>();
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly client: MqttClient) {
    client.on('message', (topic, payload, packet) => {
      const text = payload.toString();
      this.seen.push({
        topic,
        payload: text,
        retained: packet.retain,
        qos: packet.qos,
        properties: packet.properties,
        at: performance.now(),
      });
      this.latest.set(topic, text);
      for (const look of this.waiting) look();
    });
    client.on('error', () => undefined);
  }

  static async connect(
    url: string,
    options: IClientOptions = {},
    subscribe: Partial<IClientSubscribeOptions> = {},
  ): Promise<MqttObserver> {
    const observer = new MqttObserver(await connectAsync(url, { reconnectPeriod: 100, ...options }));
    // QoS 0: messages of both levels then come in the order they were sent in.
    await observer.client.subscribeAsync('#', { qos: 0, ...subscribe });
    return observer;
  }

  /** The newest payload of a topic, undefined if there was none. */
  last(topic: string): string | undefined {
    return this.latest.get(topic);
  }

  payloads(topic: string): readonly string[] {
    return this.seen.filter((message) => message.topic === topic).map(({ payload }) => payload);
  }

  /** Topics whose newest payload is not empty: what a broker holds or held. */
  topics(): readonly string[] {
    return [...this.latest].filter(([, payload]) => payload !== '').map(([topic]) => topic);
  }

  /** Forgets what was seen, to look at what comes next. */
  forget(): void {
    this.seen.length = 0;
    this.latest.clear();
  }

  /** Resolves when the condition holds; rejects with the list of topics after the deadline. */
  until(what: string, condition: () => boolean, deadlineMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        clearInterval(poll);
        this.waiting.delete(look);
        resolve();
      };
      // A condition may also look at what the hub did, which sends no message.
      const poll = setInterval(() => {
        look();
      }, POLL_MS);
      const timer = setTimeout(() => {
        clearInterval(poll);
        this.waiting.delete(look);
        reject(new Error(`not seen in ${String(deadlineMs)} ms: ${what}; newest: ${this.tail()}`));
      }, deadlineMs);
      this.waiting.add(look);
      look();
    });
  }

  /** Resolves when the newest payload of the topic is this one. */
  untilLast(topic: string, payload: string, deadlineMs?: number): Promise<void> {
    return this.until(`${topic} = ${payload}`, () => this.last(topic) === payload, deadlineMs);
  }

  async publish(
    topic: string,
    payload: string,
    options: { readonly retain?: boolean; readonly qos?: 0 | 1 } = {},
  ): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** Resolves when everything the broker had to say until now was seen, retained messages included. */
  async caughtUp(): Promise<void> {
    const marker = `observer/${randomUUID()}`;
    await this.publish(marker, 'here');
    await this.untilLast(marker, 'here');
    this.latest.delete(marker);
    this.seen.splice(
      this.seen.findIndex(({ topic }) => topic === marker),
      1,
    );
  }

  private tail(): string {
    return [...this.latest]
      .slice(-20)
      .map(([topic, payload]) => `${topic}=${payload.slice(0, 60)}`)
      .join(', ');
  }

  async end(): Promise<void> {
    await this.client.endAsync(true);
  }
}
