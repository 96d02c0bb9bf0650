import { Brackets, type DataSource, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import {
  type Checkpoint,
  Journal,
  type JournalEntry,
  type MoveRow,
  type PromptRow,
  type SpanRow,
  type StanceError,
} from '#libs/application';
import { type DeskId, type EpochMs, type PersonId } from '#libs/domain';
import { CheckpointEntity } from './entities/checkpoint.entity.js';
import { DeskLockEntity } from './entities/desk-lock.entity.js';
import { DeskMoveEntity } from './entities/desk-move.entity.js';
import { PostureSpanEntity } from './entities/posture-span.entity.js';
import { PromptEntity } from './entities/prompt.entity.js';
import { type JournalOrphan, writeEntry } from './entry-writer.js';
import { journalError } from './journal-errors.js';
import { type JournalWriter } from './journal-writer.js';
import { toMoveRow, toPromptRow, toSpanRow } from './journal.mapper.js';

export interface JournalParts {
  readonly writer: JournalWriter;
  /** A second, read-only connection: it sees committed rows only and never waits for the writer. */
  readonly reader: DataSource;
  readonly file: string;
  /** What was wrong with the file when it was opened, and is not any more. */
  readonly notices: readonly StanceError[];
}

/** The journal in a SQLite file. */
export class TypeOrmJournal extends Journal {
  /** How many ends and answers came without their beginning, since this process opened the journal. */
  readonly orphans: Record<JournalOrphan, number> = { 'move-ended': 0, 'prompt-closed': 0, answer: 0 };

  constructor(private readonly parts: JournalParts) {
    super();
  }

  override get notices(): readonly StanceError[] {
    return this.parts.notices;
  }

  override async append(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const orphans: JournalOrphan[] = [];
    await this.parts.writer.write(async (manager) => {
      for (const entry of entries) {
        if ((await writeEntry(manager, entry)) === 'orphan') orphans.push(entry.type as JournalOrphan);
      }
    });
    for (const orphan of orphans) this.orphans[orphan] += 1;
  }

  override async latestCheckpoint(personId: PersonId): Promise<Checkpoint | null> {
    return this.read(async ({ manager }) => {
      const found = await manager.findOneBy(CheckpointEntity, { personId });
      return found === null ? null : { at: found.atMs, state: found.state };
    });
  }

  override async lockedDesks(): Promise<readonly DeskId[]> {
    return this.read(async ({ manager }) => {
      const newest = manager.createQueryBuilder(DeskLockEntity, 'each').select('MAX(each.id)').groupBy('each.deskId');
      const rows = await manager
        .createQueryBuilder(DeskLockEntity, 'lock')
        .where(`lock.id IN (${newest.getQuery()})`)
        .andWhere('lock.locked = :locked', { locked: true })
        .orderBy('lock.id')
        .getMany();
      return rows.map((row) => row.deskId);
    });
  }

  override async spans(personId: PersonId, from: EpochMs, to: EpochMs): Promise<readonly SpanRow[]> {
    return this.read(async ({ manager }) => {
      const query = manager
        .createQueryBuilder(PostureSpanEntity, 'row')
        .where('row.personId = :personId', { personId });
      const rows = await overlapping(query, { begin: 'fromMs', end: 'toMs' }, from, to).addOrderBy('row.id').getMany();
      return rows.map(toSpanRow);
    });
  }

  override async moves(from: EpochMs, to: EpochMs): Promise<readonly MoveRow[]> {
    return this.read(async ({ manager }) => {
      const query = manager.createQueryBuilder(DeskMoveEntity, 'row');
      const rows = await overlapping(query, { begin: 'startedMs', end: 'endedMs' }, from, to)
        .addOrderBy('row.txId')
        .getMany();
      return rows.map(toMoveRow);
    });
  }

  override async prompts(personId: PersonId, from: EpochMs, to: EpochMs): Promise<readonly PromptRow[]> {
    return this.read(async ({ manager }) => {
      const query = manager.createQueryBuilder(PromptEntity, 'row').where('row.personId = :personId', { personId });
      const rows = await overlapping(query, { begin: 'issuedMs', end: 'closedMs' }, from, to)
        .addOrderBy('row.promptId')
        .getMany();
      return rows.map(toPromptRow);
    });
  }

  /** Waits for what was handed in, then closes the file. Calling it twice is harmless. */
  close(): Promise<void> {
    // The writer last: only a connection that may write can fold the -wal file into the journal.
    return this.parts.writer.close(() => this.parts.reader.destroy());
  }

  private async read<T>(query: (reader: DataSource) => Promise<T>): Promise<T> {
    try {
      return await query(this.parts.reader);
    } catch (error) {
      throw journalError(error, this.parts.file);
    }
  }
}

/** Rows with a part in `[from, to)`; a row without an end lasts on. Oldest first. */
function overlapping<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { begin, end }: { readonly begin: string; readonly end: string },
  from: EpochMs,
  to: EpochMs,
): SelectQueryBuilder<T> {
  const ends = new Brackets((part) =>
    part
      .where(`row.${end} IS NULL`)
      .orWhere(`row.${end} > :from`)
      // A row that ends as it begins lies in the interval too.
      .orWhere(`row.${begin} >= :from`),
  );
  return query.andWhere(`row.${begin} < :to`).andWhere(ends).setParameters({ from, to }).orderBy(`row.${begin}`);
}
