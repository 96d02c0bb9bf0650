import { type Undo } from '../clock/timer-queue.js';
import { type DeviceParts } from '../desk/linak-desk.js';
import {
  AD_FLAGS,
  ad128BitUuids,
  ad16BitUuids,
  adName,
  BlenoPeripheral,
  type GattCharacteristic,
  type GattService,
} from '../home/bleno-peripheral.js';
import { readAlert, type BandAlert } from './alert.js';
import { AlertScreen, type CallAnswer, type NotificationSetting } from './alert-screen.js';
import { BandClock } from './band-clock.js';
import { BandSensors } from './band-sensors.js';
import { type WristActivity } from './wrist.js';

/** One InfiniTime watch of a home, as data. */
export interface BandPlan {
  readonly id: string;
  /** Static random address. */
  readonly address: string;
  readonly batteryPercent: number;
  /** The watch's notification setting: off and sleep suppress alerts, and nobody can read it back. */
  readonly notifications: NotificationSetting;
}

/** UUIDs of docs/protocols/infinitime.md. */
const infinitime = (start: string): string => `${start}-78fc-48fe-8e23-433b3a1942d0`;
const STEPS = infinitime('00030001');
const MOTION = infinitime('00030002');
const ANSWER = infinitime('00020001');
const PULSE = '2a37';
const DFU_SERVICE = '00001530-1212-efde-1523-785feabcd123';
const HEART_RATE_SERVICE = 0x180d;
const NAME = 'InfiniTime';
const FIRMWARE = '1.16.0';
const ANSWER_CODE: Record<CallAnswer, number> = { reject: 0, accept: 1, mute: 2 };
const ALERT_LEVELS = ['None', 'Mild', 'High'];

const steps = (count: number): Buffer => {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(count);
  return value;
};

const motion = (axes: readonly number[]): Buffer => {
  const value = Buffer.alloc(6);
  axes.forEach((axis, index) => value.writeInt16LE(axis, index * 2));
  return value;
};

const text = (value: string) => (): Buffer => Buffer.from(value);

/** A PineTime with InfiniTime 1.16: written from the protocol description, never from our driver. */
export class InfiniTimeBand {
  private peripheral: BlenoPeripheral | null = null;
  private readonly clock = new BandClock();
  private readonly sensors: BandSensors;
  private readonly screen: AlertScreen;
  private readonly alertListeners = new Set<(alert: BandAlert) => void>();
  private readonly undoTick: Undo;
  private day: number;

  constructor(
    readonly plan: BandPlan,
    private readonly parts: DeviceParts,
    notificationsPerSecond: number,
  ) {
    this.sensors = new BandSensors(notificationsPerSecond, parts.random.fork('wrist'), {
      motion: (axes) => this.peripheral?.notify(MOTION, motion(axes)),
      steps: (count) => this.peripheral?.notify(STEPS, steps(count)),
      pulse: (bpm) => this.peripheral?.notify(PULSE, Buffer.from([0, bpm])),
    });
    this.screen = new AlertScreen(plan.id, parts.clock, {
      shown: (alert) => {
        this.recordAlert(alert, true);
        for (const listener of [...this.alertListeners]) listener(alert);
      },
      suppressed: (alert) => {
        this.recordAlert(alert, false);
      },
      ended: (_alert, answer) => {
        parts.truth.add({ kind: 'answer', bandId: plan.id, answer, at: parts.clock.epochMs() });
      },
    });
    this.screen.setting = plan.notifications;
    this.day = this.clock.day(parts.clock.epochMs());
    this.undoTick = parts.clock.onTick((tick) => {
      this.midnight();
      this.sensors.tick(tick);
    });
  }

  async start(): Promise<void> {
    const { id } = this.plan;
    this.peripheral = await BlenoPeripheral.start({
      hciDevice: this.parts.hciDevice,
      name: NAME,
      services: this.services(),
      advertisingData: Buffer.concat([AD_FLAGS, ad16BitUuids(HEART_RATE_SERVICE), ad128BitUuids(DFU_SERVICE)]),
      scanResponse: adName(NAME),
      onWrite: (characteristic, bytes) => {
        const { clock, truth } = this.parts;
        truth.add({ kind: 'write', deviceId: id, characteristic, hex: bytes.toString('hex'), at: clock.epochMs() });
      },
    });
  }

