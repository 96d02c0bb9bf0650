import { type DeskSession, type MoveProgress } from '#libs/application';
import { type MoveOutcome, type Observation } from '#libs/domain';
import { type FakeDeskOptions, FakeLinakLink, ManualClock } from '#libs/testing';
import { DecodeIssueLog } from '../../profiles/decode-issue-log.js';
import { compileCorpus, readCorpus } from '../../profiles/profile-corpus.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { openLinak } from './linak.session.js';

const profile = compileCorpus(readCorpus('device-profiles')).find(({ id }) => id === 'linak-dpg') as DeskProfile;

interface Bench {
  readonly clock: ManualClock;
  readonly link: FakeLinakLink;
  readonly session: DeskSession;
  readonly issues: DecodeIssueLog;
  readonly seen: Observation[];
}

/** An open session on a desk that rests at 724.6 mm; the writes of the handshake are forgotten. */
const openDesk = async (options: FakeDeskOptions = {}): Promise<Bench> => {
  const clock = new ManualClock();
  const link = new FakeLinakLink(clock, options);
  const issues = new DecodeIssueLog();
  const session = await clock.complete(openLinak(profile, { link, machineClock: clock, clock, issues }));
  link.writes.length = 0;
  const seen: Observation[] = [];
  session.onObservation((observation) => seen.push(observation));
  return { clock, link, session, issues, seen };
};

const startMove = (
  { session }: Bench,
  heightMm = 1024.6,
): { readonly outcome: Promise<MoveOutcome>; readonly abort: AbortController; readonly progress: MoveProgress[] } => {
  const abort = new AbortController();
  const progress: MoveProgress[] = [];
  return { outcome: session.moveTo(heightMm, abort.signal, (step) => progress.push(step)), abort, progress };
};

const targets = (link: FakeLinakLink): string[] => link.hex('0031').filter((hex) => hex !== '0180');

/** Index of the first stop that ends a move: the stop of arming comes before any target. */
const firstStop = (link: FakeLinakLink): number => link.writes.findIndex(({ hex }) => hex === '0180');

const expectStoppedForGood = ({ link }: Bench): void => {
  const at = firstStop(link);
  expect(link.writes.slice(at - 1, at + 1)).toMatchObject([
    { to: '0002', hex: 'ff00' },
    { to: '0031', hex: '0180' },
  ]);
  expect(link.writes.slice(at).filter(({ to, hex }) => to === '0031' && hex !== '0180')).toEqual([]);
};

