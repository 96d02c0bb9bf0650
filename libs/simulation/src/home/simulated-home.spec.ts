import { createRequire } from 'node:module';
import { defaultHome } from './home-plan.js';
import { SimulatedHome } from './simulated-home.js';

/** What this spec uses of noble: the bare package, no adapter of ours. */
interface NobleCharacteristic {
  readonly uuid: string;
  readAsync(): Promise<Buffer>;
  writeAsync(data: Buffer, withoutResponse: boolean): Promise<void>;
  subscribeAsync(): Promise<void>;
  on(event: 'data', listener: (data: Buffer) => void): void;
}
interface NoblePeripheral {
  readonly address: string;
  readonly rssi: number;
  readonly advertisement: { readonly localName?: string; readonly serviceUuids: readonly string[] };
  connectAsync(parameters: object): Promise<void>;
  disconnectAsync(): Promise<void>;
  discoverAllServicesAndCharacteristicsAsync(): Promise<{ readonly characteristics: readonly NobleCharacteristic[] }>;
}
interface Noble {
  readonly _bindings: { readonly _hci: { pollIsDevUp: () => void } };
  on(event: string, listener: (item: never) => void): void;
  startScanningAsync(uuids: readonly string[], duplicates: boolean): Promise<void>;
  stopScanningAsync(): Promise<void>;
}

const need = createRequire(__filename);
const LINK = { minInterval: 24, maxInterval: 24, latency: 0, timeout: 50 };
const linak = (short: string) => `99fa${short}338a10248a49009c0215f78a`;
const infinitime = (start: string) => `${start}78fc48fe8e23433b3a1942d0`;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const hex = (text: string) => Buffer.from(text, 'hex');