  stop(): void {
    this.undoTick();
    this.alertListeners.clear();
    this.peripheral?.stop();
    this.peripheral = null;
  }

  /** What the wearer's arm does from now on. */
  wear(activity: WristActivity): void {
    this.sensors.activity = activity;
  }

  set notifications(setting: NotificationSetting) {
    this.screen.setting = setting;
  }

  /** Told of every alert that really appears on the screen. */
  onAlert(listener: (alert: BandAlert) => void): Undo {
    this.alertListeners.add(listener);
    return () => this.alertListeners.delete(listener);
  }

  /** The wearer presses an answer. False, and nothing is sent, when no call is on the screen any more. */
  answer(answer: CallAnswer): boolean {
    if (!this.screen.answer(answer)) return false;
    this.peripheral?.notify(ANSWER, Buffer.from([ANSWER_CODE[answer]]));
    return true;
  }

  private midnight(): void {
    const day = this.clock.day(this.parts.clock.epochMs());
    if (day !== this.day) this.sensors.resetSteps();
    this.day = day;
  }

  private recordAlert({ category, title, body }: BandAlert, shown: boolean): void {
    const { clock, truth } = this.parts;
    const words = body ? `${title} | ${body}` : title;
    truth.add({ kind: 'alert', bandId: this.plan.id, category, text: words, shown, at: clock.epochMs() });
  }

  private newAlert(packet: Buffer): void {
    const alert = readAlert(packet);
    if (alert) this.screen.show(alert);
  }

  private services(): readonly GattService[] {
    return [
      { uuid: '180a', characteristics: this.deviceInformation() },
      { uuid: '1805', characteristics: this.currentTime() },
      { uuid: '1811', characteristics: this.alerts() },
      {
        uuid: '1802',
        characteristics: [
          {
            uuid: '2a06',
            properties: ['writeWithoutResponse'],
            write: (bytes) => {
              const title = `Alert : ${ALERT_LEVELS[bytes[0] ?? 0] ?? 'None'}`;
              this.screen.show({ category: 0, title, body: '' });
            },
          },
        ],
      },
      {
        uuid: '180f',
        characteristics: [
          { uuid: '2a19', properties: ['read', 'notify'], read: () => Buffer.from([this.plan.batteryPercent]) },
        ],
      },
      {
        uuid: '180d',
        characteristics: [
          { uuid: PULSE, properties: ['read', 'notify'], read: () => Buffer.from([0, this.sensors.bpm]) },
        ],
      },
      {
        uuid: infinitime('00030000'),
        characteristics: [
          { uuid: STEPS, properties: ['read', 'notify'], read: () => steps(this.sensors.stepCount) },
          { uuid: MOTION, properties: ['read', 'notify'], read: () => motion(this.sensors.axes) },
        ],
      },
    ];
  }

  private deviceInformation(): readonly GattCharacteristic[] {
    return [
      { uuid: '2a29', properties: ['read'], read: text('PINE64') },
      { uuid: '2a24', properties: ['read'], read: text('PineTime') },
      { uuid: '2a26', properties: ['read'], read: text(FIRMWARE) },
      { uuid: '2a28', properties: ['read'], read: text('InfiniTime') },
    ];
  }

  private currentTime(): readonly GattCharacteristic[] {
    let zone: Buffer = Buffer.from([0, 0]);
    return [
      {
        uuid: '2a2b',
        properties: ['read', 'write'],
        read: () => this.clock.read(this.parts.clock.epochMs()),
        write: (bytes) => {
          // Setting the clock is not a midnight.
          if (this.clock.set(bytes, this.parts.clock.epochMs())) this.day = this.clock.day(this.parts.clock.epochMs());
        },
      },
      {
        uuid: '2a0f',
        properties: ['read', 'write'],
        read: () => zone,
        write: (bytes) => {
          zone = bytes;
        },
      },
    ];
  }

  private alerts(): readonly GattCharacteristic[] {
    return [
      // Requests only: a Write Command is dropped, as on the watch.
      {
        uuid: '2a46',
        properties: ['write'],
        write: (bytes) => {
          this.newAlert(bytes);
        },
      },
      { uuid: ANSWER, properties: ['notify'] },
    ];
  }
}
