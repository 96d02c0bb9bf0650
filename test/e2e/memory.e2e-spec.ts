import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openJournal } from '#adapters/storage';
import {
  EffectRunner,
  type FeedItem,
  type HomeBus,
  HubFeed,
  HubSetup,
  Memory,
  Pipeline,
  type PersonSetup,
  Publisher,
  RadioUse,
} from '#libs/application';
import { epoch, MINUTE_MS, txId } from '#libs/domain';
import { aDeskSetup, aPolicy, ManualClock } from '#libs/testing';

const desk = aDeskSetup();
const DESK = desk.id;
const policy = aPolicy();
const ADA = policy.personId;

const householdOf = (persons: readonly PersonSetup[]): HubSetup =>
  new HubSetup({
    hub: { id: 'home', name: 'Home', version: '0', simulated: true },
    units: 'cm',
    calendar: { timeZone: 'UTC', dayStartsAt: '04:00' },
    persons,
    bands: [],
    desks: [desk],
  });

const withAda = householdOf([{ name: 'Ada', working: {}, quiet: {}, policy }]);

const silentBus = { publishPerson: () => undefined, publishDesk: () => undefined, publishEvent: () => undefined };

describe('what a hub remembers over a restart, in a real journal', () => {
  let folder: string;
  let journal: Awaited<ReturnType<typeof openJournal>>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stance-memory-'));
    journal = await openJournal({ directory: folder });
  });

  afterEach(async () => {
    await journal.close();
    await rm(folder, { recursive: true, force: true });
  });

  const hub = (household: HubSetup): { clock: ManualClock; pipeline: Pipeline; memory: Memory; told: FeedItem[] } => {
    const clock = new ManualClock();
    const feed = new HubFeed();
    const told: FeedItem[] = [];
    feed.onItem((item) => told.push(item));
    const runner = new EffectRunner(journal, feed, clock);
    const publisher = new Publisher(household, clock, silentBus as unknown as HomeBus, feed);
    const pipeline = new Pipeline(household, clock, runner, publisher, new RadioUse());
    return { clock, pipeline, told, memory: new Memory(journal, pipeline, runner, clock, feed) };
  };

  it('leaves a checkpoint out that nobody can read, says so, and starts from a fresh day', async () => {
    const { clock, memory, pipeline, told } = hub(withAda);
    await journal.append([{ type: 'checkpoint', personId: ADA, at: clock.epochMs(), state: {} }]);
    await memory.restore();
    expect(told).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'journal.checkpoint-unreadable' }));
    expect(() => {
      pipeline.accept({ type: 'ClockJumped', at: clock.stamp(), gapMs: 0 });
    }).not.toThrow();
  });

  it('does not write a day down that it has not restored', async () => {
    const { clock, memory } = hub(withAda);
    const good = { marker: 'the day so far' };
    await journal.append([{ type: 'checkpoint', personId: ADA, at: clock.epochMs(), state: good }]);
    await memory.stop();
    expect((await journal.latestCheckpoint(ADA))?.state).toEqual(good);
  });

  it.each([
    ['a minute ago', -MINUTE_MS],
    ['by a clock that was ahead', 60 * MINUTE_MS],
  ])('keeps the motor budget of moves that ran %s', async (_when, offsetMs) => {
    const { clock, memory, pipeline } = hub(householdOf([]));
    const at = epoch(clock.epochMs() + offsetMs);
    await journal.append([
      { type: 'move-started', txId: txId('a'), deskId: DESK, origin: 'command', fromMm: 720, targetMm: 1110, at },
      { type: 'move-ended', txId: txId('a'), outcome: { result: 'arrived', heightMm: 1110 }, at: epoch(at + 12_000) },
    ]);
    await memory.restore();
    await memory.recall();
    expect(pipeline.engines.desks.get(DESK)?.supervisorState.motor).not.toEqual([]);
  });
});