describe('the handshake', () => {
  const handshake = (
    options: FakeDeskOptions,
  ): { clock: ManualClock; link: FakeLinakLink; opened: Promise<DeskSession> } => {
    const clock = new ManualClock();
    const link = new FakeLinakLink(clock, options);
    const opened = openLinak(profile, { link, machineClock: clock, clock, issues: new DecodeIssueLog() });
    opened.catch(() => undefined);
    return { clock, link, opened };
  };

  it('asks for capabilities, user id and base, wakes the desk and learns its limits', async () => {
    const { clock, link, opened } = handshake({});
    const session = await clock.complete(opened);
    expect(link.writes.map(({ to, hex, withResponse }) => [to, hex, withResponse])).toEqual([
      ['0011', '7f8000', true],
      ['0011', '7f8600', true],
      ['0011', '7f8100', true],
      ['0002', 'fe00', true],
    ]);
    expect(session.limits).toEqual({ minMm: 624.6, maxMm: 1274.6 });
  });

  it('turns a guest into the owner, keeping its id, in exactly 20 bytes', async () => {
    const { clock, link, opened } = handshake({ owner: false });
    await clock.complete(opened);
    expect(link.hex('0011')).toEqual(['7f8000', '7f8600', '7f868001c60fca6a36344760a0e1a33256926ce4', '7f8100']);
    expect(link.owner).toBe(true);
  });

  it('hands the height it read to the first listener', async () => {
    const { clock, opened } = handshake({});
    const session = await clock.complete(opened);
    const seen: Observation[] = [];
    session.onObservation((observation) => seen.push(observation));
    await clock.advance(0);
    expect(seen).toEqual([{ kind: 'height', heightMm: 724.6, speedMmS: 0 }]);
  });

  it('asks three times with a second between and then gives up', async () => {
    const { clock, link, opened } = handshake({ replies: { '7f8100': null } });
    await expect(clock.complete(opened)).rejects.toMatchObject({ code: 'device.silent' });
    const asked = link.writes.filter(({ hex }) => hex === '7f8100').map(({ atMs }) => atMs);
    expect(asked.map((atMs) => atMs - asked[0]!)).toEqual([0, 1000, 2000]);
    expect(clock.pending).toBe(0);
  });

  it('ends with the link', async () => {
    const { clock, link, opened } = handshake({ replies: { '7f8100': null } });
    await clock.advance(200);
    link.drop();
    await expect(clock.complete(opened)).rejects.toMatchObject({ code: 'device.link-lost' });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a base that is not set', { '7f8100': '0103006618' }],
    ['a base nobody could sit at', { '7f8100': '010301ffff' }],
    ['a refused base', { '7f8100': '0b00' }],
  ])('refuses a desk with %s: its limits are unknown', async (_, replies) => {
    const { clock, opened } = handshake({ replies });
    await expect(clock.complete(opened)).rejects.toMatchObject({ code: 'device.limits-unknown' });
  });

  it.each([
    ['actuator mask', { mask: '40' }],
    ['references', { replies: { '7f8000': '01022302' } }],
  ])('refuses a Linak bed by its %s', async (_, options) => {
    const { clock, opened } = handshake(options);
    await expect(clock.complete(opened)).rejects.toMatchObject({ code: 'device.not-a-desk' });
  });

  it('does not take a late answer of another length for the awaited one', async () => {
    const { clock, link, opened } = handshake({ replies: { '7f8100': null } });
    await clock.advance(200);
    link.notify('0011', '01022301');
    link.notify('0011', '0103016618');
    expect((await clock.complete(opened)).limits.minMm).toBe(624.6);
  });
});

describe('a move', () => {
  it('arms, drives and arrives at the height that is read at rest', async () => {
    const bench = await openDesk();
    const { outcome, progress } = startMove(bench);
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'arrived', heightMm: bench.link.heightMm });
    expect(Math.abs(bench.link.heightMm - 1024.6)).toBeLessThanOrEqual(2);
    expect(bench.link.writes.slice(0, 3).map(({ to, hex }) => [to, hex])).toEqual([
      ['0002', 'fe00'],
      ['0002', 'ff00'],
      ['0031', 'a00f'],
    ]);
    expect(bench.link.writes.slice(-2).map(({ to, hex }) => [to, hex])).toEqual([
      ['0002', 'ff00'],
      ['0031', '0180'],
    ]);
    expect(progress.length).toBeGreaterThan(30);
    expect(progress[0]).toEqual({
      heightMm: 724.6,
      targetMm: 1024.6,
      remainingS: expect.closeTo(300 / 38, 1) as number,
    });
    expect(bench.clock.pending).toBe(0);
  });

  it('goes down as well', async () => {
    const bench = await openDesk({ counts: 5000 });
    const { outcome } = startMove(bench, 724.6);
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'arrived', heightMm: bench.link.heightMm });
  });

  it('is over at once when the desk is there already, without a write', async () => {
    const bench = await openDesk();
    expect(await bench.clock.complete(startMove(bench, 725.6).outcome)).toEqual({ result: 'arrived', heightMm: 724.6 });
    expect(bench.link.writes).toEqual([]);
  });

  it.each([30, 150, 400])('writes every 200 ms, although a read takes %i ms', async (readLatencyMs) => {
    const bench = await openDesk({ readLatencyMs, notifyMs: 500 });
    const { outcome } = startMove(bench);
    expect((await bench.clock.complete(outcome)).result).toBe('arrived');
    const times = bench.link.writes.filter(({ to, hex }) => to === '0031' && hex !== '0180').map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - times[index]!);
    expect(gaps.length).toBeGreaterThan(30);
    expect(new Set(gaps)).toEqual(new Set([200]));
  });

  it('goes on after a zero speed in mid-travel', async () => {
    const bench = await openDesk();
    bench.link.zeroSpeedAt(2500);
    expect((await bench.clock.complete(startMove(bench).outcome)).result).toBe('arrived');
    expect(bench.seen).toContainEqual(expect.objectContaining({ speedMmS: 0 }));
  });

  it('reports the rest height, which no notification said', async () => {
    const bench = await openDesk({ notifyMs: 700 });
    const { outcome } = startMove(bench);
    const notified = new Set<number>();
    bench.link.onNotification(({ bytes }) => notified.add(Buffer.from(bytes).readUInt16LE(0)));
    const { result, heightMm } = await bench.clock.complete(outcome);
    expect(result).toBe('arrived');
    expect(heightMm).toBe(bench.link.heightMm);
    expect([...notified]).not.toContain(Math.round(bench.link.counts));
  });

  it('is refused outside the limits and beside another move, and writes nothing for it', async () => {
    const bench = await openDesk();
    for (const heightMm of [600, 1300, NaN]) {
      expect(await startMove(bench, heightMm).outcome).toEqual({ result: 'refused', heightMm: null });
    }
    expect(bench.link.writes).toEqual([]);
    const first = startMove(bench);
    expect(await startMove(bench, 1100).outcome).toEqual({ result: 'refused', heightMm: null });
    expect((await bench.clock.complete(first.outcome)).result).toBe('arrived');
    expect(new Set(targets(bench.link))).toEqual(new Set(['a00f']));
  });

  it('leaves a desk alone that a hand is moving', async () => {
    const bench = await openDesk();
    bench.link.handset(1);
    await bench.clock.advance(500);
    expect((await bench.clock.complete(startMove(bench).outcome)).result).toBe('overridden');
    expect(bench.link.writes).toEqual([]);
  });

  it('renews owner and wake after a long rest', async () => {
    const bench = await openDesk();
    await bench.clock.advance(profile.timing.rearm_after_idle_ms);
    expect((await bench.clock.complete(startMove(bench).outcome)).result).toBe('arrived');
    expect(bench.link.writes.slice(0, 3).map(({ hex }) => hex)).toEqual(['7f8600', 'fe00', 'fe00']);
  });
});

