import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Journal, type JournalEntry, type SpanRow, StanceError } from '#libs/application';
import {
  deskId,
  epoch,
  monotonic,
  personId,
  type Posture,
  type Prompt,
  promptId,
  type Stamp,
  txId,
} from '#libs/domain';

/** A journal a spec can close and open again on the same folder. */
export type ClosableJournal = Journal & { close(): Promise<void> };

const ALEX = personId('alex');
const DESK = deskId('office');
const ALWAYS = [epoch(0), epoch(Number.MAX_SAFE_INTEGER)] as const;

const at = (ms: number): Stamp => ({ mono: monotonic(ms), epoch: epoch(ms) });

const span = (from: number, to: number, posture: Posture = 'sitting'): JournalEntry => ({
  type: 'span',
  personId: ALEX,
  posture,
  from: epoch(from),
  to: epoch(to),
});

const start = (id: string, ms = 1_000): JournalEntry => ({
  type: 'move-started',
  txId: txId(id),
  deskId: DESK,
  origin: 'coach',
  fromMm: 720.5,
  targetMm: 1110,
  at: epoch(ms),
});

const prompt = (id: string, ms: number): Prompt => ({
  id: promptId(id),
  personId: ALEX,
  kind: 'stand',
  cause: 'soft',
  piggyback: true,
  proposal: { deskId: DESK, targetMm: 1110, preset: 'stand' },
  issuedAt: at(ms),
  expiresAt: at(ms + 90_000),
  dwellMs: 1_680_000,
});

const lock = (desk: string, ms: number): JournalEntry => ({
  type: 'desk-locked',
  deskId: deskId(desk),
  txId: txId(`${desk}-tx`),
  at: epoch(ms),
});

