import { type CharacteristicRef } from '#libs/application';
import { type Air, type Controller } from '#libs/simulation';
import { type ContractDevice } from '#libs/testing';
import { type BlenoStack, loadBleno } from './bleno-stack.js';

const uuid = (short: string): string => `99fa${short}-338a-1024-8a49-009c0215f78a`;
const bare = (full: string): string => full.replaceAll('-', '');
const SERVICE = uuid('0020');
const ref = (short: string): CharacteristicRef => ({ service: SERVICE, characteristic: uuid(short) });
const SUCCESS = 0x00;
const UNLIKELY_ERROR = 0x0e;

/** A device on a real bleno host stack over one virtual controller: all that the contract asks for. */
export class ContractPeripheral implements ContractDevice {
  readonly addressType = 'random';
  readonly service = SERVICE;
  readonly position = ref('0021');
  readonly control = ref('0002');
  readonly refusing = ref('0003');
  readonly silent = ref('0004');
  readonly written: string[] = [];
  links = 0;
  private readonly updates = new Set<(data: Buffer) => void>();
  private stack: BlenoStack | null = null;

  constructor(
    readonly name: string,
    private readonly air: Air,
    readonly controller: Controller,
    private readonly central: Controller,
  ) {}

  get address(): string {
    return this.controller.address;
  }

  /** `hciDevice` is the number under which the controller is provided. */
  async start(hciDevice: number): Promise<void> {
    const stack = loadBleno(hciDevice);
    this.stack = stack;
    stack.on('accept', () => (this.links += 1));
    stack.on('disconnect', () => {
      this.links -= 1;
      this.updates.clear();
    });
    await new Promise<void>((resolve) => {
      stack.on('stateChange', (state) => {
        if (state === 'poweredOn') resolve();
      });
    });
    await stack.setServicesAsync([
      new stack.PrimaryService({ uuid: bare(SERVICE), characteristics: this.characteristics(stack) }),
    ]);
    await stack.startAdvertisingAsync(this.name, [bare(SERVICE)]);
  }

  notify(hex: string): void {
    for (const update of this.updates) update(Buffer.from(hex, 'hex'));
  }

  setInRange(inRange: boolean): void {
    this.air.setRange(this.controller.address, this.central.address, inRange);
  }

  stop(): void {
    this.stack?.end();
  }

  private characteristics(stack: BlenoStack): readonly object[] {
    return [
      new stack.Characteristic({
        uuid: bare(this.control.characteristic),
        properties: ['write', 'writeWithoutResponse'],
        onWriteRequest: (_link, data, _offset, _withoutResponse, done) => {
          this.written.push(data.toString('hex'));
          done(SUCCESS);
        },
      }),
      new stack.Characteristic({
        uuid: bare(this.position.characteristic),
        properties: ['read', 'notify'],
        onReadRequest: (_link, _offset, done) => {
          done(SUCCESS, Buffer.from('10270000', 'hex'));
        },
        onSubscribe: (_link, _size, update) => {
          this.updates.add(update);
        },
      }),
      new stack.Characteristic({
        uuid: bare(this.refusing.characteristic),
        properties: ['read'],
        onReadRequest: (_link, _offset, done) => {
          done(UNLIKELY_ERROR);
        },
      }),
      new stack.Characteristic({
        uuid: bare(this.silent.characteristic),
        properties: ['read'],
        onReadRequest: () => undefined,
      }),
    ];
  }
}
