import { Air, provideVirtualHci } from '#libs/simulation';
import { type NobleApi, type NoblePeripheral } from './noble-api.js';
import { catchFlushAcl, endPollWhen, forgetPeripheral, type NobleInternals, stopNoble } from './noble-internals.js';
import { type NoblePackage, openNoble } from './noble-loader.js';
import { ContractPeripheral } from './spec-support/contract-peripheral.js';

const INSTANCE = ['on', 'removeAllListeners', 'startScanning', 'stopScanning'];
const PERIPHERAL = [
  'connectAsync',
  'cancelConnect',
  'disconnect',
  'updateRssiAsync',
  'discoverAllServicesAndCharacteristicsAsync',
  'once',
  'removeAllListeners',
];
const CHARACTERISTIC = ['readAsync', 'writeAsync', 'subscribeAsync', 'on'];

const methodsOf = (target: unknown, names: readonly string[]): readonly string[] =>
  names.filter((name) => typeof (target as Record<string, unknown>)[name] === 'function');
const typesOf = (target: object, names: readonly string[]): readonly string[] =>
  names.map((name) => `${name}: ${typeof (target as Record<string, unknown>)[name]}`);

/** A canary: the installed packages have every member the adapter uses, private ones included, and behave as it expects. */
describe.each(['abandonware', 'stoprocent'] satisfies NoblePackage[])('The installed package of %s', (name) => {
  const air = new Air({ random: Math.random, connectionIntervalMs: 0 });
  const radio = air.controller({ address: '00:1a:7d:da:71:13', addressType: 'public' });
  const device = new ContractPeripheral('Desk 1234', air, air.controller({ address: 'e1:1d:2f:0a:33:10' }), radio);
  let noble: NobleApi;
  let ended = false;
  const undo: (() => void)[] = [];
  const internals = (): NobleInternals => noble as unknown as NobleInternals;
  const discovered = () =>
    new Promise<NoblePeripheral>((resolve) => {
      noble.removeAllListeners('discover');
      noble.on('discover', resolve);
    });

  beforeAll(async () => {
    undo.push(provideVirtualHci((id) => (id === 1 ? device.controller : radio)));
    await device.start(1);
    noble = await openNoble(name, 0);
    endPollWhen(noble, () => ended);
    const powered = new Promise<void>((resolve) => {
      if (noble.state === 'poweredOn') resolve();
      noble.on('stateChange', () => {
        resolve();
      });
    });
    await powered;
  });
  afterAll(() => {
    ended = true;
    stopNoble(noble);
    device.stop();
    for (const each of undo) each();
    air.close();
  });

  it('has every member the adapter uses of an instance, a peripheral and a characteristic', async () => {
    expect(methodsOf(noble, INSTANCE)).toEqual(INSTANCE);
    const heard = discovered();
    noble.startScanning([], true);
    const peripheral = await heard;
    expect(methodsOf(peripheral, PERIPHERAL)).toEqual(PERIPHERAL);
    expect(
      typesOf(peripheral, ['id', 'address', 'addressType', 'connectable', 'rssi', 'state', 'advertisement']),
    ).toEqual([
      'id: string',
      'address: string',
      'addressType: string',
      'connectable: boolean',
      'rssi: number',
      'state: string',
      'advertisement: object',
    ]);
    await peripheral.connectAsync({ minInterval: 6, maxInterval: 6, latency: 0, timeout: 30 });
    const { services } = await peripheral.discoverAllServicesAndCharacteristicsAsync();
    const characteristics = services.flatMap((service) => service.characteristics);
    expect(characteristics.length).toBeGreaterThan(3);
    for (const characteristic of characteristics)
      expect(methodsOf(characteristic, CHARACTERISTIC)).toEqual(CHARACTERISTIC);
    const gatt = internals()._bindings._gatts?.[peripheral.id];
    expect(methodsOf(gatt, ['_queueCommand', 'writeAtt'])).toEqual(['_queueCommand', 'writeAtt']);
    expect([peripheral.mtu, peripheral.state]).toEqual([256, 'connected']);
    const over = new Promise<unknown>((resolve) => peripheral.once('disconnect', resolve));
    peripheral.disconnect();
    await over;
  });

  it('forgets an advertiser and finds it again, name and all', async () => {
    noble.startScanning([], true);
    const first = await discovered();
    forgetPeripheral(noble, first.id, first.address);
    const again = await discovered();
    expect(again).not.toBe(first);
    expect([again.address, again.advertisement.localName]).toEqual([first.address, 'Desk 1234']);
  });

  it('has the private members whose traps are closed', () => {
    const hci = internals()._bindings._hci!;
    expect(methodsOf(hci, ['pollIsDevUp', 'flushAcl'])).toEqual(['pollIsDevUp', 'flushAcl']);
    expect(methodsOf(hci._socket, ['stop', 'removeAllListeners'])).toEqual(['stop', 'removeAllListeners']);
    expect(typesOf(internals(), ['_peripherals', '_services', '_characteristics', '_descriptors'])).toEqual([
      '_peripherals: object',
      '_services: object',
      '_characteristics: object',
      '_descriptors: object',
    ]);
    expect(typeof internals()._bindings._gap?._discoveries).toBe('object');
    expect(typeof noble.stop).toBe(name === 'stoprocent' ? 'function' : 'undefined');
  });

  it('a packet to a link that ended meanwhile costs the packet, not the process', async () => {
    const caught: unknown[] = [];
    catchFlushAcl(noble, (error) => caught.push(error));
    const hci = internals()._bindings._hci as unknown as { _aclQueue: unknown[]; flushAcl(): Promise<void> };
    hci._aclQueue.push({ handle: 0x7ff, packet: Buffer.alloc(0) });
    await hci.flushAcl();
    expect(hci._aclQueue).toEqual([]);
    if (name === 'abandonware') expect(String(caught[0])).toContain('pending');
  });
});
