import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type TxId } from '#libs/domain';
import sqlite3 from 'sqlite3';

/** Copies the journal of a hub that has ended and truly deletes the row of one move from the copy. */
export async function copyJournalWithout(from: string, to: string, txId: TxId): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const name of await readdir(from))
    if (name.startsWith('journal.sqlite')) await copyFile(path.join(from, name), path.join(to, name));
  const database = new sqlite3.Database(path.join(to, 'journal.sqlite'));
  try {
    await promisify<string, unknown, undefined>(database.run.bind(database))(
      'DELETE FROM desk_move WHERE tx_id = ?',
      txId,
    );
  } finally {
    await promisify(database.close.bind(database))();
  }
}
