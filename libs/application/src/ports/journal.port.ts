import { type StanceError } from '../errors.js';
import {
  type Answer,
  type DeskId,
  type EpochMs,
  type MotionOrigin,
  type MoveOutcome,
  type PersonId,
  type Posture,
  type Prompt,
  type PromptId,
  type PromptOutcome,
  type Surface,
  type TxId,
} from '#libs/domain';

/** One durable fact. `append` resolves only after it is on disk. */
export type JournalEntry =
  | {
      readonly type: 'span';
      readonly personId: PersonId;
      readonly posture: Posture;
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  | { readonly type: 'prompt-issued'; readonly prompt: Prompt }
  | {
      readonly type: 'prompt-closed';
      readonly promptId: PromptId;
      readonly outcome: PromptOutcome;
      readonly at: EpochMs;
    }
  | {
      readonly type: 'answer';
      readonly promptId: PromptId;
      readonly personId: PersonId;
      readonly answer: Answer;
      readonly surface: Surface;
      readonly at: EpochMs;
    }
  | {
      readonly type: 'move-started';
      readonly txId: TxId;
      readonly deskId: DeskId;
      readonly origin: MotionOrigin;
      readonly fromMm: number;
      readonly targetMm: number;
      readonly at: EpochMs;
    }
  | { readonly type: 'move-ended'; readonly txId: TxId; readonly outcome: MoveOutcome; readonly at: EpochMs }
  | {
      readonly type: 'hand-move';
      readonly deskId: DeskId;
      readonly fromMm: number;
      readonly toMm: number;
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  | { readonly type: 'desk-locked'; readonly deskId: DeskId; readonly txId: TxId; readonly at: EpochMs }
  | { readonly type: 'desk-unlocked'; readonly deskId: DeskId; readonly surface: Surface; readonly at: EpochMs }
  /** The person's whole state as JSON, so that no clock is reset by a restart (C-09). The newest one counts. */
  | { readonly type: 'checkpoint'; readonly personId: PersonId; readonly at: EpochMs; readonly state: unknown };

export interface MoveRow {
  readonly txId: TxId;
  readonly deskId: DeskId;
  readonly origin: MotionOrigin;
  readonly fromMm: number;
  readonly targetMm: number;
  readonly startedAt: EpochMs;
  /** Null while the move runs, or for ever where the hub died in mid move. */
  readonly endedAt: EpochMs | null;
  readonly result: MoveOutcome['result'] | null;
  readonly heightMm: number | null;
}

export interface SpanRow {
  readonly personId: PersonId;
  readonly posture: Posture;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface PromptRow {
  readonly promptId: PromptId;
  readonly personId: PersonId;
  readonly kind: Prompt['kind'];
  readonly cause: Prompt['cause'];
  readonly issuedAt: EpochMs;
  readonly closedAt: EpochMs | null;
  readonly outcome: PromptOutcome | null;
  readonly answer: Answer | null;
  readonly surface: Surface | null;
}

export interface Checkpoint {
  readonly at: EpochMs;
  readonly state: unknown;
}

/**
 * Moves, prompts and answers are on disk before anything is dispatched. Entries of one `append` land together or not at
 * all; appends land in call order. Errors carry `journal.*` codes.
 */
export abstract class Journal {
  /** What a person must know of how it was opened: a `journal.corrupt` means that earlier lock-outs are lost. */
  abstract readonly notices: readonly StanceError[];
  abstract append(entries: readonly JournalEntry[]): Promise<void>;
  abstract latestCheckpoint(personId: PersonId): Promise<Checkpoint | null>;
  /** Desks that were locked out and not unlocked since. */
  abstract lockedDesks(): Promise<readonly DeskId[]>;
  /** Rows that overlap the interval, oldest first, read without blocking the writer. */
  abstract spans(personId: PersonId, from: EpochMs, to: EpochMs): Promise<readonly SpanRow[]>;
  abstract moves(from: EpochMs, to: EpochMs): Promise<readonly MoveRow[]>;
  abstract prompts(personId: PersonId, from: EpochMs, to: EpochMs): Promise<readonly PromptRow[]>;
}
