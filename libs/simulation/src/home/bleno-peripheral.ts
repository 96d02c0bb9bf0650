import {
  type Bleno,
  type Characteristic,
  type ConnectionHandle,
  type PrimaryService,
  type Property,
} from '@stoprocent/bleno';

/** One characteristic as a device offers it. `write` gets the bytes after they were acknowledged. */
export interface GattCharacteristic {
  readonly uuid: string;
  readonly properties: readonly Property[];
  /** Null refuses the read (ATT error 0x0E). */
  readonly read?: () => Buffer | null;
  readonly write?: (bytes: Buffer) => void;
}

export interface GattService {
  readonly uuid: string;
  readonly characteristics: readonly GattCharacteristic[];
}

export interface PeripheralOptions {
  /** Number of the virtual HCI device whose controller this peripheral gets. */
  readonly hciDevice: number;
  /** Device name in GATT (2A00). */
  readonly name: string;
  readonly services: readonly GattService[];
  readonly advertisingData: Buffer;
  readonly scanResponse: Buffer;
  /** Every write received, before the characteristic sees it. */
  readonly onWrite: (characteristic: string, bytes: Buffer) => void;
}

/** What the package exports as a whole; its own types leave out the members of the default export. */
interface BlenoStack {
  readonly Characteristic: typeof Characteristic;
  readonly PrimaryService: typeof PrimaryService;
  withBindings(kind: 'hci', options: { readonly deviceId: number }): Bleno;
}

const POWER_UP_MS = 5_000;
const RESULT_SUCCESS = 0x00;
const RESULT_UNLIKELY_ERROR = 0x0e;

/** Structures of advertising data (Core Specification Supplement, Part A): length, type, value. */
export const adStructure = (type: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([value.length + 1, type]), value]);
export const AD_FLAGS = adStructure(0x01, Buffer.from([0x06]));
export const ad16BitUuids = (uuid: number): Buffer => adStructure(0x03, Buffer.from([uuid & 0xff, uuid >> 8]));
export const ad128BitUuids = (uuid: string): Buffer =>
  adStructure(0x07, Buffer.from(uuid.replaceAll('-', ''), 'hex').reverse());
export const adName = (name: string): Buffer => adStructure(0x09, Buffer.from(name));

/** A GATT server on the real bleno host stack over one virtual controller. One central only, as all our devices. */
export class BlenoPeripheral {
  private readonly updates = new Map<string, Map<ConnectionHandle, (data: Buffer) => void>>();
  private constructor(
    private readonly bleno: Bleno,
    private readonly options: PeripheralOptions,
  ) {}

  /** Loads bleno lazily; the virtual HCI must be installed before. Resolves when the device advertises. */
  static async start(options: PeripheralOptions): Promise<BlenoPeripheral> {
    const stack = ((await import('@stoprocent/bleno')) as unknown as { readonly default: BlenoStack }).default;
    const bleno = named(options.name, () => stack.withBindings('hci', { deviceId: options.hciDevice }));
    const peripheral = new BlenoPeripheral(bleno, options);
    await withoutProcessListeners(() => bleno.waitForPoweredOnAsync(POWER_UP_MS));
    await bleno.setServicesAsync(
      options.services.map(
        ({ uuid, characteristics }) =>
          new stack.PrimaryService({
            uuid,
            characteristics: characteristics.map((each) => peripheral.characteristic(stack.Characteristic, each)),
          }),
      ),
    );
    bleno.on('accept', () => {
      // Otherwise bleno advertises again at once and takes a second central.
      bleno.stopAdvertising();
    });
    bleno.on('disconnect', () => {
      bleno.startAdvertisingWithEIRData(options.advertisingData, options.scanResponse);
    });
    await bleno.startAdvertisingWithEIRDataAsync(options.advertisingData, options.scanResponse);
    return peripheral;
  }

  /** Sends to whoever subscribed. */
  notify(uuid: string, bytes: Buffer): void {
    for (const update of this.updates.get(uuid)?.values() ?? []) update(bytes);
  }

  stop(): void {
    this.updates.clear();
    this.bleno.removeAllListeners('accept');
    this.bleno.removeAllListeners('disconnect');
    this.bleno.stop();
    endPolling(this.bleno);
  }

  private characteristic(Kind: typeof Characteristic, item: GattCharacteristic): Characteristic {
    const { uuid, properties, read, write } = item;
    const subscribers = new Map<ConnectionHandle, (data: Buffer) => void>();
    this.updates.set(uuid, subscribers);
    return new Kind({
      uuid,
      properties,
      onReadRequest: (_handle, offset, done) => {
        const value = read?.() ?? null;
        if (value) done(RESULT_SUCCESS, value.subarray(offset));
        else done(RESULT_UNLIKELY_ERROR);
      },
      onWriteRequest: (_handle, data, _offset, _withoutResponse, done) => {
        done(RESULT_SUCCESS);
        const bytes = Buffer.from(data);
        this.options.onWrite(uuid, bytes);
        write?.(bytes);
      },
      onSubscribe: (handle, _size, update) => subscribers.set(handle, update),
      onUnsubscribe: (handle) => subscribers.delete(handle),
    });
  }
}

/** bleno takes the GATT device name from the environment, once, when an instance is made. */
function named<T>(name: string, make: () => T): T {
  const before = process.env.BLENO_DEVICE_NAME;
  process.env.BLENO_DEVICE_NAME = name;
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env.BLENO_DEVICE_NAME;
    else process.env.BLENO_DEVICE_NAME = before;
  }
}

/** bleno's own SIGINT listener ends the process with code 1 when it is the last one: the process belongs to the application. */
async function withoutProcessListeners(init: () => Promise<void>): Promise<void> {
  const before = new Set([...process.listeners('SIGINT'), ...process.listeners('exit')] as (() => void)[]);
  const ready = init();
  for (const event of ['SIGINT', 'exit'] as const)
    for (const listener of process.listeners(event as 'exit') as (() => void)[])
      if (!before.has(listener)) process.removeListener(event, listener);
  await ready;
}

/** bleno asks once a second for ever whether the device is up, even after `stop`; remove when it ends by itself. */
function endPolling(bleno: Bleno): void {
  const inner = bleno as unknown as { readonly _bindings: { readonly _hci: { pollIsDevUp: () => void } } };
  inner._bindings._hci.pollIsDevUp = () => undefined;
}
