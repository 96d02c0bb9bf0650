import { type DataSourceOptions } from 'typeorm';
import { CheckpointEntity } from './entities/checkpoint.entity.js';
import { DeskLockEntity } from './entities/desk-lock.entity.js';
import { DeskMoveEntity } from './entities/desk-move.entity.js';
import { PostureSpanEntity } from './entities/posture-span.entity.js';
import { PromptAnswerEntity } from './entities/prompt-answer.entity.js';
import { PromptEntity } from './entities/prompt.entity.js';
import { CreateJournal1763900000000 } from './migrations/1763900000000-create-journal.js';

export const MIGRATIONS_TABLE = 'migrations';

/** What every data source of the journal shares, whatever the database: nothing is created but by migrations. */
export const journalSchema = {
  entities: [PostureSpanEntity, PromptEntity, PromptAnswerEntity, DeskMoveEntity, DeskLockEntity, CheckpointEntity],
  migrations: [CreateJournal1763900000000],
  migrationsTableName: MIGRATIONS_TABLE,
  migrationsTransactionMode: 'all',
  synchronize: false,
  logging: false,
  // The console logger prints failed migrations in any case; this one is silent unless DEBUG asks for it.
  logger: 'debug',
} as const satisfies Partial<DataSourceOptions>;

export const KNOWN_MIGRATIONS: readonly string[] = journalSchema.migrations.map((migration) => migration.name);
