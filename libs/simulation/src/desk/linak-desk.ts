import { type LabClock } from '../clock/lab-clock.js';
import {
  AD_FLAGS,
  ad128BitUuids,
  adName,
  BlenoPeripheral,
  type GattCharacteristic,
  type GattService,
  type PeripheralOptions,
} from '../home/bleno-peripheral.js';
import { type Random } from '../home/random.js';
import { type TruthLog } from '../truth/truth-log.js';
import { DeskMotor } from './desk-motor.js';
import { DpgSettings } from './dpg-settings.js';
import { HeightReporter } from './height-reporter.js';
import { LINAK_MECHANICS } from './mechanics.js';

/** One Linak desk of a home, as data. */
export interface DeskPlan {
  readonly id: string;
  /** Advertised name, `Desk 4711`. */
  readonly name: string;
  /** Static random address. */
  readonly address: string;
  /** Height of the lowest position above the floor; the desk answers it by DPG 81. */
  readonly baseMm: number;
  readonly startMm: number;
  /** DPG1C and DPG1M sleep and need a wake-up before they move; an IDASEN does not. */
  readonly needsWake?: boolean;
}

/** What every simulated device is built from. */
export interface DeviceParts {
  readonly clock: LabClock;
  readonly truth: TruthLog;
  readonly random: Random;
  readonly hciDevice: number;
}

/** UUIDs of docs/protocols/linak.md. */
const linak = (short: string): string => `99fa${short}-338a-1024-8a49-009c0215f78a`;
const COMMAND = linak('0002');
const ERROR = linak('0003');
const DPG = linak('0011');
const HEIGHT = linak('0021');
const MASK = linak('0029');
const DETECT_MASK = linak('002a');
const TARGET = linak('0031');

const OPCODE = { up: 0x47, down: 0x46, wake: 0xfe, stop: 0xff };
const REFERENCE_STOP = 0x8001;
const HIGHEST_TARGET = 0x7ffe;
const RAW_PER_MM = 10;
/** The speed field counts hundredths of a mm/s (the height log in rhyst/linak-controller #74). */
const SPEED_PER_MM_S = 100;
/** Only the first actuator is there. */
const ONE_ACTUATOR = Buffer.from([0x01]);
/** The format is not documented anywhere: clients must treat it as opaque. */
const COLLISION_ERROR = Buffer.from([0x00, 0x08]);

/** A Linak DPG desk: GATT server, control box, motor. Written from the protocol description, never from our driver. */
export class LinakDesk {
  readonly motor: DeskMotor;
  private peripheral: BlenoPeripheral | null = null;
  private readonly settings: DpgSettings;
  private readonly reporter: HeightReporter;
  private readonly undo: (() => void)[] = [];

  constructor(
    readonly plan: DeskPlan,
    private readonly parts: DeviceParts,
  ) {
    const { id, baseMm, startMm, needsWake = false } = plan;
    const { clock, truth, random } = parts;
    const mechanics = LINAK_MECHANICS;
    this.motor = new DeskMotor({
      id,
      baseMm,
      startMm,
      needsWake,
      mechanics,
      clock,
      truth,
      random: random.fork('motor'),
    });
    this.settings = new DpgSettings(baseMm, (owned) => {
      this.motor.owned = owned;
    });
    this.reporter = new HeightReporter(random.fork('reports'), () => {
      this.reportHeight(this.heightMm);
    });
    let speed = 0;
    this.undo.push(this.motor.onMotion((motion) => (speed = motion.speedMmPerS)));
    this.undo.push(
      clock.onTick(({ stepMs }) => {
        this.reporter.step(stepMs, speed);
      }),
    );
  }

  get heightMm(): number {
    return this.motor.heightMm;
  }

  async start(): Promise<void> {
    this.peripheral = await BlenoPeripheral.start(this.options());
  }

  stop(): void {
    for (const undo of this.undo.splice(0)) undo();
    this.motor.dispose();
    this.peripheral?.stop();
    this.peripheral = null;
  }

