import { type EntityManager, type EntityTarget, IsNull, type ObjectLiteral, type UpdateResult } from 'typeorm';
import { type JournalEntry } from '#libs/application';
import { CheckpointEntity } from './entities/checkpoint.entity.js';
import { DeskLockEntity } from './entities/desk-lock.entity.js';
import { DeskMoveEntity } from './entities/desk-move.entity.js';
import { PostureSpanEntity } from './entities/posture-span.entity.js';
import { PromptAnswerEntity } from './entities/prompt-answer.entity.js';
import { PromptEntity } from './entities/prompt.entity.js';
import { toHandMoveEntity, toMoveEntity, toPromptEntity, toSpanEntity } from './journal.mapper.js';

type EntryOf<T extends JournalEntry['type']> = Extract<JournalEntry, { type: T }>;

/** Entries that end or answer something earlier. Without it they change nothing and are counted. */
export type JournalOrphan = 'move-ended' | 'prompt-closed' | 'answer';

type Found = 'found' | 'orphan';

async function insert<T extends ObjectLiteral>(
  manager: EntityManager,
  target: EntityTarget<T>,
  row: Partial<T>,
): Promise<Found> {
  await manager.createQueryBuilder().insert().into(target).values(row).updateEntity(false).execute();
  return 'found';
}

const found = ({ affected }: UpdateResult): Found => (affected === 0 ? 'orphan' : 'found');

async function answer(manager: EntityManager, entry: EntryOf<'answer'>): Promise<Found> {
  const { promptId, personId, surface, at } = entry;
  await insert(manager, PromptAnswerEntity, { promptId, personId, answer: entry.answer, surface, atMs: at });
  return found(await manager.update(PromptEntity, { promptId }, { answer: entry.answer, surface }));
}

const WRITERS: { readonly [T in JournalEntry['type']]: (manager: EntityManager, entry: EntryOf<T>) => Promise<Found> } =
  {
    span: (manager, entry) => insert(manager, PostureSpanEntity, toSpanEntity(entry)),
    'prompt-issued': (manager, { prompt }) => insert(manager, PromptEntity, toPromptEntity(prompt)),
    'prompt-closed': async (manager, { promptId, outcome, at }) =>
      found(await manager.update(PromptEntity, { promptId, closedMs: IsNull() }, { outcome, closedMs: at })),
    answer,
    'move-started': (manager, entry) => insert(manager, DeskMoveEntity, toMoveEntity(entry)),
    'move-ended': async (manager, { txId, outcome, at }) =>
      found(
        await manager.update(
          DeskMoveEntity,
          { txId, endedMs: IsNull() },
          { result: outcome.result, heightMm: outcome.heightMm, endedMs: at },
        ),
      ),
    'hand-move': (manager, entry) => insert(manager, DeskMoveEntity, toHandMoveEntity(entry)),
    'desk-locked': (manager, { deskId, txId, at }) =>
      insert(manager, DeskLockEntity, { deskId, locked: true, txId, atMs: at }),
    'desk-unlocked': (manager, { deskId, surface, at }) =>
      insert(manager, DeskLockEntity, { deskId, locked: false, surface, atMs: at }),
    checkpoint: async (manager, { personId, at, state }) => {
      await manager
        .createQueryBuilder()
        .insert()
        .into(CheckpointEntity)
        .values({ personId, atMs: at, state: state as object })
        .orUpdate(['at_ms', 'state'], ['person_id'])
        .updateEntity(false)
        .execute();
      return 'found';
    },
  };

/** Writes one entry; says whether what it ends or answers was there. */
export function writeEntry(manager: EntityManager, entry: JournalEntry): Promise<Found> {
  // The table has one writer per type; TypeScript cannot follow the pair through the lookup.
  const writer = WRITERS[entry.type] as (manager: EntityManager, entry: JournalEntry) => Promise<Found>;
  return writer(manager, entry);
}
