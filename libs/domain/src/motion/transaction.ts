import { type PersonId, type TxId } from '../ids.js';
import { SECOND_MS, later, monotonic, type MonotonicMs, type Stamp } from '../time.js';
import { type MoveKind } from './coach-holds.js';
import { type StopReason } from './motion-effect.js';
import { type MotionEvent } from './motion-event.js';
import { type MotionOrigin, type MoveOutcome, type MoveResult } from './outcome.js';

/** Travel may take this much longer than the slowest honest speed explains (docs/safety.md, "Desk motion"). */
export const TRAVEL_SLACK_MS = 5 * SECOND_MS;

/** A mover that was told to stop has to report within this time. Run-on, settling and reads at rest take some 3 s. */
const STOP_REPORT_MS = 10 * SECOND_MS;

/** A motion this far against our direction … */
const REVERSED_MM = 10;
/** … over this many consecutive readings is somebody's hand, unless the desk reports an obstacle. */
const REVERSED_READINGS = 2;

/** The one motion transaction of the desk that is under way (S-12). */
export interface ActiveMove {
  readonly txId: TxId;
  readonly origin: Exclude<MotionOrigin, 'hand'>;
  /** The person the coach acted for; null for commands. */
  readonly personId: PersonId | null;
  readonly kind: MoveKind | null;
  readonly fromMm: number;
  readonly targetMm: number;
  readonly startedAt: Stamp;
  /** Travel beyond this instant is stopped. */
  readonly travelEnds: MonotonicMs;
  /** Persons who were at the desk at the start: their leaving stops the move. */
  readonly watched: readonly PersonId[];
  readonly stopping: { readonly reason: StopReason; readonly at: Stamp } | null;
  /** A person stopped it; counted once. */
  readonly humanStop: boolean;
  /** Furthest height in our direction, and readings in a row that lie clearly behind it. */
  readonly furthestMm: number;
  readonly reversed: number;
  /** The desk reported an obstacle: backing off is then its own doing. */
  readonly obstacle: boolean;
}

/** Follows the height while our move runs. A late reading of before the start says nothing about it. */
export function trackMove(move: ActiveMove, event: MotionEvent): ActiveMove {
  if (event.type !== 'Observed' || event.at.mono < move.startedAt.mono) return move;
  if (event.observation.kind === 'desk-error') return { ...move, obstacle: true };
  if (event.observation.kind !== 'height') return move;
  const { heightMm } = event.observation;
  const up = move.targetMm > move.fromMm;
  const furthestMm = up ? Math.max(move.furthestMm, heightMm) : Math.min(move.furthestMm, heightMm);
  const behind = Math.abs(furthestMm - heightMm) >= REVERSED_MM;
  return { ...move, furthestMm, reversed: behind ? move.reversed + 1 : 0 };
}

/** Whether somebody drives the desk against us. */
export const reversedByHand = (move: ActiveMove): boolean => move.reversed >= REVERSED_READINGS && !move.obstacle;

/** The instant by which a stopped mover must have reported. */
export const reportDue = (stoppedAt: Stamp): Stamp => later(stoppedAt, STOP_REPORT_MS);

/** When time alone will change something about this move. */
export const moveDeadline = (move: ActiveMove): MonotonicMs =>
  move.stopping === null ? move.travelEnds : reportDue(move.stopping.at).mono;

/** The same instant `mono`, on both clocks of `near`. */
export const stampOf = (near: Stamp, mono: MonotonicMs): Stamp => ({
  ...later(near, mono - near.mono),
  mono: monotonic(mono),
});

const STOPPED_AS: Partial<Record<StopReason, MoveResult>> = {
  'link-lost': 'link-lost',
  'human-override': 'overridden',
  'travel-too-long': 'timed-out',
};

/** The mover that we aborted says `cancelled`; the transaction says why. Its own verdict stands otherwise. */
export function settledOutcome(move: ActiveMove, outcome: MoveOutcome, byHand: boolean): MoveOutcome {
  const reason = move.stopping?.reason;
  if (outcome.result !== 'cancelled' || reason === undefined) return outcome;
  return { ...outcome, result: STOPPED_AS[reason] ?? (byHand ? 'overridden' : 'cancelled') };
}
