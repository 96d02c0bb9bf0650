import fc from 'fast-check';
import { MOVE_OUTCOMES, type MoveResult } from '#libs/domain';
import { type DeskWrite, FakeLinakLink, ManualClock } from '#libs/testing';
import { DecodeIssueLog } from '../../profiles/decode-issue-log.js';
import { compileCorpus, readCorpus } from '../../profiles/profile-corpus.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { openLinak } from './linak.session.js';
import { LinakWire } from './linak-wire.js';

const profile = compileCorpus(readCorpus('device-profiles')).find(({ id }) => id === 'linak-dpg') as DeskProfile;

const EVENTS = [
  'stop',
  'abort',
  'obstacle',
  'silent-obstacle',
  'silent-back-off',
  'handset-stop',
  'handset-back',
  'drop',
  'stall',
  'zero-speed',
] as const;
type Event = (typeof EVENTS)[number];

interface Scenario {
  readonly counts: number;
  readonly targetMm: number;
  readonly readLatencyMs: number;
  readonly notifyMs: number;
  readonly events: readonly { readonly atMs: number; readonly event: Event }[];
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  counts: fc.integer({ min: 0, max: 6500 }),
  targetMm: fc.double({ min: 624.6, max: 1274.6, noNaN: true }),
  readLatencyMs: fc.integer({ min: 5, max: 400 }),
  notifyMs: fc.integer({ min: 30, max: 400 }),
  events: fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 9000 }), event: fc.constantFrom(...EVENTS) }), {
    maxLength: 3,
  }),
});

interface Trace {
  readonly result: MoveResult;
  readonly writes: readonly DeskWrite[];
  /** Number of writes when the first stop had been asked for; null when none was. */
  readonly writesAtStop: number | null;
  /** Number of writes when the desk reported its error; null when it did not. */
  readonly writesAtError: number | null;
  readonly errorMm: number;
}

const run = async (scenario: Scenario): Promise<Trace> => {
  const clock = new ManualClock();
  const link = new FakeLinakLink(clock, scenario);
  const session = await clock.complete(
    openLinak(profile, { link, machineClock: clock, clock, issues: new DecodeIssueLog() }),
  );
  link.writes.length = 0;
  let writesAtStop: number | null = null;
  let writesAtError: number | null = null;
  const undo = link.onNotification(({ characteristic }) => {
    if (characteristic.startsWith('99fa0003')) writesAtError ??= link.writes.length;
  });
  const abort = new AbortController();
  const act: Record<Event, () => void> = {
    stop: () => {
      session.stop().catch(() => undefined);
      writesAtStop ??= link.writes.length;
    },
    abort: () => {
      abort.abort();
      writesAtStop ??= link.writes.length;
    },
    obstacle: () => {
      link.obstructAt(link.counts, { report: true, backOffCounts: 300 });
    },
    'silent-obstacle': () => {
      link.obstructAt(link.counts, { report: false });
    },
    'silent-back-off': () => {
      link.obstructAt(link.counts, { report: false, backOffCounts: 500 });
    },
    'handset-stop': () => {
      link.handset(0);
    },
    'handset-back': () => {
      link.handset(scenario.targetMm > link.heightMm ? -1 : 1);
    },
    drop: () => {
      link.drop();
    },
    stall: () => {
      clock.stall(300);
    },
    'zero-speed': () => {
      link.zeroSpeedAt(link.counts);
    },
  };
  const startMs = clock.monotonicMs();
  let errorMm = Infinity;
  const outcome = session.moveTo(scenario.targetMm, abort.signal).finally(() => {
    errorMm = Math.abs(link.heightMm - scenario.targetMm);
  });
  for (const { atMs, event } of [...scenario.events].sort((a, b) => a.atMs - b.atMs)) {
    await clock.advance(Math.max(0, startMs + atMs - clock.monotonicMs()));
    act[event]();
  }
  const { result } = await clock.complete(outcome, 60_000);
  await clock.advance(3000);
  undo();
  return {
    result,
    writes: link.writes,
    writesAtStop,
    writesAtError,
    errorMm,
  };
};

const isTarget = ({ to, hex }: DeskWrite): boolean => to === '0031' && hex !== '0180';
const isStop = ({ hex }: DeskWrite): boolean => hex === '0180';

/** S-04: nothing that moves is written after a stop. */
const movesAfterStop = ({ writes, writesAtStop }: Trace): number =>
  writesAtStop === null ? 0 : writes.slice(writesAtStop).filter(isTarget).length;

/** S-10: nothing is repeated after the desk's error, and a stop ends the targets for good. */
const movesAfterFailure = ({ writes, writesAtError }: Trace): number => {
  const firstStop = writes.findIndex(isStop);
  const afterStop = firstStop < 0 ? 0 : writes.slice(firstStop).filter(isTarget).length;
  return afterStop + (writesAtError === null ? 0 : writes.slice(writesAtError).filter(isTarget).length);
};

const PLAIN_MOVE = { counts: 1000, targetMm: 1100, readLatencyMs: 30, notifyMs: 100 };

describe('whatever happens to a move', () => {
  it('S-04 and S-10 hold, its outcome is true, and it ends with the stop frames', async () => {
    const premise = { stopped: 0, failed: 0, arrived: 0, moved: 0 };
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const trace = await run(scenario);
        expect(MOVE_OUTCOMES).toContain(trace.result);
        expect(movesAfterStop(trace)).toBe(0);
        expect(movesAfterFailure(trace)).toBe(0);
        const moved = trace.writes.some(isTarget);
        if (moved && trace.result !== 'link-lost') expect(trace.writes.some(isStop)).toBe(true);
        if (trace.result === 'arrived') expect(trace.errorMm).toBeLessThanOrEqual(profile.motion.tolerance_mm + 0.1);
        if (trace.result === 'arrived' && moved) premise.arrived += 1;
        if (trace.writesAtStop !== null && moved) premise.stopped += 1;
        if (trace.writesAtError !== null) premise.failed += 1;
        if (moved) premise.moved += 1;
      }),
      { numRuns: 300 },
    );
    expect(premise.moved).toBeGreaterThan(200);
    expect(premise.stopped).toBeGreaterThan(40);
    expect(premise.failed).toBeGreaterThan(10);
    expect(premise.arrived).toBeGreaterThan(40);
  }, 60_000);

  it('S-04: the check catches a wire whose permits outlive a stop', async () => {
    const holds = jest.spyOn(LinakWire.prototype, 'holds').mockReturnValue(true);
    // Without the permit and without ceasing on the stop, the cadence goes on: the planted violation.
    const listen = jest.spyOn(LinakWire.prototype, 'listen').mockImplementation(() => () => undefined);
    try {
      const trace = await run({ ...PLAIN_MOVE, events: [{ atMs: 1000, event: 'stop' }] });
      expect(movesAfterStop(trace)).toBeGreaterThan(0);
    } finally {
      holds.mockRestore();
      listen.mockRestore();
    }
  });

  it('S-10: the check catches a move that does not cease on the desk’s error', async () => {
    const listen = jest.spyOn(LinakWire.prototype, 'listen').mockImplementation(() => () => undefined);
    try {
      const trace = await run({ ...PLAIN_MOVE, events: [{ atMs: 1000, event: 'obstacle' }] });
      expect(movesAfterFailure(trace)).toBeGreaterThan(0);
    } finally {
      listen.mockRestore();
    }
  });
});
