import { type JournalEntry, type MoveRow, type PromptRow, type SpanRow } from '#libs/application';
import { type Prompt, txId } from '#libs/domain';
import { type DeskMoveEntity } from './entities/desk-move.entity.js';
import { type PostureSpanEntity } from './entities/posture-span.entity.js';
import { type PromptEntity } from './entities/prompt.entity.js';

/** A row to insert: plain data, not an instance of the entity. */
type Columns<T> = { readonly [K in keyof T]: T[K] };

type EntryOf<T extends JournalEntry['type']> = Extract<JournalEntry, { type: T }>;

export const toSpanEntity = (span: EntryOf<'span'>): Columns<Omit<PostureSpanEntity, 'id'>> => ({
  personId: span.personId,
  posture: span.posture,
  fromMs: span.from,
  toMs: span.to,
});

export const toSpanRow = (entity: PostureSpanEntity): SpanRow => ({
  personId: entity.personId,
  posture: entity.posture,
  from: entity.fromMs,
  to: entity.toMs,
});

export const toMoveRow = (entity: DeskMoveEntity): MoveRow => ({
  txId: entity.txId,
  deskId: entity.deskId,
  origin: entity.origin,
  fromMm: entity.fromMm,
  targetMm: entity.targetMm,
  startedAt: entity.startedMs,
  endedAt: entity.endedMs,
  result: entity.result,
  heightMm: entity.heightMm,
});

export const toMoveEntity = (move: EntryOf<'move-started'>): Columns<DeskMoveEntity> => ({
  txId: move.txId,
  deskId: move.deskId,
  origin: move.origin,
  fromMm: move.fromMm,
  targetMm: move.targetMm,
  startedMs: move.at,
  endedMs: null,
  result: null,
  heightMm: null,
});

/** A hand has no transaction: desk and instant name the motion, and it went where it ended. */
export const toHandMoveEntity = (move: EntryOf<'hand-move'>): Columns<DeskMoveEntity> => ({
  txId: txId(`hand-${move.deskId}-${move.from}`),
  deskId: move.deskId,
  origin: 'hand',
  fromMm: move.fromMm,
  targetMm: move.toMm,
  startedMs: move.from,
  endedMs: move.to,
  result: null,
  heightMm: move.toMm,
});

export const toPromptEntity = (prompt: Prompt): Columns<PromptEntity> => ({
  promptId: prompt.id,
  personId: prompt.personId,
  kind: prompt.kind,
  cause: prompt.cause,
  piggyback: prompt.piggyback,
  proposal: prompt.proposal,
  issuedMs: prompt.issuedAt.epoch,
  expiresMs: prompt.expiresAt.epoch,
  dwellMs: prompt.dwellMs,
  closedMs: null,
  outcome: null,
  answer: null,
  surface: null,
});

export const toPromptRow = (entity: PromptEntity): PromptRow => ({
  promptId: entity.promptId,
  personId: entity.personId,
  kind: entity.kind,
  cause: entity.cause,
  issuedAt: entity.issuedMs,
  closedAt: entity.closedMs,
  outcome: entity.outcome,
  answer: entity.answer,
  surface: entity.surface,
});
