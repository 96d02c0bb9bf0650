import { Socket } from 'node:net';
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import { type Clock, type Undo } from '#libs/application';
import { monotonic, type MonotonicMs, SECOND_MS } from '#libs/domain';
import { type BrokerAddress } from './broker-address.js';
import { describeFailure, type Failure, isVersionDoubt, refusesVersion, TAKEN_OVER } from './broker-failure.js';
import { type MqttLogger } from './mqtt-options.js';
import { type Outgoing } from './outbox.js';
import { OFFLINE } from './payload.js';

/** MQTT 5 first, then 3.1.1. */
type Version = 4 | 5;

/** What the hub subscribes to. Always QoS 0: a broker must not keep commands for a hub that is away. */
export interface Subscription {
  readonly filter: string;
  /** Whether a message that the broker kept is wanted at all (MQTT 5 does not even send it otherwise). */
  readonly retained: boolean;
}

export interface ConnectionSettings {
  readonly address: BrokerAddress;
  /** Stable per hub: a hub that comes back takes over its own session and cancels its own will. */
  readonly clientId: string;
  /** Gets a retained `offline` from the broker when the hub dies. */
  readonly willTopic: string;
  readonly subscriptions: readonly Subscription[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: MqttLogger;
}

export interface ConnectionHandlers {
  onUp(): void;
  onDown(): void;
  onMessage(topic: string, payload: Uint8Array, retained: boolean): void;
}

const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS;
/** Short Wi-Fi losses do not make every entity flap. The session outlives it, as the standard wants (docs/mqtt.md). */
const WILL_DELAY_S = 5;
const SESSION_EXPIRY_S = 10;
/** Largest packet a broker may send us; the longest command is 1 KiB. */
const LARGEST_PACKET = 16 * 1024;
const FIRST_RETRY_MS = SECOND_MS;
const LONGEST_RETRY_MS = 60 * SECOND_MS;
/** A connection that held this long was a good one: the back-off starts anew. */
const STABLE_MS = 10 * SECOND_MS;
const RESTLESS = 3;
const CLOSE_DEADLINE_MS = 2 * SECOND_MS;

/** Small messages go out as they come: Nagle's algorithm and a broker's delayed acknowledgement held them back by 40 ms. */
function sendAtOnce({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

/**
 * One lasting connection to a broker: one MQTT.js client per attempt, so that back-off, jitter and the choice of the
 * protocol version are decided here and no old packet survives in a client's queue.
 */
export class BrokerConnection {
  private client: MqttClient | null = null;
  private upSince: MonotonicMs | null = null;
  private failures = 0;
  /** Connections in a row that were closed soon after they were made. */
  private brief = 0;
  private retry: Undo | null = null;
  private stopped = false;
  private version: Version = 5;
  /** The broker said itself that it does not speak MQTT 5. */
  private only4 = false;
  private reported: string | null = null;

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly handlers: ConnectionHandlers,
  ) {}

  get connected(): boolean {
    return this.upSince !== null;
  }

  /** Why there is no connection, with the cure; null while there is one. */
  get problem(): string | null {
    return this.connected ? null : (this.reported ?? 'not connected yet');
  }

  start(): void {
    this.attempt();
  }

  /** Sends DISCONNECT, so no will goes out, and settles within 2 s. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.retry?.();
    const client = this.client;
    if (client === null) return;
    const closed = new Promise<void>((resolve) => client.once('close', resolve));
    const deadline = this.settings.clock.at(this.inMs(CLOSE_DEADLINE_MS), () => client.stream.destroy());
    client.end(!this.connected);
    await closed;
    deadline();
  }

  /** Hands one message over. Without a connection it is dropped: what matters is kept by the outbox. */
  publish(message: Outgoing, done: () => void): void {
    if (this.client === null || !this.connected) return;
    const options: IClientPublishOptions = {
      qos: message.qos,
      retain: message.retained,
      ...(this.version === 5 && {
        properties: {
          payloadFormatIndicator: true,
          ...(message.json && { contentType: 'application/json' }),
          ...(message.expiryS !== null && { messageExpiryInterval: message.expiryS }),
        },
      }),
    };
    this.client.publish(message.topic, message.payload, options, (error) => {
      if (error && !this.stopped)
        this.settings.logger.warn(`MQTT: the broker did not take ${message.topic}: ${error.message}`);
      done();
    });
  }

  private attempt(): void {
    this.retry = null;
    const { address, logger } = this.settings;
    const client = connect(address.url, this.clientOptions());
    this.client = client;
    let failure: Failure = {};
    client.on('connect', () => {
      sendAtOnce(client);
      this.opened(client);
    });
    client.on('disconnect', (packet) => {
      failure = { code: packet.reasonCode };
    });
    client.on('error', (error: Error & { code?: string | number }) => {
      failure = { code: error.code, message: error.message };
      logger.debug(`MQTT: ${error.message}`);
      client.end(true);
    });
    client.on('message', (topic, payload, packet) => {
      if (client === this.client) this.handlers.onMessage(topic, payload, packet.retain);
    });
    client.once('close', () => {
      this.closed(client, failure);
    });
  }

  private clientOptions(): IClientOptions {
    const { address, clientId, willTopic } = this.settings;
    const v5 = this.version === 5;
    return {
      clientId,
      username: address.username,
      password: address.password,
      protocolVersion: this.version,
      clean: !v5,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      timerVariant: 'native',
      ...(v5 && { properties: { sessionExpiryInterval: SESSION_EXPIRY_S, maximumPacketSize: LARGEST_PACKET } }),
      will: {
        topic: willTopic,
        payload: Buffer.from(OFFLINE),
        qos: 1,
        retain: true,
        ...(v5 && { properties: { willDelayInterval: WILL_DELAY_S } }),
      },
    };
  }

  private opened(client: MqttClient): void {
    if (this.stopped || client !== this.client) return;
    this.upSince = this.settings.clock.monotonicMs();
    this.reported = null;
    const { address, logger } = this.settings;
    logger.info(`MQTT: connected to ${address.url} with MQTT ${this.version === 5 ? '5' : '3.1.1'}`);
    this.subscribe(client);
    this.handlers.onUp();
  }

  private subscribe(client: MqttClient): void {
    const entries = this.settings.subscriptions.map(({ filter, retained }) => [
      filter,
      // rap: a retained command shows as one even while it is live; rh 2: kept ones are not sent; nl: no own echo.
      { qos: 0 as const, ...(this.version === 5 && { nl: true, rap: true, rh: retained ? 0 : 2 }) },
    ]);
    client.subscribe(Object.fromEntries(entries) as Record<string, { qos: 0 }>, (error) => {
      if (error && client === this.client && !this.stopped)
        this.settings.logger.error(
          `MQTT: the broker refused the command topics (${error.message}): check its access list`,
        );
    });
  }

  private closed(client: MqttClient, failure: Failure): void {
    if (client !== this.client) return;
    this.client = null;
    client.end(true);
    const upSince = this.upSince;
    this.upSince = null;
    if (upSince !== null) this.handlers.onDown();
    if (this.stopped) return;
    if (upSince === null) this.fallBack(failure);
    else this.lost(upSince, failure);
  }

  private lost(upSince: MonotonicMs, failure: Failure): void {
    const { clock } = this.settings;
    const stable = clock.monotonicMs() - upSince >= STABLE_MS;
    if (stable) this.failures = 0;
    this.brief = stable ? 0 : this.brief + 1;
    this.version = this.only4 ? 4 : 5;
    // Mosquitto 2.0.11 closes the connection of a client that was taken over without saying so.
    this.report(this.brief >= RESTLESS && failure.code === undefined ? TAKEN_OVER : failure, 'connection lost');
    this.retryLater();
  }

  /** An attempt failed: the other version at once where the version may be the reason, else the same again later. */
  private fallBack(failure: Failure): void {
    if (refusesVersion(failure)) this.only4 = this.version === 5;
    if (this.version === 5 && isVersionDoubt(failure)) {
      this.version = 4;
      this.attempt();
      return;
    }
    this.version = this.only4 ? 4 : 5;
    this.report(failure, 'no connection');
    this.retryLater();
  }

  private report(failure: Failure, what: string): void {
    const { address, logger } = this.settings;
    const { text, serious } = describeFailure(failure, address);
    const report = `${what} to ${address.url}: ${text}`;
    if (report === this.reported) return;
    this.reported = report;
    logger[serious ? 'error' : 'warn'](`MQTT: ${report}. Trying again in the background`);
  }

  private retryLater(): void {
    const { random, clock } = this.settings;
    const longest = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LONGEST_RETRY_MS);
    this.failures = Math.min(this.failures + 1, 16);
    // Half of it is jitter: a house full of hubs does not knock at a restarted broker all at once.
    this.retry = clock.at(this.inMs(longest * (0.5 + random() / 2)), () => {
      this.attempt();
    });
  }

  private inMs(ms: number): MonotonicMs {
    return monotonic(this.settings.clock.monotonicMs() + ms);
  }
}
