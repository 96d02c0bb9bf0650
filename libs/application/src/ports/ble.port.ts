import { type Stamp } from '#libs/domain';
import { type Undo } from './clock.port.js';

/** Lower-case, colon-separated: `e1:1d:2f:0a:33:10`. */
export type BleAddress = string;

/** Lower-case, dashed, always 128 bit: `0000180d-0000-1000-8000-00805f9b34fb`. */
export type Uuid = string;

export interface CharacteristicRef {
  readonly service: Uuid;
  readonly characteristic: Uuid;
}

/** One advertiser as known so far: the adapter merges advertising data and scan response of one address. */
export interface Advertisement {
  readonly address: BleAddress;
  readonly addressType: 'public' | 'random';
  readonly name: string | null;
  readonly serviceUuids: readonly Uuid[];
  readonly rssiDbm: number;
  readonly connectable: boolean;
  /** When the newest packet came in. */
  readonly at: Stamp;
}

/** Stop 1 of the way of the data: bytes stamped at the radio. */
export interface Notification {
  readonly characteristic: Uuid;
  readonly bytes: Uint8Array;
  readonly at: Stamp;
}

/** Bluetooth units in ms; latency counts skipped connection events. */
export interface ConnectionParameters {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly latency: number;
  readonly supervisionTimeoutMs: number;
}

/** What a usable session needs, declared; the adapter runs it and fails as a whole. */
export interface SessionSpec {
  /** Characteristics that must exist; missing ones fail the connect with `radio.gatt-mismatch`. */
  readonly required: readonly CharacteristicRef[];
  /** Subscribed before `connect` resolves. Those not in `required` are skipped when absent. */
  readonly notify: readonly CharacteristicRef[];
  readonly connection: ConnectionParameters;
}

export type RadioState = 'starting' | 'powered-on' | 'powered-off' | 'unsupported' | 'unavailable';

/** Every call has a deadline on the machine's clock and settles on every path, link loss included. */
export abstract class BleLink {
  abstract readonly address: BleAddress;
  abstract readonly open: boolean;
  /** ATT MTU of this link in bytes. */
  abstract readonly mtu: number;
  abstract has(ref: CharacteristicRef): boolean;
  abstract read(ref: CharacteristicRef): Promise<Uint8Array>;
  /** `withResponse: false` is a Write Command: it proves nothing about arrival. */
  abstract write(ref: CharacteristicRef, bytes: Uint8Array, options: { readonly withResponse: boolean }): Promise<void>;
  abstract readRssi(): Promise<number>;
  abstract onNotification(listener: (notification: Notification) => void): Undo;
  /** Fires exactly once, for a loss and for our own close. */
  abstract onClosed(listener: (cause: string) => void): Undo;
  abstract close(): Promise<void>;
}

/**
 * One radio in the central role. Connects only to an address whose advertisement is <= 2 s old
 * (`radio.absent` otherwise): on a real kernel a connect to an absent device blocks the event loop for 40 s.
 */
export abstract class BleCentral {
  abstract readonly state: RadioState;
  /** Human words on why the radio is not usable, null while it is. */
  abstract readonly problem: string | null;
  /** Loads the native module and powers up. Never throws for a missing radio: the state says it. */
  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;
  /** Scanning runs while at least one listener is there. */
  abstract onAdvertisement(listener: (advertisement: Advertisement) => void): Undo;
  abstract onState(listener: (state: RadioState) => void): Undo;
  /** One attempt at a time per radio; others queue in order. Rejects with a `StanceError` of code `radio.*`. */
  abstract connect(address: BleAddress, spec: SessionSpec, signal?: AbortSignal): Promise<BleLink>;
}
