import { type BleCentral, type RadioState } from '#libs/application';
import { Air, provideVirtualHci } from '#libs/simulation';
import { ManualClock } from '#libs/testing';
import { NobleCentral } from './index.js';
import { openAirStage, switchable } from './spec-support/air-stage.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (holds: () => boolean) => {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 5_000) throw new Error('never');
    await sleep(5);
  }
};
const HOOKED = ['exit', 'SIGINT'] as const;

describe.each(['abandonware', 'stoprocent'] as const)('NobleCentral on %s', (name) => {
  const undo: (() => void)[] = [];
  const open = (clock = new ManualClock()) =>
    new NobleCentral({ package: name, adapterIndex: 0, clock, domainClock: clock });
  afterEach(() => {
    for (const each of undo.splice(0)) each();
  });

  it('a machine without Bluetooth is a state with cause and fix, not an error', async () => {
    undo.push(
      provideVirtualHci(() => {
        throw new Error('EAFNOSUPPORT, Address family not supported by protocol');
      }),
    );
    const clock = new ManualClock();
    const central = open(clock);
    await central.start();
    const expected: Record<typeof name, [RadioState, RegExp]> = {
      abandonware: ['unavailable', /no Bluetooth support in its kernel.*Bluetooth adapter/],
      // This package keeps the cause to itself.
      stoprocent: ['unsupported', /no usable Bluetooth.*Plug one in/],
    };
    expect(central.state).toBe(expected[name][0]);
    expect(central.problem).toMatch(expected[name][1]);
    await expect(
      central.connect('e1:1d:2f:0a:33:10', {
        required: [],
        notify: [],
        connection: { minIntervalMs: 30, maxIntervalMs: 50, latency: 0, supervisionTimeoutMs: 4_000 },
      }),
    ).rejects.toMatchObject({ code: 'radio.closed' });
    await central.stop();
    expect(clock.pending).toBe(0);
  });

  it('an adapter that never answers is unavailable after 5 s', async () => {
    undo.push(
      provideVirtualHci(() => ({
        up: true,
        write: () => undefined,
        onData: () => () => undefined,
        close: () => undefined,
      })),
    );
    const clock = new ManualClock();
    const central = open(clock);
    await clock.complete(central.start(), 5_000);
    expect({ state: central.state, problem: central.problem }).toEqual({
      state: 'unavailable',
      problem: 'The Bluetooth adapter could not be opened: it does not answer. Check that it is plugged in and free.',
    });
    await central.stop();
    expect(clock.pending).toBe(0);
  });

  it('an adapter that is switched off is a state with cause and fix; switched on, everything goes on', async () => {
    const air = new Air({ random: Math.random });
    undo.push(() => {
      air.close();
    });
    const adapter = switchable(air.controller({ addressType: 'public', address: '00:1a:7d:da:71:13' }));
    undo.push(provideVirtualHci(() => adapter.transport));
    const central = open();
    const states: RadioState[] = [];
    central.onState((state) => states.push(state));
    await central.start();
    adapter.switch(false);
    await until(() => central.state === 'powered-off');
    expect(central.problem).toContain('Switch it on');
    adapter.switch(true);
    await until(() => central.state === 'powered-on');
    expect(central.problem).toBeNull();
    await central.stop();
    expect(states).toEqual(['powered-on', 'powered-off', 'powered-on', 'unavailable']);
  });

  it('an adapter that goes off ends its links and what waits on them', async () => {
    const stage = await openAirStage(name);
    const [device] = stage.devices;
    const heard = new Set<string>();
    stage.central.onAdvertisement(({ address }) => heard.add(address));
    await until(() => heard.has(device.address));
    const link = await stage.central.connect(device.address, {
      required: [device.position],
      notify: [device.position],
      connection: { minIntervalMs: 7.5, maxIntervalMs: 7.5, latency: 0, supervisionTimeoutMs: 300 },
    });
    const closed: string[] = [];
    link.onClosed((cause) => closed.push(cause));
    const waiting = link.read(device.silent);
    stage.switchAdapter(false);
    await expect(waiting).rejects.toMatchObject({ code: 'radio.link-lost' });
    expect({ open: link.open, closed, state: stage.central.state }).toEqual({
      open: false,
      closed: [expect.stringContaining('the Bluetooth adapter went off')],
      state: 'powered-off',
    });
    await stage.close();
  });

  it('scans again when another program ended the scan', async () => {
    const stage = await openAirStage(name);
    let heard = 0;
    stage.central.onAdvertisement(() => (heard += 1));
    await until(() => heard > 0);
    stage.radio.write(Buffer.from('010c20020000', 'hex'));
    await sleep(20);
    heard = 0;
    await sleep(250);
    expect(heard).toBe(0);
    await stage.clock.advance(20_500);
    await until(() => heard > 0);
    await stage.close();
  });

  it('scans only while somebody listens', async () => {
    const stage = await openAirStage(name);
    const commands: string[] = [];
    const write = stage.radio.write.bind(stage.radio);
    stage.radio.write = (bytes) => {
      commands.push(Buffer.from(bytes).toString('hex'));
      write(bytes);
    };
    const stop = stage.central.onAdvertisement(() => undefined);
    const stopOther = stage.central.onAdvertisement(() => undefined);
    stop();
    await sleep(50);
    expect(commands.at(-1)).toBe('010c20020100');
    stopOther();
    await sleep(50);
    expect(commands.at(-1)).toBe('010c20020001');
    await stage.close();
  });

  it('leaves no listener on the process', async () => {
    const count = () => HOOKED.map((event) => process.listenerCount(event));
    const before = count();
    const air = new Air({ random: Math.random });
    undo.push(
      () => {
        air.close();
      },
      provideVirtualHci(() => air.controller()),
    );
    const central: BleCentral = open();
    await central.start();
    expect(central.state).toBe('powered-on');
    await central.stop();
    expect(count()).toEqual(before);
  });
});