describe('a stop', () => {
  it('writes both frames in the same turn, and nothing that moves after it', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(3010);
    const before = bench.link.writes.length;
    const stopped = bench.session.stop();
    expect(bench.link.writes.slice(before).map(({ to, hex }) => [to, hex])).toEqual([
      ['0002', 'ff00'],
      ['0031', '0180'],
    ]);
    await stopped;
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'cancelled', heightMm: bench.link.heightMm });
    await bench.clock.advance(10_000);
    expect(bench.link.writes).toHaveLength(before + 2);
    expect(bench.link.moving).toBe(false);
  });

  it('is what aborting does, also while the move is only being prepared', async () => {
    for (const afterMs of [0, 10, 40, 1500]) {
      const bench = await openDesk();
      const { outcome, abort } = startMove(bench);
      await bench.clock.advance(afterMs);
      abort.abort();
      expectStoppedForGood(bench);
      expect((await bench.clock.complete(outcome)).result).toBe('cancelled');
      expectStoppedForGood(bench);
    }
  });

  it('of a move that was aborted before it began costs no write', async () => {
    const bench = await openDesk();
    expect(await bench.session.moveTo(900, AbortSignal.abort())).toEqual({ result: 'cancelled', heightMm: null });
    expect(bench.link.writes).toEqual([]);
  });

  it('lets the desk rest for half a second before the next move', async () => {
    const bench = await openDesk();
    await bench.session.stop();
    const stoppedMs = bench.clock.monotonicMs();
    expect((await bench.clock.complete(startMove(bench).outcome)).result).toBe('arrived');
    const first = bench.link.writes.find(({ to, hex }) => to === '0031' && hex !== '0180');
    expect(first!.atMs - stoppedMs).toBeGreaterThanOrEqual(500);
  });

  it('comes before the close of a moving desk', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(2000);
    await bench.session.close();
    expectStoppedForGood(bench);
    expect(bench.link.open).toBe(false);
    expect((await bench.clock.complete(outcome)).result).toBe('link-lost');
    await bench.clock.advance(2000);
    expect(bench.clock.pending).toBe(0);
  });
});