/** What every `Journal` must do. `open` opens the journal of that folder; opening again must find what was there. */
export function journalContract(open: (directory: string) => Promise<ClosableJournal>): void {
  let directory: string;
  let journal: ClosableJournal;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stance-journal-'));
    journal = await open(directory);
  });
  afterEach(async () => {
    await journal.close();
    await rm(directory, { recursive: true });
  });

  const reopen = async (): Promise<void> => {
    await journal.close();
    journal = await open(directory);
  };
  const spans = (): Promise<readonly SpanRow[]> => journal.spans(ALEX, ...ALWAYS);

  it('keeps a prompt with its answer and how it ended', async () => {
    await journal.append([{ type: 'prompt-issued', prompt: prompt('p1', 5_000) }]);
    const open = { promptId: 'p1', personId: 'alex', kind: 'stand', cause: 'soft', issuedAt: 5_000 };
    expect(await journal.prompts(ALEX, ...ALWAYS)).toEqual([
      { ...open, closedAt: null, outcome: null, answer: null, surface: null },
    ]);
    await journal.append([
      {
        type: 'answer',
        promptId: promptId('p1'),
        personId: ALEX,
        answer: 'accepted',
        surface: 'band',
        at: epoch(9_000),
      },
      { type: 'prompt-closed', promptId: promptId('p1'), outcome: 'accepted', at: epoch(9_001) },
    ]);
    expect(await journal.prompts(ALEX, ...ALWAYS)).toEqual([
      { ...open, closedAt: 9_001, outcome: 'accepted', answer: 'accepted', surface: 'band' },
    ]);
  });

  it('keeps a move from its start to its end, and a move by hand with where it went', async () => {
    await journal.append([start('tx1')]);
    const running = { txId: 'tx1', deskId: 'office', origin: 'coach', fromMm: 720.5, targetMm: 1110, startedAt: 1_000 };
    expect(await journal.moves(...ALWAYS)).toEqual([{ ...running, endedAt: null, result: null, heightMm: null }]);
    await journal.append([
      { type: 'move-ended', txId: txId('tx1'), outcome: { result: 'arrived', heightMm: 1109.5 }, at: epoch(12_000) },
      { type: 'hand-move', deskId: DESK, fromMm: 1109.5, toMm: 800, from: epoch(20_000), to: epoch(29_000) },
    ]);
    expect(await journal.moves(...ALWAYS)).toEqual([
      { ...running, endedAt: 12_000, result: 'arrived', heightMm: 1109.5 },
      {
        txId: 'hand-office-20000',
        deskId: 'office',
        origin: 'hand',
        fromMm: 1109.5,
        targetMm: 800,
        startedAt: 20_000,
        endedAt: 29_000,
        result: null,
        heightMm: 800,
      },
    ]);
  });

  it('keeps the first end of a move and of a prompt', async () => {
    await journal.append([start('tx1'), { type: 'prompt-issued', prompt: prompt('p1', 1_000) }]);
    for (const [ms, result, outcome] of [
      [2_000, 'overridden', 'later'],
      [3_000, 'arrived', 'expired'],
    ] as const) {
      await journal.append([
        { type: 'move-ended', txId: txId('tx1'), outcome: { result, heightMm: 900 }, at: epoch(ms) },
        { type: 'prompt-closed', promptId: promptId('p1'), outcome, at: epoch(ms) },
      ]);
    }
    expect([(await journal.moves(...ALWAYS))[0], (await journal.prompts(ALEX, ...ALWAYS))[0]]).toMatchObject([
      { result: 'overridden', endedAt: 2_000 },
      { outcome: 'later', closedAt: 2_000 },
    ]);
  });

  it('takes an end or an answer without its beginning and goes on', async () => {
    await journal.append([
      { type: 'move-ended', txId: txId('never'), outcome: { result: 'link-lost', heightMm: null }, at: epoch(1) },
      { type: 'prompt-closed', promptId: promptId('never'), outcome: 'expired', at: epoch(1) },
      { type: 'answer', promptId: promptId('never'), personId: ALEX, answer: 'later', surface: 'mqtt', at: epoch(1) },
      span(0, 10),
    ]);
    expect([await journal.moves(...ALWAYS), await journal.prompts(ALEX, ...ALWAYS), await spans()]).toEqual([
      [],
      [],
      [{ personId: 'alex', posture: 'sitting', from: 0, to: 10 }],
    ]);
  });

  it('gives the newest checkpoint as it was stored, per person', async () => {
    const state = { dwell: { sit: 1_234.5, since: null }, list: ['a', { b: true }], text: 'ä "quoted" \n' };
    await journal.append([{ type: 'checkpoint', personId: ALEX, at: epoch(9), state: { old: true } }]);
    await journal.append([{ type: 'checkpoint', personId: personId('kim'), at: epoch(5), state: { kim: 1 } }]);
    // Appended last, though the wall clock was set back meanwhile: it is the newest.
    await journal.append([{ type: 'checkpoint', personId: ALEX, at: epoch(7), state }]);
    expect([await journal.latestCheckpoint(ALEX), await journal.latestCheckpoint(personId('kim'))]).toEqual([
      { at: 7, state },
      { at: 5, state: { kim: 1 } },
    ]);
    expect(await journal.latestCheckpoint(personId('nobody'))).toBeNull();
  });

  it('tells the desks that were locked out and not unlocked since, also after a restart', async () => {
    await journal.append([lock('office', 1), lock('workshop', 2), lock('kitchen', 3)]);
    await journal.append([{ type: 'desk-unlocked', deskId: deskId('workshop'), surface: 'cli', at: epoch(4) }]);
    await journal.append([{ type: 'desk-unlocked', deskId: deskId('office'), surface: 'handset', at: epoch(5) }]);
    await journal.append([lock('office', 6)]);
    await reopen();
    expect([...(await journal.lockedDesks())].sort()).toEqual(['kitchen', 'office']);
  });

  it('finds rows that overlap the interval, oldest first, and nobody else’s', async () => {
    await journal.append([span(30, 40, 'standing'), span(0, 10), span(10, 30, 'away'), span(40, 50)]);
    await journal.append([
      { type: 'span', personId: personId('kim'), posture: 'lying', from: epoch(0), to: epoch(99) },
    ]);
    const found = async (from: number, to: number): Promise<string[]> =>
      (await journal.spans(ALEX, epoch(from), epoch(to))).map((row) => row.posture);
    expect([
      await found(10, 40),
      await found(9, 10),
      await found(31, 32),
      await found(50, 60),
      await found(0, 0),
    ]).toEqual([['away', 'standing'], ['sitting'], ['standing'], [], []]);
  });

  it('counts a move or prompt without an end as lasting', async () => {
    await journal.append([start('tx1', 1_000), { type: 'prompt-issued', prompt: prompt('p1', 1_000) }]);
    const late = [epoch(5_000), epoch(6_000)] as const;
    const early = [epoch(0), epoch(1_000)] as const;
    expect([await journal.moves(...late), await journal.prompts(ALEX, ...late)].map((rows) => rows.length)).toEqual([
      1, 1,
    ]);
    expect([await journal.moves(...early), await journal.prompts(ALEX, ...early)]).toEqual([[], []]);
  });

  it('lands the entries of one append together or not at all', async () => {
    await journal.append([start('tx1')]);
    const failing = journal.append([span(0, 10), lock('office', 1), start('tx1'), span(10, 20)]);
    await expect(failing).rejects.toThrow(StanceError);
    await expect(failing).rejects.toMatchObject({ code: 'journal.conflict' });
    expect([await spans(), await journal.lockedDesks(), (await journal.moves(...ALWAYS)).length]).toEqual([[], [], 1]);
  });

  it('keeps 49 of 50 parallel appends when one of them fails', async () => {
    await journal.append([start('taken')]);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        journal.append(
          index === 25 ? [span(index, index + 1), start('taken')] : [span(index, index + 1), start(`tx${index}`)],
        ),
      ),
    );
    expect(results.map((result) => result.status).indexOf('rejected')).toBe(25);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(49);
    await reopen();
    const froms = (await spans()).map((row) => Number(row.from));
    expect(froms).toEqual(Array.from({ length: 50 }, (_, index) => index).filter((index) => index !== 25));
    expect(await journal.moves(...ALWAYS)).toHaveLength(50);
  });

  it('lands appends in the order of the calls', async () => {
    const writes = Array.from({ length: 20 }, (_, index) =>
      journal.append([{ type: 'checkpoint', personId: ALEX, at: epoch(index), state: { index } }]),
    );
    const seen: number[] = [];
    for (const [index, write] of writes.entries()) void write.then(() => seen.push(index));
    await Promise.all(writes);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(await journal.latestCheckpoint(ALEX)).toEqual({ at: 19, state: { index: 19 } });
  });

  it('shows readers committed appends only, each as a whole, and never keeps them waiting', async () => {
    const batch = (batchNo: number): JournalEntry[] =>
      Array.from({ length: 40 }, (_, index) => span(batchNo * 40 + index, batchNo * 40 + index + 1));
    const counts: number[] = [];
    let writing = true;
    const writes = Promise.all([0, 1, 2, 3, 4].map((batchNo) => journal.append(batch(batchNo)))).finally(
      () => (writing = false),
    );
    while (writing) counts.push((await spans()).length);
    await writes;
    expect(counts.filter((count) => count % 40 !== 0)).toEqual([]);
    // The premise: readers did look while the writer was busy.
    expect(counts.length).toBeGreaterThanOrEqual(3);
    expect(await spans()).toHaveLength(200);
  });

  it('has everything again after it was closed and opened', async () => {
    await journal.append([span(0, 10), start('tx1'), { type: 'prompt-issued', prompt: prompt('p1', 1_000) }]);
    await journal.append([{ type: 'checkpoint', personId: ALEX, at: epoch(1), state: { n: 1 } }]);
    const all = async (): Promise<unknown[]> => [
      await spans(),
      await journal.moves(...ALWAYS),
      await journal.prompts(ALEX, ...ALWAYS),
      await journal.latestCheckpoint(ALEX),
    ];
    const before = await all();
    await reopen();
    expect(await all()).toEqual(before);
  });

  it('finishes what was handed in before it closes, refuses what comes later, and closes twice', async () => {
    const writes = Promise.all([journal.append([span(0, 1)]), journal.append([span(1, 2)])]);
    const closing = [journal.close(), journal.close()];
    await expect(journal.append([span(2, 3)])).rejects.toMatchObject({ code: 'journal.closed' });
    await Promise.all([writes, ...closing]);
    journal = await open(directory);
    expect((await spans()).map((row) => row.from)).toEqual([0, 1]);
  });

  it('does nothing for an append of nothing', async () => {
    await journal.append([]);
    expect(await spans()).toEqual([]);
  });
}