  /** Holds a handset key down for real milliseconds. */
  press(direction: 'up' | 'down', forMs: number): void {
    this.motor.press(direction, forMs);
  }

  /** Something is in the way now. */
  obstruct(): void {
    this.motor.obstruct();
    this.peripheral?.notify(ERROR, COLLISION_ERROR);
  }

  /** Notifies this height (mm above the floor) with the speed of now, true or not: a load of known heights for measurements. */
  reportHeight(heightMm: number): void {
    this.peripheral?.notify(HEIGHT, this.height(heightMm));
  }

  private options(): PeripheralOptions {
    const { id, name } = this.plan;
    return {
      hciDevice: this.parts.hciDevice,
      name,
      services: this.services(),
      // Name and service in different packets, as desks send them (docs/protocols/linak.md, "Identity").
      advertisingData: Buffer.concat([AD_FLAGS, ad128BitUuids(linak('0001'))]),
      scanResponse: adName(name),
      onWrite: (characteristic, bytes) => {
        const { clock, truth } = this.parts;
        truth.add({ kind: 'write', deviceId: id, characteristic, hex: bytes.toString('hex'), at: clock.epochMs() });
      },
    };
  }

  private services(): readonly GattService[] {
    return [
      {
        uuid: linak('0001'),
        characteristics: [
          this.written(COMMAND, (bytes) => {
            this.command(bytes);
          }),
          { uuid: ERROR, properties: ['read', 'notify'] },
        ],
      },
      { uuid: linak('0010'), characteristics: [this.dpg()] },
      {
        uuid: linak('0020'),
        characteristics: [
          { uuid: HEIGHT, properties: ['read', 'notify'], read: () => this.height() },
          { uuid: MASK, properties: ['read'], read: () => ONE_ACTUATOR },
          { uuid: DETECT_MASK, properties: ['read'], read: () => ONE_ACTUATOR },
        ],
      },
      {
        uuid: linak('0030'),
        characteristics: [
          this.written(TARGET, (bytes) => {
            this.target(bytes);
          }),
        ],
      },
      {
        uuid: '180a',
        characteristics: [
          { uuid: '2a29', properties: ['read'], read: () => Buffer.from('LINAK') },
          { uuid: '2a24', properties: ['read'], read: () => Buffer.from(this.plan.needsWake ? 'DPG1C' : 'IDASEN') },
        ],
      },
    ];
  }

  private written(uuid: string, write: (bytes: Buffer) => void): GattCharacteristic {
    return { uuid, properties: ['write', 'writeWithoutResponse'], write };
  }

  private dpg(): GattCharacteristic {
    return {
      uuid: DPG,
      properties: ['read', 'write', 'writeWithoutResponse', 'notify'],
      read: () => this.settings.lastReply,
      write: (bytes) => {
        const reply = this.settings.answer(bytes);
        if (reply) this.peripheral?.notify(DPG, reply);
      },
    };
  }

  private command(bytes: Buffer): void {
    if (bytes.length !== 2 || bytes[1] !== 0) return;
    if (bytes[0] === OPCODE.up) this.motor.jog(1);
    else if (bytes[0] === OPCODE.down) this.motor.jog(-1);
    else if (bytes[0] === OPCODE.wake) this.motor.wake();
    else if (bytes[0] === OPCODE.stop) this.motor.stop();
  }

  private target(bytes: Buffer): void {
    if (bytes.length !== 2) return;
    const raw = bytes.readUInt16LE(0);
    if (raw === REFERENCE_STOP) this.motor.stop();
    else if (raw <= HIGHEST_TARGET) this.motor.reference(raw / RAW_PER_MM);
  }

  private height(heightMm = this.heightMm): Buffer {
    const value = Buffer.alloc(4);
    value.writeUInt16LE(Math.max(0, Math.round((heightMm - this.plan.baseMm) * RAW_PER_MM)), 0);
    value.writeInt16LE(Math.round(this.motor.speedMmPerS * SPEED_PER_MM_S), 2);
    return value;
  }
}
