import { FollowedClock, SystemClock } from '#adapters/clock';
import { NobleCentral } from '#adapters/noble';
import { type BandSession, type DeskSession, type ProfileSummary } from '#libs/application';
import { monotonic, type Observation } from '#libs/domain';
import { FileProfileStore } from '#libs/devices';
import { type Controller, defaultHome, SimulatedHome, type TruthRecord } from '#libs/simulation';

const DESK = 'e1:1d:2f:0a:33:10';
const WATCH = 'd4:3a:7c:51:08:e2';

/** Profiles, drivers and noble against the independently written furniture, at 1 x. */
describe('the drivers over the simulated air', () => {
  const truth: (TruthRecord & { readonly heardAt: number })[] = [];
  const machineClock = new SystemClock();
  let home: SimulatedHome;
  let radio: Controller;
  let central: NobleCentral;
  let desk: DeskSession;
  let watch: BandSession;
  const recognised = new Map<string, readonly ProfileSummary[]>();
  const seen: Observation[] = [];

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => machineClock.at(monotonic(machineClock.monotonicMs() + ms), resolve));
  const stoppedAt = (): number | undefined =>
    truth.find((record) => record.kind === 'write' && record.hex === 'ff00')?.heardAt;
  const trueHeight = (): number => home.desks.get('desk-1')!.heightMm;

  beforeAll(async () => {
    home = await SimulatedHome.start(
      { ...defaultHome(), maxRate: 1 },
      { onTruth: (record) => truth.push({ ...record, heardAt: performance.now() }) },
    );
    const make = home.air.controller.bind(home.air);
    home.air.controller = (options) => (radio = make(options));
    const lab = home.clock;
    const clock = new FollowedClock({
      monotonicMs: () => lab.nowMs(),
      epochMs: () => lab.epochMs(),
      uptimeMs: () => lab.uptimeMs(),
      at: (whenMs, fire) => lab.at(whenMs, fire),
    });
    const store = new FileProfileStore({ directory: 'device-profiles', machineClock, clock });
    central = new NobleCentral({ package: 'abandonware', clock: machineClock, domainClock: clock });
    await central.start();
    const undo = central.onAdvertisement((advertisement) => {
      recognised.set(advertisement.address, store.match(advertisement));
    });
    for (let tries = 0; tries < 200 && recognised.size < 2; tries += 1) await wait(50);
    // Name and service come in different packets.
    await wait(500);
    desk = (await store.open('linak-dpg', await central.connect(DESK, store.sessionSpec('linak-dpg')))) as DeskSession;
    watch = (await store.open(
      'infinitime',
      await central.connect(WATCH, store.sessionSpec('infinitime')),
    )) as BandSession;
    undo();
    for (const session of [desk, watch]) session.onObservation((observation) => seen.push(observation));
  }, 30_000);

  afterAll(async () => {
    await central.stop();
    home.stop();
    await wait(1_100);
  });

  it('recognise both devices by their profiles', () => {
    expect([DESK, WATCH].map((address) => recognised.get(address)!.map(({ id }) => id))).toEqual([
      ['linak-dpg'],
      ['infinitime'],
    ]);
  });

  it('learn the limits and the height of the desk', async () => {
    expect(desk.limits).toEqual({ minMm: 624.6, maxMm: 1274.6 });
    expect(await desk.readHeight()).toBeCloseTo(trueHeight(), 0);
  });

  it('move the desk to a height and know where it rests', async () => {
    const outcome = await desk.moveTo(800, new AbortController().signal);
    expect(outcome).toEqual({ result: 'arrived', heightMm: expect.closeTo(trueHeight(), 1) as number });
    expect(Math.abs(trueHeight() - 800)).toBeLessThanOrEqual(2);
  }, 20_000);

  it('stop it: the truth of the furniture has no target after the stop, and the motor rests within its run-on', async () => {
    const moving = desk.moveTo(1000, new AbortController().signal);
    await wait(1500);
    truth.length = 0;
    await desk.stop();
    const { result, heightMm } = await moving;
    expect(result).toBe('cancelled');
    expect(heightMm).toBeCloseTo(trueHeight(), 0);
    const written = truth.flatMap((record) => (record.kind === 'write' ? [record] : []));
    const firstStop = written.findIndex(({ hex }) => hex === 'ff00');
    expect(written.slice(firstStop).map(({ hex }) => hex)).toEqual(['ff00', '0180']);
  }, 20_000);

  describe('have a stop at the desk within 100 ms', () => {
    /** The radio of the hub, whose answers to reads can be held back. */
    const holdReads = (): (() => void) => {
      const held: Buffer[] = [];
      const toHost = radio.toHost.bind(radio);
      radio.toHost = (packet) => {
        // H4 ACL, then L2CAP channel 4 (ATT), then Read Response (Core 5.4 Vol 3 Part F 3.4.4.4).
        if (packet[0] === 0x02 && packet[7] === 0x04 && packet[9] === 0x0b) held.push(packet);
        else toHost(packet);
      };
      return () => {
        radio.toHost = toHost;
        for (const packet of held) toHost(packet);
      };
    };

    it.each([
      ['with nothing under way', false],
      ['while the answer to a read is out', true],
    ] as const)(
      'in mid-move, %s',
      async (_, reading) => {
        const took: number[] = [];
        for (const targetMm of [1000, 800, 1000]) {
          const abort = new AbortController();
          const moving = desk.moveTo(targetMm, abort.signal);
          await wait(1300 + 11 * took.length);
          const release = reading ? holdReads() : () => undefined;
          const read = reading ? desk.readHeight() : Promise.resolve(0);
          if (reading) await wait(150);
          truth.length = 0;
          const asked = performance.now();
          abort.abort();
          while (stoppedAt() === undefined && performance.now() - asked < 1000) await wait(1);
          took.push((stoppedAt() ?? Infinity) - asked);
          release();
          await read;
          expect((await moving).result).toBe('cancelled');
        }
        expect(Math.max(...took)).toBeLessThanOrEqual(100);
      },
      20_000,
    );
  });

  it('take a hand on the handset for what it is', async () => {
    const moving = desk.moveTo(1100, new AbortController().signal);
    await wait(2000);
    // 4 s are about 140 mm: further back than any anti-collision.
    home.desks.get('desk-1')!.press('down', 4000);
    const { result, heightMm } = await moving;
    expect(result).toBe('overridden');
    expect(heightMm).toBeCloseTo(trueHeight(), 0);
  }, 20_000);

  it('take the anti-collision of the desk for what it is', async () => {
    const moving = desk.moveTo(1200, new AbortController().signal);
    await wait(2000);
    home.desks.get('desk-1')!.obstruct();
    expect((await moving).result).toBe('obstructed');
    expect(seen.some(({ kind }) => kind === 'desk-error')).toBe(true);
  }, 20_000);

  it('read the watch, and put an alert on its screen', async () => {
    await watch.showAlert({ title: 'Stand up?', body: 'The desk would move.', answerable: true });
    await wait(500);
    const kinds = new Set(seen.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['height', 'battery', 'steps', 'acceleration']));
    expect(await watch.readRssi()).toBeLessThan(0);
  });
});
