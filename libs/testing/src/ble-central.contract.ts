import {
  type Advertisement,
  type BleAddress,
  type BleCentral,
  type BleLink,
  type CharacteristicRef,
  hasCode,
  type Notification,
  type SessionSpec,
} from '#libs/application';
import { type ManualClock } from './manual-clock.js';

/** A device the contract plays with. */
export interface ContractDevice {
  readonly address: BleAddress;
  readonly addressType: 'public' | 'random';
  readonly name: string;
  /** Advertised, in a packet of its own. */
  readonly service: string;
  /** Reads as `10270000`, notifies. */
  readonly position: CharacteristicRef;
  /** Takes writes of both kinds. */
  readonly control: CharacteristicRef;
  /** Refuses every read. */
  readonly refusing: CharacteristicRef;
  /** Never answers a read. */
  readonly silent: CharacteristicRef;
  /** Hex of every write received. */
  readonly written: readonly string[];
  /** Links that are up, as the device sees it. */
  readonly links: number;
  notify(hex: string): void;
  setInRange(inRange: boolean): void;
}

/** What an adapter brings: a started radio whose clocks stand still until advanced, and two devices in range. */
export interface BleCentralStage {
  readonly central: BleCentral;
  /** Both the machine clock and the domain clock of the radio. */
  readonly clock: ManualClock;
  readonly rssiDbm: number;
  readonly devices: readonly [ContractDevice, ContractDevice];
  close(): Promise<void>;
}

const ABSENT = 'c0:00:00:00:00:01';
/** How long the world may take for what it does in real time (radio events), ms. */
const PATIENCE_MS = 4_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > PATIENCE_MS) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'resolved',
    (error: unknown) => (hasCode(error, 'radio.*') ? error.code : `not a radio error: ${String(error)}`),
  );

const specOf = (device: ContractDevice): SessionSpec => ({
  required: [device.position, device.control],
  notify: [device.position],
  connection: { minIntervalMs: 7.5, maxIntervalMs: 7.5, latency: 0, supervisionTimeoutMs: 300 },
});

