import { type Guard } from '../guard.js';
import { type PersonId, type PromptId, type TxId } from '../ids.js';
import { type MotionPolicy } from '../policy.js';
import { type MonotonicMs, type Stamp } from '../time.js';
import { type CoachHolds, noHolds } from './coach-holds.js';
import { type DeskFacts, unknownDesk } from './desk-facts.js';
import { type HandMotion } from './hand-move.js';
import { type MotorStretch } from './motor-budget.js';
import { type MoveResult } from './outcome.js';
import { type PersonFacts, unknownPerson } from './person-facts.js';
import { type ActiveMove } from './transaction.js';

/** The last request that was turned down, and every reason for it. */
export interface Refusal {
  readonly txId: TxId;
  readonly guards: readonly Guard[];
  readonly at: Stamp;
}

/**
 * Everything the supervisor of one desk knows: plain data, folded from facts only. Nothing that allows a move is restored
 * after a restart: what is not seen again on this run authorises nothing (S-14). Prohibitions are (restored-history.ts).
 */
export interface SupervisorState {
  /** The latest instant seen. Late events never turn it back, so no block ends early and no evidence gets younger. */
  readonly clock: Stamp;
  readonly desk: DeskFacts;
  readonly persons: Readonly<Record<PersonId, PersonFacts>>;
  /** Last press of the desk's own handset, known by the height it changed. */
  readonly handsetAt: Stamp | null;
  /** A motion in progress that no frame of ours explains. */
  readonly hand: HandMotion | null;
  readonly holds: CoachHolds;
  readonly motor: readonly MotorStretch[];
  readonly active: ActiveMove | null;
  /** Our last transaction: its run-on is not a hand, and an obstacle told late is its own. */
  readonly ended: { readonly txId: TxId; readonly at: Stamp } | null;
  readonly lockedOut: boolean;
  /** Most recent command ids, oldest first. */
  readonly commandIds: readonly string[];
  /** Most recent prompts whose confirmation has moved the desk, oldest first. */
  readonly spentPrompts: readonly PromptId[];
  readonly lastResult: MoveResult | null;
  readonly lastRefusal: Refusal | null;
  /** The wake-up that was last asked for. */
  readonly wakeAt: MonotonicMs | null;
}

/** The supervisor at process start: it knows nothing and therefore allows nothing. */
export function initialSupervisor(at: Stamp, policy: MotionPolicy): SupervisorState {
  return {
    clock: at,
    desk: unknownDesk,
    persons: Object.fromEntries(policy.persons.map((person) => [person.personId, unknownPerson(at)])),
    handsetAt: null,
    hand: null,
    holds: noHolds,
    motor: [],
    active: null,
    ended: null,
    lockedOut: false,
    commandIds: [],
    spentPrompts: [],
    lastResult: null,
    lastRefusal: null,
    wakeAt: null,
  };
}