describe('a simulated home under the real noble', () => {
  let home: SimulatedHome;
  let noble: Noble;
  const heard = new Map<string, NoblePeripheral>();

  const connect = async (address: string) => {
    const peripheral = heard.get(address)!;
    await peripheral.connectAsync(LINK);
    const { characteristics } = await peripheral.discoverAllServicesAndCharacteristicsAsync();
    return { peripheral, of: (uuid: string) => characteristics.find((each) => each.uuid === uuid)! };
  };

  beforeAll(async () => {
    home = await SimulatedHome.start({ ...defaultHome(), maxRate: 60 });
    const { withCustomBinding } = {
      withCustomBinding: need('@abandonware/noble/with-custom-binding') as (o: object) => Noble,
    };
    noble = withCustomBinding({ deviceId: 0 });
    noble.on('discover', (peripheral: NoblePeripheral) => heard.set(peripheral.address, peripheral));
    await new Promise<void>((resolve) => {
      noble.on('stateChange', () => {
        resolve();
      });
    });
    await noble.startScanningAsync([], true);
    while (heard.size < 2) await sleep(20);
    await noble.stopScanningAsync();
  });

  afterAll(async () => {
    noble._bindings._hci.pollIsDevUp = () => undefined;
    home.stop();
    await sleep(1_100);
  });

  it('advertises as the documents say, with the addresses of the plan and signal strengths of a desk beside', () => {
    const [desk, band] = ['e1:1d:2f:0a:33:10', 'd4:3a:7c:51:08:e2'].map((address) => heard.get(address)!);
    expect({ name: desk?.advertisement.localName, services: desk?.advertisement.serviceUuids }).toEqual({
      name: 'Desk 4711',
      services: [linak('0001')],
    });
    expect({ name: band?.advertisement.localName, services: band?.advertisement.serviceUuids }).toEqual({
      name: 'InfiniTime',
      services: ['180d', '000015301212efde1523785feabcd123'],
    });
    for (const device of [desk, band]) {
      expect(device?.rssi).toBeGreaterThanOrEqual(-61);
      expect(device?.rssi).toBeLessThanOrEqual(-55);
    }
  });

  it('the desk reads a height, ignores a guest, and after the handshake moves to the target it is written; the person follows', async () => {
    const { peripheral, of } = await connect('e1:1d:2f:0a:33:10');
    const [height, dpg, command, target] = ['0021', '0011', '0002', '0031'].map((short) => of(linak(short)));
    const answers: string[] = [];
    const heights: Buffer[] = [];
    await dpg!.subscribeAsync();
    await height!.subscribeAsync();
    dpg!.on('data', (data) => answers.push(data.toString('hex')));
    height!.on('data', (data) => heights.push(data));
    expect((await height!.readAsync()).toString('hex')).toBe('ce030000'); // 97.4 mm above 624.6
    expect(home.clock.rate).toBe(1);
    heights.length = 0; // noble emits a read as data, too

    const drive = async (raw: string, writes: number) => {
      await command!.writeAsync(hex('fe00'), false);
      await command!.writeAsync(hex('ff00'), false);
      for (let n = 0; n < writes; n++) {
        await target!.writeAsync(hex(raw), true);
        await sleep(200);
      }
    };
    await drive('c012', 3);
    expect(home.desks.get('desk-1')!.heightMm).toBe(722);
    expect(heights).toEqual([]);

    for (const request of ['7f8000', '7f8100', '7f8600', '7f86800102030405060708090a0b0c0d0e0f1011']) {
      await dpg!.writeAsync(hex(request), false);
      await sleep(50);
    }
    expect(answers).toEqual(['01022301', '0103016618', '011100c60fca6a36344760a0e1a33256926ce4', '0100']);

    await drive('c012', 56); // 480 mm above the base: 1104.6 mm
    await sleep(300);
    const desk = home.desks.get('desk-1')!;
    expect(Math.abs(desk.heightMm - 1104.6)).toBeLessThanOrEqual(1);
    expect((await height!.readAsync()).readUInt16LE(0)).toBe(Math.round((desk.heightMm - 624.6) * 10));
    expect(heights.length).toBeGreaterThan(40);
    expect(heights.some((value) => value.readInt16LE(2) === 3_800)).toBe(true);
    const motors = home.truth.ofKind('motor');
    expect(motors).toHaveLength(1);
    expect(motors[0]).toMatchObject({
      deskId: 'desk-1',
      cause: 'reference',
      fromMm: 722,
      toMm: desk.heightMm,
      starts: 1,
      dips: 0,
    });
    expect(home.truth.ofKind('rest').at(-1)).toMatchObject({ deskId: 'desk-1', heightMm: desk.heightMm });
    expect(home.people.get('person-1')!.state).toEqual({ posture: 'standing', place: 'desk' });
    await peripheral.disconnectAsync();
  }, 40_000);

  it('the band shows a call, the person accepts within the preview, and the lab runs at 1 x meanwhile', async () => {
    const { peripheral, of } = await connect('d4:3a:7c:51:08:e2');
    expect((await of('2a26').readAsync()).toString()).toBe('1.16.0');
    expect((await of('2a19').readAsync()).toString('hex')).toBe('53');
    const answers: string[] = [];
    const motions: Buffer[] = [];
    await of(infinitime('00020001')).subscribeAsync();
    of(infinitime('00020001')).on('data', (data) => answers.push(data.toString('hex')));
    await of(infinitime('00030002')).subscribeAsync();
    of(infinitime('00030002')).on('data', (data) => motions.push(data));
    await of('2a46').writeAsync(Buffer.from('\x03\x01\x00Time to sit\x0020 min standing.'), false);
    const rates = new Set<number>();
    for (let waited = 0; answers.at(-1) === undefined && waited < 7_500; waited += 50) {
      rates.add(home.clock.rate);
      await sleep(50);
    }
    expect([...rates]).toEqual([1]);
    expect(answers).toEqual(['01']);
    expect(motions.length).toBeGreaterThan(5);
    expect(motions[0]).toHaveLength(6);
    expect(home.truth.ofKind('alert')).toMatchObject([
      { category: 3, text: 'Time to sit | 20 min standing.', shown: true },
    ]);
    expect(home.truth.ofKind('answer')).toMatchObject([{ bandId: 'band-1', answer: 'accept' }]);
    await peripheral.disconnectAsync();
  });

  it('runs fast again once nobody holds it', async () => {
    for (let waited = 0; home.clock.rate === 1 && waited < 6_000; waited += 50) await sleep(50);
    expect(home.clock.reasons()).toEqual([]);
    expect(home.clock.rate).toBe(60);
  });
});
