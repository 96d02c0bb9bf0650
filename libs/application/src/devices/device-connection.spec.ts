import { bandId, deskId } from '#libs/domain';
import { ManualClock } from '#libs/testing';
import { type BandSetup } from '../hub/hub-setup.js';
import {
  type Advertisement,
  type BandSession,
  type BleCentral,
  type BleLink,
  type ProfileStore,
} from '../ports/index.js';
import { DeviceConnection } from './device-connection.js';
import { RadioUse } from './radio-use.js';

const BAND: BandSetup = {
  kind: 'band',
  id: bandId('wrist'),
  name: 'Wrist',
  profileId: 'infinitime',
  address: 'c1:00:00:00:00:01',
};

/** A band in reach of one radio; links are dropped and handshakes broken on demand. */
function inReach(device: BandSetup = BAND): {
  readonly clock: ManualClock;
  readonly stages: string[];
  readonly connection: DeviceConnection;
  readonly radio: RadioUse;
  readonly hear: (address?: string) => void;
  readonly drop: () => void;
  fail: boolean;
  rssiReads: number;
  connects: number;
} {
  const clock = new ManualClock();
  const stages: string[] = [];
  let closed: (cause: string) => void = () => undefined;
  const link = {
    open: true,
    onClosed: (listener: (cause: string) => void) => {
      closed = listener;
      return () => undefined;
    },
    close: () => Promise.resolve(),
  } as unknown as BleLink;
  const session = {
    kind: 'band',
    readRssi: () => Promise.resolve(void (bench.rssiReads += 1)),
    close: () => Promise.resolve(),
  } as unknown as BandSession;
  const profiles = {
    sessionSpec: () => ({}),
    open: () => Promise.resolve(session),
    match: () => [{ id: 'infinitime' }],
  } as unknown as ProfileStore;
  const radio = new RadioUse();
  const central = {
    connect: () => {
      bench.connects += 1;
      return bench.fail ? Promise.reject(new Error('not there')) : Promise.resolve(link);
    },
  } as unknown as BleCentral;
  const connection = new DeviceConnection(
    device,
    { profiles, clock, radio },
    {
      onStage: (_device, stage) => stages.push(stage),
      onSession: () => stages.push('session'),
      onSessionEnd: () => stages.push('session end'),
    },
  );
  const heard: Advertisement = {
    address: 'c1:00:00:00:00:01',
    addressType: 'random',
    name: 'InfiniTime',
    serviceUuids: [],
    rssiDbm: -60,
    connectable: true,
    at: clock.stamp(),
  };
  const bench = {
    clock,
    stages,
    connection,
    radio,
    hear: (address = heard.address) => {
      connection.offer({ ...heard, address }, central);
    },
    drop: () => {
      closed('supervision timeout');
    },
    fail: false,
    rssiReads: 0,
    connects: 0,
  };
  return bench;
}

describe('DeviceConnection', () => {
  it('connects on its own advertisement, hands the session over, and reads the RSSI every 5 s', async () => {
    const bench = inReach();
    bench.hear();
    await bench.clock.advance(15_000);
    expect(bench.stages).toEqual(['found', 'connecting', 'connected', 'session']);
    expect(bench.rssiReads).toBe(4);
    await bench.connection.stop();
    expect(bench.clock.pending).toBe(0);
  });

  it('makes one attempt at a time, however often the device is heard', async () => {
    const bench = inReach();
    bench.hear();
    bench.hear();
    await bench.clock.advance(0);
    bench.hear();
    expect(bench.connects).toBe(1);
  });

  it('backs off 1 s, 2 s, 4 s … after failures, and starts again at 1 s after a link that held', async () => {
    const bench = inReach();
    bench.fail = true;
    for (const pauseMs of [1_000, 2_000, 4_000]) {
      bench.hear();
      await bench.clock.advance(pauseMs - 1);
      const before = bench.connects;
      bench.hear();
      expect(bench.connects).toBe(before);
      await bench.clock.advance(1);
    }
    bench.fail = false;
    bench.hear();
    await bench.clock.advance(0);
    bench.drop();
    expect(bench.stages.slice(-2)).toEqual(['session end', 'lost']);
    await bench.clock.advance(1_000);
    bench.hear();
    await bench.clock.advance(0);
    expect(bench.stages.at(-1)).toBe('session');
  });

  it('stops reading the RSSI when the link is lost', async () => {
    const bench = inReach();
    bench.hear();
    await bench.clock.advance(0);
    bench.drop();
    await bench.clock.advance(60_000);
    expect(bench.rssiReads).toBe(1);
    expect(bench.clock.pending).toBe(0);
  });

  it('leaves the devices of others alone', () => {
    const bench = inReach();
    bench.connection.offer({ address: 'aa:aa:aa:aa:aa:aa' } as Advertisement, undefined as unknown as BleCentral);
    expect(bench.stages).toEqual([]);
  });

  it('does not connect while a desk moves', async () => {
    const bench = inReach();
    bench.radio.moveBegins(deskId('office'));
    bench.hear();
    await bench.clock.advance(0);
    expect(bench.connects).toBe(0);
    bench.radio.moveEnds(deskId('office'));
    bench.hear();
    expect(bench.connects).toBe(1);
  });

  it('without an address takes a lone match after 10 s, and none of several', async () => {
    const lone = inReach({ ...BAND, address: null });
    lone.hear();
    expect(lone.connects).toBe(0);
    await lone.clock.advance(10_000);
    lone.hear();
    expect([lone.connects, lone.connection.knownAddress]).toEqual([1, 'c1:00:00:00:00:01']);

    const two = inReach({ ...BAND, address: null });
    two.hear();
    two.hear('c1:00:00:00:00:02');
    await two.clock.advance(9_000);
    two.hear();
    two.hear('c1:00:00:00:00:02');
    expect([two.connects, two.stages]).toEqual([0, ['failed']]);
    await two.clock.advance(10_000);
    two.hear();
    await two.clock.advance(10_000);
    two.hear();
    expect(two.connects).toBe(1);
  });
});
