import { type Guard } from '../guard.js';
import { type TxId } from '../ids.js';
import { type Surface } from '../prompt.js';
import { type MonotonicMs, type Stamp } from '../time.js';
import { type MotionOrigin, type MoveOutcome } from './outcome.js';

/** Why a running move is being stopped. */
export const STOP_REASONS = [
  'stop',
  'left-the-desk',
  'link-lost',
  'human-override',
  'travel-too-long',
  'mode-lowered',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export type MotionEffect =
  /** Journal the row, then drive. Nothing else may start a motor. */
  | {
      readonly type: 'StartMotor';
      readonly txId: TxId;
      readonly origin: Exclude<MotionOrigin, 'hand'>;
      readonly fromMm: number;
      readonly targetMm: number;
      readonly at: Stamp;
    }
  | { readonly type: 'StopMotor'; readonly txId: TxId; readonly reason: StopReason }
  /** The transaction ends without motion; the guards say why. */
  | { readonly type: 'RefuseMove'; readonly txId: TxId; readonly guards: readonly Guard[]; readonly at: Stamp }
  /** The transaction is over. */
  | { readonly type: 'EndMove'; readonly txId: TxId; readonly outcome: MoveOutcome; readonly at: Stamp }
  /** A finished motion that no frame of ours explains: handset or another app. */
  | {
      readonly type: 'JournalHandMove';
      readonly fromMm: number;
      readonly toMm: number;
      readonly from: Stamp;
      readonly to: Stamp;
    }
  | { readonly type: 'LockOut'; readonly txId: TxId; readonly at: Stamp }
  /** A person ended a lock-out. Journal it: without the row the next restart locks the desk again. */
  | { readonly type: 'Unlock'; readonly at: Stamp; readonly surface: Surface }
  | { readonly type: 'PublishDesk' }
  | { readonly type: 'WakeDeskAt'; readonly at: MonotonicMs };
