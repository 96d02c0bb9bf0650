import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { SerialQueue, StanceError } from '#libs/application';
import { journalError } from './journal-errors.js';

/**
 * The one writer. All query runners of a SQLite data source share one connection while TypeORM counts transactions per
 * runner, so that concurrent ones roll back each other's writes (typeorm/typeorm #1884): here they run one by one.
 * BEGIN and COMMIT are ours: where SQLite itself rolls back (full disk), TypeORM's failed ROLLBACK leaves its depth at 1,
 * and from then on it would "commit" savepoints of a transaction that is never committed.
 */
export class JournalWriter {
  private readonly queue = new SerialQueue();
  private readonly runner: QueryRunner;
  private closing: Promise<void> | null = null;

  constructor(
    private readonly source: DataSource,
    private readonly file: string,
  ) {
    this.runner = source.createQueryRunner();
  }

  /** Runs the work as one transaction after all earlier ones; when it resolves, it is on disk. */
  async write(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    if (this.closing !== null)
      throw new StanceError('journal.closed', `The journal is closed. (${this.file})`, { owner: 'developer' });
    return this.queue.run(() => this.transaction(work));
  }

  /** Finishes what was handed in, runs `before`, then lets go of the file. */
  close(before: () => Promise<void>): Promise<void> {
    this.closing ??= this.queue
      .idle()
      .then(before)
      .then(() => this.source.destroy());
    return this.closing;
  }

  private async transaction(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    try {
      await this.runner.query('BEGIN');
      await work(this.runner.manager);
      await this.runner.query('COMMIT');
    } catch (error) {
      // Rejected where SQLite has rolled back already, which is what we want.
      await this.runner.query('ROLLBACK').catch(() => undefined);
      throw journalError(error, this.file);
    }
  }
}
