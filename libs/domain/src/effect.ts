import { type Guard } from './guard.js';
import { type DeskId, type PersonId, type PromptId, type TxId } from './ids.js';
import { type Posture } from './posture/posture.js';
import { type Answer, type Prompt, type PromptOutcome, type Surface } from './prompt.js';
import { type MonotonicMs, type Stamp } from './time.js';

/** A finished stretch of one posture. Consecutive spans of a person join without gap or overlap. */
export interface PostureSpan {
  readonly personId: PersonId;
  readonly posture: Posture;
  readonly from: Stamp;
  readonly to: Stamp;
}

/** What the core wants done, imperative. The shell journals first, then dispatches. */
export type Effect =
  | { readonly type: 'IssuePrompt'; readonly prompt: Prompt }
  | {
      readonly type: 'ClosePrompt';
      readonly promptId: PromptId;
      readonly personId: PersonId;
      readonly outcome: PromptOutcome;
      readonly at: Stamp;
    }
  | {
      readonly type: 'JournalAnswer';
      readonly promptId: PromptId;
      readonly personId: PersonId;
      readonly answer: Answer;
      readonly surface: Surface;
      readonly at: Stamp;
    }
  /** Ask the supervisor for the move a confirmed prompt proposed. The supervisor decides by its own facts. */
  | {
      readonly type: 'RequestMove';
      readonly txId: TxId;
      readonly personId: PersonId;
      readonly deskId: DeskId;
      readonly targetMm: number;
      readonly promptId: PromptId;
    }
  | { readonly type: 'JournalSpan'; readonly span: PostureSpan }
  /** A decision to hold changed its reasons. */
  | { readonly type: 'Hold'; readonly personId: PersonId; readonly guards: readonly Guard[] }
  /** The person's published facts changed (posture, confidence, clocks, prompt, mode, snooze). */
  | { readonly type: 'PublishPerson'; readonly personId: PersonId }
  /** The one deadline of this person; replaces the earlier one. */
  | { readonly type: 'WakeMeAt'; readonly personId: PersonId; readonly at: MonotonicMs };
