import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { type JournalEntry } from '#libs/application';
import { epoch, personId, promptId, txId } from '#libs/domain';
import { openJournal, type TypeOrmJournal } from './index.js';

const ALEX = personId('alex');
const ALWAYS = [epoch(0), epoch(Number.MAX_SAFE_INTEGER)] as const;
const span = (from: number): JournalEntry => ({
  type: 'span',
  personId: ALEX,
  posture: 'standing',
  from: epoch(from),
  to: epoch(from + 1),
});

let directory: string;
let writer: DataSource;
let journal: TypeOrmJournal;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stance-faults-'));
  const initialize = jest.spyOn(DataSource.prototype, 'initialize');
  journal = await openJournal({ directory });
  writer = initialize.mock.contexts[0] as DataSource;
  initialize.mockRestore();
});
afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true });
});

const froms = async (): Promise<number[]> => (await journal.spans(ALEX, ...ALWAYS)).map((row) => Number(row.from));
const reopen = async (): Promise<void> => {
  await journal.close();
  journal = await openJournal({ directory });
};

describe('a journal whose disk is full', () => {
  /** SQLite answers as on a full disk when the file may not grow, and rolls the transaction back by itself. */
  const letGrow = async (pages: number): Promise<void> => {
    const [count] = await writer.query<[{ page_count: number }]>('PRAGMA page_count');
    await writer.query(`PRAGMA max_page_count = ${count.page_count + pages}`);
  };
  const big = (note: string): JournalEntry => ({
    type: 'checkpoint',
    personId: ALEX,
    at: epoch(1),
    state: note.repeat(200_000),
  });

  it('says so, writes nothing by halves, and what is acknowledged after it is on disk', async () => {
    await journal.append([span(1)]);
    await letGrow(2);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(journal.append([span(2), big('x')])).rejects.toMatchObject({
        code: 'journal.disk-full',
        owner: 'user',
      });
    }
    await letGrow(10_000);
    await journal.append([span(3)]);
    await expect(journal.append([span(4), { type: 'span', personId: ALEX } as JournalEntry])).rejects.toMatchObject({
      code: 'journal.conflict',
    });
    await journal.append([span(5)]);
    expect(await froms()).toEqual([1, 3, 5]);
    await reopen();
    expect([await froms(), await journal.latestCheckpoint(ALEX)]).toEqual([[1, 3, 5], null]);
  });
});

describe('a journal that another program holds', () => {
  it('says so after a moment, and goes on when it is free again', async () => {
    const other = await new DataSource({ type: 'sqlite', database: join(directory, 'journal.sqlite') }).initialize();
    await other.query('BEGIN IMMEDIATE');
    await expect(journal.append([span(1)])).rejects.toMatchObject({
      code: 'journal.locked',
      owner: 'user',
      message: expect.stringContaining('second hub') as string,
    });
    expect(await froms()).toEqual([]);
    await other.query('ROLLBACK');
    await other.destroy();
    await journal.append([span(2)]);
    expect(await froms()).toEqual([2]);
  });
});

describe('entries that end or answer what never began', () => {
  it('are counted, each by its kind, and only when they were written', async () => {
    const end: JournalEntry = {
      type: 'move-ended',
      txId: txId('never'),
      outcome: { result: 'arrived', heightMm: 1110 },
      at: epoch(1),
    };
    await journal.append([
      end,
      { type: 'prompt-closed', promptId: promptId('never'), outcome: 'expired', at: epoch(1) },
    ]);
    await journal.append([
      { type: 'answer', promptId: promptId('never'), personId: ALEX, answer: 'later', surface: 'band', at: epoch(1) },
      end,
    ]);
    await expect(journal.append([end, { type: 'span', personId: ALEX } as JournalEntry])).rejects.toThrow();
    expect(journal.orphans).toEqual({ 'move-ended': 2, 'prompt-closed': 1, answer: 1 });
  });

  it('an answer to an unknown prompt is kept all the same', async () => {
    await journal.append([
      { type: 'answer', promptId: promptId('never'), personId: ALEX, answer: 'refused', surface: 'mqtt', at: epoch(5) },
    ]);
    expect(await writer.query('SELECT prompt_id, answer, surface, at_ms FROM prompt_answer')).toEqual([
      { prompt_id: 'never', answer: 'refused', surface: 'mqtt', at_ms: 5 },
    ]);
  });
});

describe('checkpoints', () => {
  it('leave one row per person behind, however many were written', async () => {
    for (let at = 0; at < 20; at += 1) {
      await journal.append([{ type: 'checkpoint', personId: ALEX, at: epoch(at), state: { at } }]);
    }
    expect(await writer.query('SELECT COUNT(*) AS n FROM checkpoint')).toEqual([{ n: 1 }]);
  });
});
