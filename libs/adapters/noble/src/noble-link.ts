import {
  BleLink,
  type BleAddress,
  type CharacteristicRef,
  type Clock,
  type MachineClock,
  type Notification,
  StanceError,
  type Undo,
} from '#libs/application';
import { settleWithin } from './deadline.js';
import { type NobleCharacteristic, type NoblePeripheral } from './noble-api.js';

/**
 * One GATT request and its answer, ms: two connection events of at most 4 s each (largest interval, Core 5.4 Vol 6 Part B
 * 4.5.1) would be 8 s, but every profile asks for <= 100 ms: 5 s is 25 lost round trips.
 */
const GATT_MS = 5_000;

/** Channel MTU before an exchange, Core 5.4 Vol 3 Part F 3.2.8. */
const DEFAULT_MTU = 23;
/** Opcode and handle of a Write Command. */
const WRITE_HEADER_BYTES = 3;

/** HCI reasons a person can do something about (Core 5.4 Vol 1 Part F). */
const REASONS: Readonly<Record<string, string>> = {
  '3': 'the Bluetooth adapter went off (reason 3)',
  '8': 'out of range or switched off (reason 8)',
  '19': 'closed by the device (reason 19)',
  '22': 'closed by the hub (reason 22)',
  '62': 'the device did not answer the connection (reason 62)',
};

const refKey = (ref: CharacteristicRef): string => `${ref.service} ${ref.characteristic}`;

export interface LinkParts {
  readonly peripheral: NoblePeripheral;
  readonly clock: MachineClock;
  readonly domainClock: Clock;
}

