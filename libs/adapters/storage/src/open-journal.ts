import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { hasCode, StanceError } from '#libs/application';
import { journalError } from './journal-errors.js';
import { JournalWriter } from './journal-writer.js';
import { journalSchema, KNOWN_MIGRATIONS, MIGRATIONS_TABLE } from './schema.js';
import { TypeOrmJournal } from './typeorm-journal.adapter.js';

const JOURNAL_FILE = 'journal.sqlite';

/** SQLITE_OPEN_READONLY (https://www.sqlite.org/c3ref/c_open_autoproxy.html). */
const READ_ONLY = 1;

/** How long a lock of another process is waited for: a backup tool reads for less, a second hub stays. */
const BUSY_TIMEOUT_MS = 2_000;

export interface OpenJournalOptions {
  /** Made if it is not there; the journal is `journal.sqlite` in it. */
  readonly directory: string;
}

/**
 * Opens the journal, and brings an older one up to date after copying it. A damaged file is set aside as
 * `….corrupt-<last write, epoch ms>` and a fresh one opened: `notices` then holds a `journal.corrupt`, and the caller must
 * treat every desk as locked out, because what was locked is not known any more.
 * Throws `journal.newer-schema`, `journal.migration-failed`, `journal.unwritable`, `journal.locked` …
 */
export async function openJournal({ directory }: OpenJournalOptions): Promise<TypeOrmJournal> {
  const file = join(directory, JOURNAL_FILE);
  try {
    await createPrivately(directory, file);
    return await openFile(file, []);
  } catch (error) {
    if (!hasCode(error, 'journal.corrupt')) throw journalError(error, file);
    const notice = await setAside(file, error);
    await createPrivately(directory, file);
    return await openFile(file, [notice]);
  }
}

/** What people did at home is nobody else's business: the folder and the file are the hub's own. */
async function createPrivately(directory: string, file: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  await handle.close();
}

async function setAside(file: string, cause: StanceError): Promise<StanceError> {
  const { mtimeMs } = await stat(file);
  const aside = `${file}.corrupt-${Math.round(mtimeMs)}`;
  await rename(file, aside);
  for (const part of ['-wal', '-shm']) await rename(file + part, aside + part).catch(() => undefined);
  return new StanceError(
    'journal.corrupt',
    `The journal was damaged. It is kept as ${aside}, and a new one was begun. Unlock the desks, and check the disk.`,
    { owner: 'user', cause, context: { file, aside } },
  );
}

async function openFile(file: string, notices: readonly StanceError[]): Promise<TypeOrmJournal> {
  const writer = new DataSource({
    ...journalSchema,
    type: 'sqlite',
    database: file,
    enableWAL: true,
    busyTimeout: BUSY_TIMEOUT_MS,
  });
  try {
    await writer.initialize();
    await prepare(writer, file);
    const reader = new DataSource({ ...journalSchema, type: 'sqlite', database: file, flags: READ_ONLY });
    await reader.initialize();
    return new TypeOrmJournal({ writer: new JournalWriter(writer, file), reader, file, notices });
  } catch (error) {
    if (writer.isInitialized) await writer.destroy();
    throw journalError(error, file);
  }
}

async function prepare(writer: DataSource, file: string): Promise<void> {
  // In WAL mode only FULL syncs at each commit: an acknowledged row survives a power cut.
  await writer.query('PRAGMA synchronous = FULL');
  await checkHealth(writer, file);
  const tables = await tablesOf(writer);
  const applied = tables.includes(MIGRATIONS_TABLE) ? await appliedMigrations(writer) : [];
  refuseNewer(applied, file);
  if (applied.length === KNOWN_MIGRATIONS.length) return;
  const copy = tables.length === 0 ? null : await copyBefore(writer, file);
  try {
    await writer.runMigrations();
  } catch (cause) {
    const kept = copy === null ? '' : ` A copy from before is ${copy}.`;
    throw new StanceError(
      'journal.migration-failed',
      `The journal ${file} could not be brought up to date; it is as it was.${kept}`,
      {
        owner: 'developer',
        cause,
        context: { file, copy },
      },
    );
  }
}

async function checkHealth(writer: DataSource, file: string): Promise<void> {
  const rows = await writer.query<{ quick_check: string }[]>('PRAGMA quick_check(1)');
  if (rows.every((row) => row.quick_check === 'ok')) return;
  throw new StanceError('journal.corrupt', `The journal ${file} is damaged: ${rows[0]?.quick_check ?? 'no answer'}.`, {
    owner: 'user',
    context: { file },
  });
}

const tablesOf = async (writer: DataSource): Promise<string[]> => {
  const rows = await writer.query<{ name: string }[]>("SELECT name FROM sqlite_master WHERE type = 'table'");
  return rows.map((row) => row.name);
};

const appliedMigrations = async (writer: DataSource): Promise<string[]> => {
  const rows = await writer.query<{ name: string }[]>(`SELECT name FROM "${MIGRATIONS_TABLE}"`);
  return rows.map((row) => row.name);
};

function refuseNewer(applied: readonly string[], file: string): void {
  const unknown = applied.filter((name) => !KNOWN_MIGRATIONS.includes(name));
  if (unknown.length === 0) return;
  throw new StanceError(
    'journal.newer-schema',
    `The journal ${file} was written by a newer Stance. Update Stance, or put back the copy "${file}.before-…" of your version.`,
    { owner: 'user', context: { file, unknown } },
  );
}

/** A consistent copy of a journal that is about to be changed. */
async function copyBefore(writer: DataSource, file: string): Promise<string> {
  const copy = `${file}.before-${String(KNOWN_MIGRATIONS.at(-1))}`;
  // Left by an attempt that failed, and the journal is as it was then.
  await rm(copy, { force: true });
  await writer.query('VACUUM INTO ?', [copy]);
  return copy;
}