describe('a move that does not arrive', () => {
  it('is obstructed when the desk reports an error, and is never tried again', async () => {
    const bench = await openDesk();
    bench.link.obstructAt(2000, { report: true, backOffCounts: 300 });
    expect(await bench.clock.complete(startMove(bench).outcome)).toEqual({
      result: 'obstructed',
      heightMm: bench.link.heightMm,
    });
    expect(bench.link.heightMm).toBeCloseTo(794.6, 0);
    expectStoppedForGood(bench);
    expect(bench.seen).toContainEqual({ kind: 'desk-error', payloadHex: '0102' });
  });

  it.each([
    ['upwards', 2000, {}, 1024.6],
    ['downwards', 3000, { counts: 5000 }, 724.6],
  ] as const)(
    'is obstructed when the desk, going %s, backs off by 50 mm without a word',
    async (_, counts, options, targetMm) => {
      const bench = await openDesk(options);
      bench.link.obstructAt(counts, { report: false, backOffCounts: 500 });
      const { result, heightMm } = await bench.clock.complete(startMove(bench, targetMm).outcome);
      expect({ result, heightMm }).toEqual({ result: 'obstructed', heightMm: bench.link.heightMm });
      expect(Math.abs(bench.link.heightMm - 624.6 - counts / 10)).toBeCloseTo(50, 0);
      expect(bench.seen.some(({ kind }) => kind === 'desk-error')).toBe(false);
      expectStoppedForGood(bench);
    },
  );

  it('is obstructed when the error report comes only while the desk is read to its rest', async () => {
    const bench = await openDesk();
    bench.link.obstructAt(2000, { report: false });
    const { outcome } = startMove(bench);
    while (firstStop(bench.link) < 0) await bench.clock.advance(10);
    await bench.clock.advance(150);
    bench.link.notify('0003', '0102');
    expect((await bench.clock.complete(outcome)).result).toBe('obstructed');
    expectStoppedForGood(bench);
  });

  it('is obstructed when we stopped it and the desk backed off all the same', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(3000);
    bench.link.obstructAt(bench.link.counts, { report: false, backOffCounts: 500 });
    await bench.clock.advance(50);
    await bench.session.stop();
    expect((await bench.clock.complete(outcome)).result).toBe('obstructed');
    expectStoppedForGood(bench);
  });

  it('is overridden when a hand drives it past its target', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench, 744.6);
    await bench.clock.advance(400);
    bench.link.handset(1);
    expect((await bench.clock.complete(outcome)).result).toBe('overridden');
    expectStoppedForGood(bench);
  });

  it('is overridden when the handset stops it and the desk reports nothing', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(3000);
    bench.link.handset(0);
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'overridden', heightMm: bench.link.heightMm });
    expectStoppedForGood(bench);
  });

  it('is overridden when the desk turns round, and stopped before 10 mm of it: S-09', async () => {
    const bench = await openDesk({ notifyMs: 50 });
    const { outcome } = startMove(bench);
    await bench.clock.advance(4000);
    bench.link.handset(-1);
    let peakMm = 0;
    while (bench.clock.monotonicMs() < 20_000 && firstStop(bench.link) < 0) {
      peakMm = Math.max(peakMm, bench.link.heightMm);
      await bench.clock.advance(10);
    }
    expect(peakMm - bench.link.heightMm).toBeLessThan(10);
    expectStoppedForGood(bench);
    expect((await bench.clock.complete(outcome)).result).toBe('overridden');
    expectStoppedForGood(bench);
  });

  it('is lost with the link, and writes nothing more', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(3000);
    const before = bench.link.writes.length;
    bench.link.drop();
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'link-lost', heightMm: null });
    expect(bench.link.writes).toHaveLength(before);
    await bench.clock.advance(2000);
    expect(bench.clock.pending).toBe(0);
  });

  it('times out when the desk ignores it', async () => {
    const bench = await openDesk();
    bench.link.obeys = false;
    const write = bench.link.write.bind(bench.link);
    bench.link.write = (...args) => {
      const written = write(...args);
      bench.link.obeys = false;
      return written;
    };
    expect(await bench.clock.complete(startMove(bench).outcome)).toEqual({ result: 'timed-out', heightMm: 724.6 });
    expectStoppedForGood(bench);
  });

  it('times out when the link stays up and the desk says nothing', async () => {
    const bench = await openDesk({ notifyMs: 1e9 });
    const { outcome } = startMove(bench);
    await bench.clock.advance(1000);
    bench.link.failReads = true;
    expect(await bench.clock.complete(outcome)).toEqual({ result: 'timed-out', heightMm: null });
    expectStoppedForGood(bench);
  });

  it('times out when our own loop is late by more than 250 ms', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(3010);
    const before = targets(bench.link).length;
    bench.clock.stall(500);
    expect((await bench.clock.complete(outcome)).result).toBe('timed-out');
    expect(targets(bench.link)).toHaveLength(before);
    expectStoppedForGood(bench);
  });

  it('never lets two targets wait at a radio that hangs', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(1000);
    const before = targets(bench.link).length;
    bench.link.hangWrites = true;
    expect((await bench.clock.complete(outcome)).result).toBe('timed-out');
    expect(targets(bench.link).length - before).toBe(1);
    expectStoppedForGood(bench);
  });

  it('stops the desk when the listener of its progress throws', async () => {
    const bench = await openDesk();
    const outcome = bench.session.moveTo(1000, new AbortController().signal, ({ heightMm }) => {
      if (heightMm > 760) throw new Error('listener');
    });
    await expect(bench.clock.complete(outcome)).rejects.toThrow('listener');
    expectStoppedForGood(bench);
  });
});

