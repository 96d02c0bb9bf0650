import { type DomainEvent } from '../event.js';
import { type PersonId, type PromptId, type TxId } from '../ids.js';
import { type Prompt, type Surface } from '../prompt.js';
import { type Stamp } from '../time.js';
import { type MoveOutcome } from './outcome.js';

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
  | { readonly type: 'LockRestored'; readonly at: Stamp };
