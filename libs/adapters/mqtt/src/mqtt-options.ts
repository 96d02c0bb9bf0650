import { type MachineClock } from '#libs/application';

/** Where the adapter's words go. No secret and no health value is ever among them. */
export interface MqttLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Everything the adapter needs, resolved from the config (docs/mqtt.md). */
export interface MqttOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. Credentials inside it are used and never shown. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** First levels of all topics, `stance`. Never the discovery prefix. */
  readonly base: string;
  /** `homeassistant` unless changed in Home Assistant's MQTT options. */
  readonly discoveryPrefix: string;
  /** Where Home Assistant says `online`, `homeassistant/status`. It does not follow the prefix. */
  readonly statusTopic: string;
  /** Take movement commands without `created` as fresh. For scripts that cannot write a time. */
  readonly acceptBareMotion: boolean;
  /** Publish steps and heart rate, in a subtree of their own. Without it that subtree is cleared. */
  readonly publishHealth: boolean;
  /** Shortest time between two values of a height in motion, ms. 250 by default: 4 Hz. */
  readonly publishMinIntervalMs: number;
  /** What heights are shown in by Home Assistant. On the topics they are always mm. */
  readonly units: 'mm' | 'cm' | 'inch';
  readonly clock: MachineClock;
  /** Uniform in [0, 1): spreads reconnects and announcements. */
  readonly random: () => number;
  readonly logger: MqttLogger;
}