/** Declares what every `BleCentral` must do. `open` is called before each sentence. */
export function describeBleCentral(name: string, open: () => Promise<BleCentralStage>): void {
  describe(name, () => {
    let stage: BleCentralStage;
    let central: BleCentral;
    let clock: ManualClock;
    let device: ContractDevice;
    let heard: Advertisement[];

    beforeEach(async () => {
      stage = await open();
      ({ central, clock } = stage);
      [device] = stage.devices;
      heard = [];
      central.onAdvertisement((advertisement) => heard.push(advertisement));
    });
    afterEach(() => stage.close());

    const hear = (address: BleAddress): Promise<void> =>
      until(`heard ${address}`, () => heard.some((one) => one.address === address && one.name !== null));
    const connect = async (to = device): Promise<BleLink> => {
      await hear(to.address);
      return central.connect(to.address, specOf(to));
    };

    it('is powered on without a problem once started', () => {
      expect({ state: central.state, problem: central.problem }).toEqual({ state: 'powered-on', problem: null });
    });

    it('merges what one address sends in several packets', async () => {
      await hear(device.address);
      expect(heard.find((one) => one.address === device.address && one.name !== null)).toEqual({
        address: device.address,
        addressType: device.addressType,
        name: device.name,
        serviceUuids: [device.service],
        rssiDbm: stage.rssiDbm,
        connectable: true,
        at: clock.stamp(),
      });
    });

    it('tells every packet, not only the first of an address', async () => {
      await until('three packets', () => heard.filter((one) => one.address === device.address).length >= 3);
    });

    it('reads, writes both ways in order, and measures the signal', async () => {
      const link = await connect();
      expect({ open: link.open, address: link.address }).toEqual({ open: true, address: device.address });
      expect(link.mtu).toBeGreaterThanOrEqual(23);
      expect([
        link.has(device.position),
        link.has({ ...device.position, service: device.position.characteristic }),
      ]).toEqual([true, false]);
      await link.write(device.control, Uint8Array.of(0x47, 0x00), { withResponse: true });
      await link.write(device.control, Uint8Array.of(0xff, 0x00), { withResponse: false });
      await Promise.all(
        [1, 2, 3].map((byte) => link.write(device.control, Uint8Array.of(byte), { withResponse: true })),
      );
      expect(device.written).toEqual(['4700', 'ff00', '01', '02', '03']);
      expect(await link.read(device.position)).toEqual(Uint8Array.of(0x10, 0x27, 0, 0));
      expect(await link.readRssi()).toBe(stage.rssiDbm);
    });

    it('stamps notifications with the domain clock and tells reads apart from them', async () => {
      const link = await connect();
      const notifications: Notification[] = [];
      link.onNotification((notification) => notifications.push(notification));
      await clock.advance(1_000);
      device.notify('1a270000');
      await until('notified', () => notifications.length > 0);
      await link.read(device.position);
      expect(notifications).toEqual([
        { characteristic: device.position.characteristic, bytes: Uint8Array.of(0x1a, 0x27, 0, 0), at: clock.stamp() },
      ]);
    });

    it('takes a refused read for an error, not for an empty value, and keeps the link', async () => {
      const link = await connect();
      expect(await codeOf(link.read(device.refusing))).toBe('radio.empty-read');
      expect(await link.read(device.position)).toEqual(Uint8Array.of(0x10, 0x27, 0, 0));
    });

    it('a Write Command waits for no answer: a stop reaches the device while a request is pending', async () => {
      const link = await connect();
      const read = codeOf(link.read(device.silent));
      await sleep(50);
      await link.write(device.control, Uint8Array.of(0xff, 0x00), { withResponse: false });
      await link.write(device.control, Uint8Array.of(0x01, 0x80), { withResponse: false });
      await until('stopped', () => device.written.length === 2);
      expect(device.written).toEqual(['ff00', '0180']);
      expect(link.open).toBe(true);
      await link.close();
      expect(await read).toBe('radio.link-lost');
    });

    it('a Write Command that does not fit one packet is refused', async () => {
      const link = await connect();
      const long = new Uint8Array(link.mtu);
      expect(await codeOf(link.write(device.control, long, { withResponse: false }))).toBe('radio.refused');
    });

    it('a characteristic the device lacks is a mismatch, at connect and later', async () => {
      await hear(device.address);
      const unknown = { ...device.control, characteristic: '0000ffff-0000-1000-8000-00805f9b34fb' };
      const spec = specOf(device);
      expect(await codeOf(central.connect(device.address, { ...spec, required: [unknown] }))).toBe(
        'radio.gatt-mismatch',
      );
      await until('no link left', () => device.links === 0);
      const link = await central.connect(device.address, { ...spec, notify: [...spec.notify, unknown] });
      expect(await codeOf(link.read(unknown))).toBe('radio.gatt-mismatch');
    });

    it('an unanswered request fails after 5 s and ends the link, because nothing behind it would ever be sent', async () => {
      const link = await connect();
      const closed: string[] = [];
      link.onClosed((cause) => closed.push(cause));
      const read = codeOf(link.read(device.silent));
      const behind = codeOf(link.read(device.position));
      await clock.advance(4_999);
      await sleep(20);
      expect(link.open).toBe(true);
      await clock.advance(1);
      expect([await read, await behind]).toEqual(['radio.timeout', 'radio.link-lost']);
      await until('no link left', () => device.links === 0);
      expect(closed).toHaveLength(1);
    });

    it('a lost link settles what is under way, tells so once, and refuses what comes later', async () => {
      const link = await connect();
      const closed: string[] = [];
      link.onClosed((cause) => closed.push(cause));
      device.setInRange(false);
      const calls = [
        link.read(device.position),
        link.write(device.control, Uint8Array.of(1), { withResponse: true }),
        link.readRssi(),
      ];
      const codes = await Promise.all(calls.map(codeOf));
      expect(codes.slice(0, 2)).toEqual(['radio.link-lost', 'radio.link-lost']);
      expect(link.open).toBe(false);
      expect(await codeOf(link.write(device.control, Uint8Array.of(1), { withResponse: false }))).toBe(
        'radio.link-lost',
      );
      await link.close();
      expect(closed).toEqual(['link lost: out of range or switched off (reason 8)']);
    });

    it('connects again after a loss and discovers anew', async () => {
      const lost = await connect();
      device.setInRange(false);
      await until('lost', () => !lost.open);
      device.setInRange(true);
      await until('device free', () => device.links === 0);
      const link = await connect();
      expect(await link.read(device.position)).toEqual(Uint8Array.of(0x10, 0x27, 0, 0));
      expect(await codeOf(lost.read(device.position))).toBe('radio.link-lost');
    });

    it('closes once, on both sides, and listens on', async () => {
      const link = await connect();
      const closed: string[] = [];
      link.onClosed((cause) => closed.push(cause));
      await Promise.all([link.close(), link.close()]);
      expect(closed).toHaveLength(1);
      await until('no link left', () => device.links === 0);
      heard.length = 0;
      await hear(device.address);
    });

    it('listens on while links stand', async () => {
      await connect();
      heard.length = 0;
      await hear(stage.devices[1].address);
    });

    it('does not connect to an address that was not heard for 2 s', async () => {
      const attempt = codeOf(central.connect(ABSENT, specOf(device)));
      await sleep(20);
      await clock.advance(2_000);
      expect(await attempt).toBe('radio.absent');
      await hear(device.address);
      device.setInRange(false);
      await sleep(50);
      await clock.advance(2_001);
      const late = codeOf(central.connect(device.address, specOf(device)));
      await sleep(20);
      await clock.advance(2_000);
      expect(await late).toBe('radio.absent');
    });

    it('gives a connect up after 15 s and is free for the next', async () => {
      await hear(device.address);
      device.setInRange(false);
      const attempt = codeOf(central.connect(device.address, specOf(device)));
      await sleep(50);
      await clock.advance(15_000);
      expect(await attempt).toBe('radio.timeout');
      device.setInRange(true);
      await connect(stage.devices[1]);
      await connect();
    });

    it('calls an attempt off when asked to, and is free for the next', async () => {
      await hear(device.address);
      device.setInRange(false);
      const control = new AbortController();
      const attempt = codeOf(central.connect(device.address, specOf(device), control.signal));
      await sleep(50);
      control.abort();
      expect(await attempt).toBe('radio.closed');
      expect(await codeOf(central.connect(device.address, specOf(device), control.signal))).toBe('radio.closed');
      device.setInRange(true);
      await connect();
    });

    it('connects to several devices that are asked for at once, and to none twice', async () => {
      await Promise.all(stage.devices.map((one) => hear(one.address)));
      const links = await Promise.all(stage.devices.map((one) => central.connect(one.address, specOf(one))));
      expect(links.map((link) => link.address)).toEqual(stage.devices.map((one) => one.address));
      expect(await codeOf(central.connect(device.address, specOf(device)))).toBe('radio.refused');
      expect(links.every((link) => link.open)).toBe(true);
    });

    it('stops with everything it owns', async () => {
      const link = await connect();
      await central.stop();
      await until('no link left', () => device.links === 0);
      expect({ open: link.open, state: central.state, timers: clock.pending }).toEqual({
        open: false,
        state: 'unavailable',
        timers: 0,
      });
      expect(await codeOf(central.connect(device.address, specOf(device)))).toBe('radio.closed');
      heard.length = 0;
      await sleep(150);
      expect(heard).toEqual([]);
    });
  });
}
