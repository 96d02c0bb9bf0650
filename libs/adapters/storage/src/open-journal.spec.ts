import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { epoch, personId } from '#libs/domain';
import { openJournal } from './index.js';
import { journalSchema, KNOWN_MIGRATIONS } from './schema.js';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stance-open-'));
  file = join(directory, 'journal.sqlite');
});
afterEach(() => rm(directory, { recursive: true }));

const SPAN = { type: 'span', personId: personId('alex'), posture: 'sitting', from: epoch(1), to: epoch(2) } as const;
const FIRST_MIGRATION = KNOWN_MIGRATIONS[0]!;

/** Looks into the file, or changes it, as another program would. */
async function inFile<T>(path: string, ...statements: string[]): Promise<T> {
  const source = await new DataSource({ type: 'sqlite', database: path }).initialize();
  let rows: unknown;
  for (const statement of statements) rows = await source.query(statement);
  await source.destroy();
  return rows as T;
}

async function writeOneSpan(): Promise<void> {
  const journal = await openJournal({ directory });
  await journal.append([SPAN]);
  await journal.close();
}

const spansAfterOpening = async (): Promise<number> => {
  const journal = await openJournal({ directory });
  const rows = await journal.spans(personId('alex'), epoch(0), epoch(9));
  await journal.close();
  return rows.length;
};

describe('a journal that is opened', () => {
  it('makes its folder and file for the hub alone, without notice and without a copy', async () => {
    const nested = join(directory, 'not', 'there');
    const journal = await openJournal({ directory: nested });
    expect(journal.notices).toEqual([]);
    await journal.close();
    expect(await readdir(nested)).toEqual(['journal.sqlite']);
    const modes = await Promise.all([stat(nested), stat(join(nested, 'journal.sqlite'))]);
    expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '600']);
  });

  it('syncs at every commit in WAL mode', async () => {
    const initialize = jest.spyOn(DataSource.prototype, 'initialize');
    const journal = await openJournal({ directory });
    const writer = initialize.mock.contexts[0] as DataSource;
    initialize.mockRestore();
    const pragma = (name: string): Promise<unknown> => writer.query(`PRAGMA ${name}`);
    expect([await pragma('synchronous'), await pragma('journal_mode')]).toEqual([
      [{ synchronous: 2 }],
      [{ journal_mode: 'wal' }],
    ]);
    await journal.close();
  });

  it('reads by a connection that cannot write', async () => {
    const initialize = jest.spyOn(DataSource.prototype, 'initialize');
    const journal = await openJournal({ directory });
    const reader = initialize.mock.contexts[1] as DataSource;
    initialize.mockRestore();
    await expect(reader.query('DELETE FROM posture_span')).rejects.toMatchObject({
      driverError: { code: 'SQLITE_READONLY' },
    });
    await journal.close();
  });

  it('has exactly the tables the entities describe, and none after going back', async () => {
    const source = new DataSource({ ...journalSchema, type: 'sqlite', database: file });
    await source.initialize();
    await source.runMigrations();
    expect((await source.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query)).toEqual([]);
    await source.undoLastMigration();
    const left = await source.query<{ name: string }[]>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    );
    expect(left).toEqual([{ name: 'migrations' }]);
    await source.destroy();
  });
});

describe('a journal of another version', () => {
  it('is copied before it is brought up to date, and only then', async () => {
    await inFile(file, 'CREATE TABLE older (n integer)', 'INSERT INTO older VALUES (7)');
    await writeOneSpan();
    const copy = `${file}.before-${FIRST_MIGRATION}`;
    expect(await inFile(copy, 'SELECT * FROM older')).toEqual([{ n: 7 }]);
    expect(await inFile(copy, `SELECT name FROM sqlite_master WHERE type = 'table'`)).toEqual([{ name: 'older' }]);

    await rm(copy);
    expect(await spansAfterOpening()).toBe(1);
    expect(await readdir(directory)).toEqual(['journal.sqlite']);
  });

  it('stays as it was where that fails, also the second time', async () => {
    await inFile(file, 'CREATE TABLE desk_move (n integer)', 'INSERT INTO desk_move VALUES (7)');
    const copy = `${file}.before-${FIRST_MIGRATION}`;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(openJournal({ directory })).rejects.toMatchObject({
        code: 'journal.migration-failed',
        message: `The journal ${file} could not be brought up to date; it is as it was. A copy from before is ${copy}.`,
      });
    }
    expect(await inFile(file, `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%span%'`)).toEqual(
      [],
    );
    expect(await inFile(file, 'SELECT * FROM desk_move')).toEqual([{ n: 7 }]);
    expect(await inFile(copy, 'SELECT * FROM desk_move')).toEqual([{ n: 7 }]);
  });

  it('is refused with advice, untouched, where a newer Stance wrote it', async () => {
    await writeOneSpan();
    await inFile(file, `INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'AddMoods9999999999999')`);
    await expect(openJournal({ directory })).rejects.toMatchObject({
      code: 'journal.newer-schema',
      owner: 'user',
      message: expect.stringContaining('Update Stance, or put back the copy') as string,
      context: { unknown: ['AddMoods9999999999999'] },
    });
    expect(await inFile(file, 'SELECT COUNT(*) AS n FROM posture_span')).toEqual([{ n: 1 }]);
  });
});

describe('a damaged journal', () => {
  const damage: [title: string, harm: () => Promise<void>][] = [
    ['is something else altogether', () => writeFile(file, 'this is no database\n'.repeat(500))],
    ['was cut short', async () => truncate(file, Math.floor((await stat(file)).size / 2 / 4096) * 4096)],
    [
      'has a page of rubbish',
      async () => {
        const bytes = await readFile(file);
        bytes.fill(0xa5, 4096 * 2, 4096 * 4);
        await writeFile(file, bytes);
      },
    ],
  ];

  it.each(damage)('that %s is set aside, said so, and a fresh one opened', async (_title, harm) => {
    await writeOneSpan();
    await harm();
    const harmed = await readFile(file);
    const journal = await openJournal({ directory });
    const aside = (await readdir(directory)).find((name) => /^journal\.sqlite\.corrupt-\d{13}$/.test(name))!;
    expect(journal.notices).toMatchObject([
      {
        code: 'journal.corrupt',
        owner: 'user',
        message: `The journal was damaged. It is kept as ${join(directory, aside)}, and a new one was begun. Unlock the desks, and check the disk.`,
      },
    ]);
    expect((await readFile(join(directory, aside))).equals(harmed)).toBe(true);
    await journal.append([SPAN]);
    await journal.close();
    expect(await spansAfterOpening()).toBe(1);
  });
});

describe('a folder the hub may not use', () => {
  it('is told as such', async () => {
    await writeFile(join(directory, 'taken'), '');
    await expect(openJournal({ directory: join(directory, 'taken') })).rejects.toMatchObject({
      code: 'journal.unwritable',
    });
  });

  it('is told as such where the file is read-only', async () => {
    await writeOneSpan();
    await chmod(file, 0o400);
    const root = process.getuid?.() === 0;
    // The superuser may write everywhere: there is nothing to refuse then.
    if (root) await expect(openJournal({ directory }).then((journal) => journal.close())).resolves.toBeUndefined();
    else await expect(openJournal({ directory })).rejects.toMatchObject({ code: 'journal.unwritable' });
  });
});
