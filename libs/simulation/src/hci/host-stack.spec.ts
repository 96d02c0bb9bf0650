import { createRequire } from 'node:module';
import { Air } from '../air/air.js';
import { type LinkEvent } from '../air/medium.js';
import { provideVirtualHci } from './virtual-hci-socket.js';

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-explicit-any --
   noble and bleno are untyped here on purpose: this spec shows that the bare packages run over the virtual controllers. */

const need = createRequire(__filename);
const SERVICE = '99fa0020338a10248a49009c0215f78a';
const POSITION = '99fa0021338a10248a49009c0215f78a';
const CONTROL = '99fa0002338a10248a49009c0215f78a';

const NOBLES = {
  '@abandonware/noble': () => need('@abandonware/noble/with-custom-binding')({ deviceId: 0 }),
  '@stoprocent/noble': () => need('@stoprocent/noble').withBindings('hci', { deviceId: 0 }),
};
const once = (emitter: any, event: string): Promise<any[]> =>
  new Promise((resolve) =>
    emitter.once(event, (...args: any[]) => {
      resolve(args);
    }),
  );
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.keys(NOBLES) as (keyof typeof NOBLES)[])('%s over the virtual air', (name) => {
  const air = new Air({ random: Math.random });
  const central = air.controller({ addressType: 'public', address: '00:1a:7d:da:71:13' });
  const desk = air.controller({ address: 'e1:1d:2f:0a:33:10' });
  let undo: () => void;
  const events: LinkEvent[] = [];
  air.onLinkEvent((event) => events.push(event));
  const written: string[] = [];
  const deskEvents: string[] = [];
  let noble: any,
    bleno: any,
    notify: ((data: Buffer) => void) | null = null,
    peripheral: any;

  beforeAll(async () => {
    undo = provideVirtualHci((id) => (id === 0 ? central : desk));
    bleno = need('@stoprocent/bleno').withBindings('hci', { deviceId: 1 });
    bleno.on('accept', (address: string) => deskEvents.push(`accept ${address}`));
    bleno.on('disconnect', (address: string) => deskEvents.push(`disconnect ${address}`));
    await bleno.waitForPoweredOnAsync(5000);
    const { PrimaryService, Characteristic } = bleno;
    await bleno.setServicesAsync([
      new PrimaryService({
        uuid: SERVICE,
        characteristics: [
          new Characteristic({
            uuid: CONTROL,
            properties: ['write', 'writeWithoutResponse'],
            onWriteRequest: (_c: any, data: Buffer, _o: number, _w: boolean, done: (r: number) => void) => {
              written.push(data.toString('hex'));
              done(0);
            },
          }),
          new Characteristic({
            uuid: POSITION,
            properties: ['read', 'notify'],
            onReadRequest: (_c: any, _o: number, done: (r: number, d: Buffer) => void) => {
              done(0, Buffer.from('10270000', 'hex'));
            },
            onSubscribe: (_c: any, _m: number, update: (data: Buffer) => void) => {
              notify = update;
            },
            onUnsubscribe: () => {
              notify = null;
            },
          }),
        ],
      }),
    ]);
    await bleno.startAdvertisingAsync('Desk 1234', [SERVICE]);
    noble = NOBLES[name]();
  });

  afterAll(async () => {
    noble._bindings._hci.pollIsDevUp = () => undefined;
    bleno._bindings._hci.pollIsDevUp = () => undefined;
    noble.stop?.();
    bleno.stop?.();
    undo();
    air.close();
    await sleep(1100);
  });

  it('hears the name and the service although they come in different packets', async () => {
    const [state] = await once(noble, 'stateChange');
    expect(state).toBe('poweredOn');
    expect(Buffer.from(desk.advertisingData).includes('Desk 1234')).toBe(false);
    await noble.startScanningAsync([], true);
    [peripheral] = await once(noble, 'discover');
    expect({
      address: peripheral.address,
      type: peripheral.addressType,
      name: peripheral.advertisement.localName,
      uuids: peripheral.advertisement.serviceUuids,
      rssi: peripheral.rssi,
    }).toEqual({ address: 'e1:1d:2f:0a:33:10', type: 'random', name: 'Desk 1234', uuids: [SERVICE], rssi: -60 });
  });

  it('connects, subscribes, writes, is notified and reads, each round trip at least one connection interval long', async () => {
    await peripheral.connectAsync({ minInterval: 24, maxInterval: 24, latency: 0, timeout: 30 });
    const { characteristics } = await peripheral.discoverAllServicesAndCharacteristicsAsync();
    const position = characteristics.find((c: any) => c.uuid === POSITION);
    const control = characteristics.find((c: any) => c.uuid === CONTROL);
    await position.subscribeAsync();
    const notified = once(position, 'data');
    await sleep(50);
    const sentAt = performance.now();
    await control.writeAsync(Buffer.from('4700', 'hex'), false);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(30);
    expect(written).toEqual(['4700']);
    notify?.(Buffer.from('1a270000', 'hex'));
    expect((await notified)[0].toString('hex')).toBe('1a270000');
    expect((await position.readAsync()).toString('hex')).toBe('10270000');
    air.rssi = () => -71;
    expect(await peripheral.updateRssiAsync()).toBe(-71);
  });

  it('ends the link for both sides when the central disconnects', async () => {
    await peripheral.disconnectAsync();
    await sleep(20);
    expect(deskEvents).toEqual(['accept 00:1a:7d:da:71:13', 'disconnect 00:1a:7d:da:71:13']);
  });

  it('out of range, both sides get reason 8 after the supervision timeout', async () => {
    await peripheral.connectAsync({ minInterval: 24, maxInterval: 24, latency: 0, timeout: 30 });
    const lost = once(peripheral, 'disconnect');
    const reasons: number[] = [];
    for (const side of [central, desk])
      side.onData((bytes) => {
        if (bytes[1] === 0x05) reasons.push(bytes[6] ?? 0);
      });
    const cutAt = performance.now();
    air.setRange(central.address, desk.address, false);
    await lost;
    expect(performance.now() - cutAt).toBeGreaterThanOrEqual(299);
    expect(reasons).toEqual([8, 8]);
    expect(events.map((event) => event.kind)).toEqual([
      'pending',
      'up',
      'closed',
      'pending',
      'up',
      'failing',
      'closed',
    ]);
  });
});
