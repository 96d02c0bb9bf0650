import { type DomainEvent } from '../event.js';
import { type PersonId, type PromptId, type TxId } from '../ids.js';
import { type Prompt, type Surface } from '../prompt.js';
import { type Stamp } from '../time.js';
import { type MotionOrigin, type MoveOutcome, type MoveResult } from './outcome.js';

/** One motion of an earlier run. Instants of that time lie before this process: `mono` may be negative. */
export interface PastMove {
  readonly origin: MotionOrigin;
  readonly from: Stamp;
  /** Null where the row was never closed: the hub died in mid move. */
  readonly to: Stamp | null;
  /** Null for a hand, and where the row was never closed. */
  readonly result: MoveResult | null;
  /** Where our own move was going, or where the hand left the desk; mm above the floor. */
  readonly targetMm: number;
}

/**
 * What the supervisor of one desk folds. It sees the same raw facts as the persons at this desk (heights, links, band
 * observations, calendars, answers, mode changes) and derives presence, handset and confirmation from them itself; it
 * never reads planner state (S-15).
 */
export type MotionEvent =
  | DomainEvent
  /** Height limits were read from the desk on the present link; always followed by a height read on it. */
  | { readonly type: 'LimitsRead'; readonly at: Stamp; readonly minMm: number; readonly maxMm: number }
  /** A prompt with or without a proposal was put before the person. */
  | { readonly type: 'PromptShown'; readonly at: Stamp; readonly prompt: Prompt }
  | {
      readonly type: 'MoveRequested';
      readonly at: Stamp;
      readonly txId: TxId;
      readonly targetMm: number;
      readonly request:
        | { readonly origin: 'coach'; readonly personId: PersonId; readonly promptId: PromptId }
        | {
            readonly origin: 'command';
            readonly surface: Surface;
            /** Duplicate detection: the same command id moves once (S-13). */
            readonly commandId: string;
            /** Age by the machine's clock in ms, null when the sender gave none. */
            readonly ageMs: number | null;
            readonly retained: boolean;
          };
    }
  /** Stop, from any surface, of any age. Told after the stop frame is already on its way. */
  | { readonly type: 'StopRequested'; readonly at: Stamp; readonly surface: Surface }
  /** The mover ended: exactly one per `StartMotor`. */
  | { readonly type: 'MotorStopped'; readonly at: Stamp; readonly txId: TxId; readonly outcome: MoveOutcome }
  /** A person unlocked the desk by CLI, page or handset double press; never by MQTT. */
  | { readonly type: 'Unlocked'; readonly at: Stamp; readonly surface: Surface }
  /** The journal's last word on this desk at start: it was locked out and nobody has unlocked it since. */
  | { readonly type: 'LockRestored'; readonly at: Stamp }
  /**
   * The journal's moves of this desk, sent once at start before any link is up: the last 24 h are enough. They only forbid:
   * motor time, spacing and the holds of the coach go on where the last run left them.
   */
  | { readonly type: 'HistoryRestored'; readonly at: Stamp; readonly moves: readonly PastMove[] };
