import { type ErrorOwner, StanceError } from '#libs/application';

interface Meaning {
  readonly code: string;
  readonly owner: ErrorOwner;
  readonly words: string;
}

const FAILED: Meaning = {
  code: 'journal.failed',
  owner: 'system',
  words: 'The journal could not be used. See the cause.',
};

/** By the primary result code of SQLite (https://www.sqlite.org/rescode.html), as node-sqlite3 names it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  SQLITE_FULL: { code: 'journal.disk-full', owner: 'user', words: 'The disk is full. Free some space on it.' },
  SQLITE_BUSY: {
    code: 'journal.locked',
    owner: 'user',
    words: 'Another program holds the journal. Is a second hub running on this folder? Stop one of them.',
  },
  SQLITE_IOERR: {
    code: 'journal.io',
    owner: 'user',
    words: 'The disk reports an error. Check it, or move the data folder.',
  },
  SQLITE_READONLY: { code: 'journal.unwritable', owner: 'user', words: 'Let the hub write to its data folder.' },
  SQLITE_CANTOPEN: { code: 'journal.unwritable', owner: 'user', words: 'Let the hub create files in its data folder.' },
  SQLITE_CORRUPT: {
    code: 'journal.corrupt',
    owner: 'user',
    words: 'The journal is damaged. Restart: a new one is opened.',
  },
  SQLITE_NOTADB: {
    code: 'journal.corrupt',
    owner: 'user',
    words: 'The file is no journal. Restart: a new one is opened.',
  },
  SQLITE_CONSTRAINT: { code: 'journal.conflict', owner: 'developer', words: 'An entry with this id is there already.' },
  EACCES: { code: 'journal.unwritable', owner: 'user', words: 'Let the hub write to its data folder.' },
  EEXIST: { code: 'journal.unwritable', owner: 'user', words: 'The data folder is a file. Choose another.' },
  EROFS: {
    code: 'journal.unwritable',
    owner: 'user',
    words: 'The data folder is on a read-only disk. Choose another.',
  },
  ENOSPC: { code: 'journal.disk-full', owner: 'user', words: 'The disk is full. Free some space on it.' },
};

/** A foreign error as one of ours; ours pass. TypeORM keeps the code in `driverError`. */
export function journalError(error: unknown, file: string): StanceError {
  if (error instanceof StanceError) return error;
  const { driverError, code } = error as { driverError?: { code?: string }; code?: string };
  const { words, ...meaning } = MEANINGS[driverError?.code ?? code ?? ''] ?? FAILED;
  return new StanceError(meaning.code, `${words} (${file})`, { owner: meaning.owner, cause: error, context: { file } });
}