describe('frames from the desk', () => {
  it('become observations stamped where they came in', async () => {
    const bench = await openDesk();
    const stamps: number[] = [];
    bench.session.onObservation((_, at) => stamps.push(at.mono));
    await bench.clock.advance(100);
    bench.link.notify('0021', '6400' + '38ff');
    bench.link.notify('0003', '0a');
    expect(bench.seen.slice(-2)).toEqual([
      { kind: 'height', heightMm: 634.6, speedMmS: -2 },
      { kind: 'desk-error', payloadHex: '0a' },
    ]);
    expect(new Set(stamps.slice(-2))).toEqual(new Set([bench.clock.monotonicMs()]));
  });

  it('of a wrong length are counted and otherwise ignored, in a move too', async () => {
    const bench = await openDesk();
    const { outcome } = startMove(bench);
    await bench.clock.advance(1000);
    for (const hex of ['', '64', '640038ff00']) bench.link.notify('0021', hex);
    bench.link.notify('0003', '');
    bench.link.notify('0011', '01');
    expect((await bench.clock.complete(outcome)).result).toBe('arrived');
    expect(bench.issues.list()).toEqual([
      {
        profileId: 'linak-dpg',
        characteristic: 'reference_output',
        code: 'wrong-length',
        count: 3,
        detail: '5 bytes, expected 4',
      },
      {
        profileId: 'linak-dpg',
        characteristic: 'error',
        code: 'wrong-length',
        count: 1,
        detail: '0 bytes, expected at least 1',
      },
    ]);
  });

  it('that answer a height request with nothing are an error, not a height', async () => {
    const bench = await openDesk();
    bench.link.read = () => Promise.resolve(new Uint8Array(0));
    await expect(bench.session.readHeight()).rejects.toMatchObject({ code: 'device.bad-frame' });
  });

  it('stop with the link', async () => {
    const bench = await openDesk();
    await bench.clock.advance(0);
    await bench.session.close();
    const before = bench.seen.length;
    bench.link.notify('0021', '64000000');
    expect(bench.seen).toHaveLength(before);
  });
});

describe('a motion by hand', () => {
  it('is read to its rest, because the last notification tells neither the height nor the speed there', async () => {
    const bench = await openDesk();
    bench.link.handset(1);
    await bench.clock.advance(3000);
    bench.link.handset(0);
    await bench.clock.advance(3000);
    const heights = bench.seen.filter((observation) => observation.kind === 'height');
    expect(heights.at(-1)).toMatchObject({ heightMm: 624.6 + Math.round(bench.link.counts) / 10, speedMmS: 0 });
    const [reads, timers] = [heights.length, bench.clock.pending];
    await bench.clock.advance(10_000);
    expect(bench.seen.filter(({ kind }) => kind === 'height')).toHaveLength(reads);
    expect(timers).toBe(0);
  });

  it('is not asked after once the link is lost', async () => {
    const bench = await openDesk();
    bench.link.handset(1);
    await bench.clock.advance(500);
    bench.link.drop();
    bench.link.handset(0);
    await bench.clock.advance(5000);
    expect(bench.clock.pending).toBe(0);
  });
});