/** One GATT link. noble's own promises hang when a link ends, so each call races the loss and a deadline. */
export class NobleLink extends BleLink {
  override readonly address: BleAddress;
  private closedCause: string | null = null;
  private readonly characteristics = new Map<string, NobleCharacteristic>();
  private readonly notificationListeners = new Set<(notification: Notification) => void>();
  private readonly closedListeners = new Set<(cause: string) => void>();
  private readonly inFlight = new Set<(error: Error) => void>();
  private closing: Promise<void> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: LinkParts) {
    super();
    this.address = parts.peripheral.address.toLowerCase();
    parts.peripheral.once('disconnect', (reason) => {
      const known = REASONS[String(reason)];
      this.end(`link lost: ${known ?? `reason ${String(reason)}`}`);
    });
  }

  /** noble's own name for the device. */
  get id(): string {
    return this.parts.peripheral.id;
  }

  override get open(): boolean {
    return this.closedCause === null && this.parts.peripheral.state === 'connected';
  }

  override get mtu(): number {
    return this.parts.peripheral.mtu ?? DEFAULT_MTU;
  }

  override has(ref: CharacteristicRef): boolean {
    return this.characteristics.has(refKey(ref));
  }

  override async read(ref: CharacteristicRef): Promise<Uint8Array> {
    const characteristic = this.find(ref);
    const bytes = await this.inTurn(`read of ${ref.characteristic}`, () => characteristic.readAsync());
    // noble resolves a refused read with nothing at all.
    if (bytes.length === 0)
      throw this.error('radio.empty-read', `${ref.characteristic} gave no value or refused the read`);
    return Uint8Array.from(bytes);
  }

  override async write(
    ref: CharacteristicRef,
    bytes: Uint8Array,
    options: { readonly withResponse: boolean },
  ): Promise<void> {
    const characteristic = this.find(ref);
    const data = Buffer.from(bytes);
    const what = `write to ${ref.characteristic}`;
    if (options.withResponse) return this.inTurn(what, () => characteristic.writeAsync(data, false));
    if (data.length > this.mtu - WRITE_HEADER_BYTES)
      throw this.error('radio.refused', `${data.length} bytes do not fit one Write Command of MTU ${this.mtu}`);
    return this.call(what, () => characteristic.writeAsync(data, true));
  }

  override async readRssi(): Promise<number> {
    return this.inTurn('signal strength', () => this.parts.peripheral.updateRssiAsync());
  }

  override onNotification(listener: (notification: Notification) => void): Undo {
    this.notificationListeners.add(listener);
    return () => this.notificationListeners.delete(listener);
  }

  override onClosed(listener: (cause: string) => void): Undo {
    this.closedListeners.add(listener);
    return () => this.closedListeners.delete(listener);
  }

  override close(): Promise<void> {
    this.closing ??= this.disconnect();
    return this.closing;
  }

  private async disconnect(): Promise<void> {
    // Asking noble to disconnect what is not connected leaves it in 'disconnecting' for ever.
    if (!this.open) return;
    const ended = new Promise<void>((resolve) =>
      this.closedListeners.add(() => {
        resolve();
      }),
    );
    this.parts.peripheral.disconnect();
    const late = (): Error => this.error('radio.timeout', 'the adapter did not confirm the disconnect');
    await settleWithin(ended, { clock: this.parts.clock, ms: GATT_MS, late }).catch(() => undefined);
    this.end('closed by the hub');
  }

  /** Ends the link here whatever the radio says: for a radio that went away. */
  end(cause: string): void {
    if (this.closedCause !== null) return;
    this.closedCause = cause;
    for (const fail of [...this.inFlight]) fail(this.lost());
    const listeners = [...this.closedListeners];
    this.closedListeners.clear();
    this.notificationListeners.clear();
    for (const listener of listeners) listener(cause);
    // Calls that were cut off leave their listeners behind.
    this.parts.peripheral.removeAllListeners();
  }

  /** To be called by the link's setup for every characteristic found. */
  add(ref: CharacteristicRef, characteristic: NobleCharacteristic): void {
    this.characteristics.set(refKey(ref), characteristic);
  }

  async subscribe(ref: CharacteristicRef): Promise<void> {
    const characteristic = this.find(ref);
    characteristic.on('data', (data, isNotification) => {
      if (!isNotification || !this.open) return;
      const notification = {
        characteristic: ref.characteristic,
        bytes: Uint8Array.from(data),
        at: this.parts.domainClock.stamp(),
      };
      for (const listener of this.notificationListeners) listener(notification);
    });
    await this.inTurn(`subscription to ${ref.characteristic}`, () => characteristic.subscribeAsync());
  }

  /** Runs one call of noble; rejects when the link ends or nothing comes back in time. */
  async call<T>(what: string, work: () => Promise<T>, ms = GATT_MS): Promise<T> {
    if (!this.open) throw this.lost();
    let fail: (error: Error) => void = () => undefined;
    const lost = new Promise<never>((_resolve, reject) => (fail = reject));
    this.inFlight.add(fail);
    const late = (): Error =>
      this.error('radio.timeout', `${what} was not answered within ${ms} ms; it may have been refused`);
    try {
      return await settleWithin(Promise.race([work(), lost]), { clock: this.parts.clock, ms, late });
    } catch (error) {
      throw this.translated(what, error);
    } finally {
      this.inFlight.delete(fail);
    }
  }

  /**
   * Requests with an answer go one at a time: noble resolves every waiting write of a characteristic with the first answer.
   * An unanswered one ends the link, as ATT demands (Core 5.4 Vol 3 Part F 3.3.3): noble would queue all that follows, a
   * desk's stop included, behind it for ever.
   */
  private inTurn<T>(what: string, work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => this.call(what, work));
    this.last = turn.catch((error: unknown) => {
      if (error instanceof StanceError && error.code === 'radio.timeout') return this.close();
      return undefined;
    });
    return turn;
  }

  private find(ref: CharacteristicRef): NobleCharacteristic {
    const characteristic = this.characteristics.get(refKey(ref));
    if (!characteristic)
      throw this.error('radio.gatt-mismatch', `the device has no characteristic ${ref.characteristic}`);
    return characteristic;
  }

  private translated(what: string, error: unknown): StanceError {
    if (error instanceof StanceError) return error;
    return this.open ? this.error('radio.refused', `${what} failed: ${String(error)}`, error) : this.lost();
  }

  private lost(): StanceError {
    return this.error('radio.link-lost', this.closedCause ?? 'the link is not open');
  }

  private error(code: string, message: string, cause?: unknown): StanceError {
    return new StanceError(code, `${this.address}: ${message}`, { owner: 'device', cause });
  }
}
