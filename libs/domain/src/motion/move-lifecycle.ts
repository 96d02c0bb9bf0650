import { type PersonId } from '../ids.js';
import { type MotionPolicy } from '../policy.js';
import { monotonic, type EpochMs, type Stamp } from '../time.js';
import { type CoachHolds, humanStopped, latest, overridden } from './coach-holds.js';
import { handedOver } from './hand-move.js';
import { BUDGET_MS, motorTimeMs, ranFor, travelMs } from './motor-budget.js';
import { type StopReason } from './motion-effect.js';
import { type MoveOutcome } from './outcome.js';
import { atDesk } from './person-facts.js';
import { type MoveRequested, presetKind } from './prechecks.js';
import { type MotionStep, stay } from './step.js';
import { type SupervisorState } from './supervisor-state.js';
import { type ActiveMove, TRAVEL_SLACK_MS, settledOutcome } from './transaction.js';

/** Prompts whose confirmation was used; a prompt lives 90 s, so a handful would do. */
const SPENT_PROMPTS_MAX = 32;

/** Starts a move that passed every check; the height on this link is known then. */
export function startMove(
  state: SupervisorState,
  event: MoveRequested,
  fromMm: number,
  policy: MotionPolicy,
): MotionStep {
  const { clock: at } = state;
  const { txId, targetMm, request } = event;
  const active = newMove(state, event, fromMm, policy);
  const next: SupervisorState = {
    ...state,
    ...(request.origin === 'coach' ? spend(state, request.personId) : {}),
    active,
    hand: null,
    lastRefusal: null,
    holds: { ...state.holds, startedAt: at },
  };
  return { state: next, effects: [{ type: 'StartMotor', txId, origin: request.origin, fromMm, targetMm, at }] };
}

function newMove(state: SupervisorState, event: MoveRequested, fromMm: number, policy: MotionPolicy): ActiveMove {
  const { clock: at } = state;
  const { txId, targetMm, request } = event;
  const person =
    request.origin === 'coach' ? policy.persons.find(({ personId }) => personId === request.personId) : undefined;
  const travel = travelMs(targetMm - fromMm, policy.minSpeedMmS) + TRAVEL_SLACK_MS;
  // The slack must not overdraw the motor budget either (S-05).
  const budget = BUDGET_MS - motorTimeMs(state.motor, at);
  return {
    txId,
    origin: request.origin,
    personId: person?.personId ?? null,
    kind: person === undefined ? null : presetKind(person, targetMm),
    fromMm,
    targetMm,
    startedAt: at,
    travelEnds: monotonic(Math.floor(at.mono + Math.min(travel, budget))),
    watched: presentPersons(state, at, policy),
    stopping: null,
    humanStop: false,
    furthestMm: fromMm,
    reversed: 0,
    obstacle: false,
  };
}

function presentPersons(state: SupervisorState, at: Stamp, policy: MotionPolicy): readonly PersonId[] {
  return policy.persons
    .filter((person) => {
      const facts = state.persons[person.personId];
      return facts !== undefined && atDesk(facts, at, person);
    })
    .map(({ personId }) => personId);
}

function spend(state: SupervisorState, personId: PersonId): Pick<SupervisorState, 'persons' | 'spentPrompts'> {
  const facts = state.persons[personId];
  const promptId = facts?.confirmation?.promptId;
  if (facts === undefined || promptId === undefined) return state;
  return {
    persons: { ...state.persons, [personId]: { ...facts, confirmation: null } },
    spentPrompts: [...state.spentPrompts, promptId].slice(-SPENT_PROMPTS_MAX),
  };
}

/** Orders the active move to stop; told once, whatever reasons follow. Without a move there is nothing to stop. */
export function stopMove(state: SupervisorState, reason: StopReason, at: Stamp): MotionStep {
  const { active } = state;
  if (active?.stopping !== null) return stay(state);
  return {
    state: { ...state, active: { ...active, stopping: { reason, at } } },
    effects: [{ type: 'StopMotor', txId: active.txId, reason }],
  };
}

/** A person stopped a coach move: by a stop, a refusal, or their hand on the keys. Counted once per move. */
export function countHumanStop(state: SupervisorState, at: Stamp): SupervisorState {
  const { active } = state;
  if (active?.origin !== 'coach' || active.humanStop) return state;
  const holds = humanStopped(state.holds, at, dayEnds(state, active.personId));
  return { ...state, holds, active: { ...active, humanStop: true } };
}

function dayEnds(state: SupervisorState, personId: PersonId | null): EpochMs | null {
  return personId === null ? null : (state.persons[personId]?.calendar?.dayEnds ?? null);
}

/** The mover reported, or had to be given up: the transaction ends and its outcome has its consequences. */
export function endMove(state: SupervisorState, reported: MoveOutcome, at: Stamp): MotionStep {
  const { active } = state;
  if (active === null) return stay(state);
  const { hand } = state;
  const outcome = settledOutcome(active, reported, hand?.confirmed === true);
  const { result } = outcome;
  const counted = result === 'overridden' ? countHumanStop(state, at) : state;
  const ended: SupervisorState = {
    ...counted,
    active: null,
    hand: hand === null ? null : handedOver(hand, at),
    ended: { txId: active.txId, at },
    lastResult: result,
    motor: ranFor(state.motor, { from: active.startedAt.mono, to: at.mono }),
    holds: afterOutcome(counted.holds, outcome, at),
  };
  const end: MotionStep = { state: ended, effects: [{ type: 'EndMove', txId: active.txId, outcome, at }] };
  // Whatever the mover made of it: what the desk hit is still there.
  if (result !== 'obstructed' && !active.obstacle) return end;
  return {
    state: { ...ended, lockedOut: true },
    effects: [...end.effects, { type: 'LockOut', txId: active.txId, at }],
  };
}

function afterOutcome(holds: CoachHolds, { result }: MoveOutcome, at: Stamp): CoachHolds {
  if (result === 'overridden') return overridden(holds, at);
  return result === 'timed-out' || result === 'link-lost' ? { ...holds, faultAt: latest(holds.faultAt, at) } : holds;
}

/**
 * A mover that was told to stop and never reported is not trusted: nothing moves before the limits are read afresh. Limits
 * read since it started are of a newer link, and fresh.
 */
export function giveUpMove(state: SupervisorState, at: Stamp): MotionStep {
  const { active, desk } = state;
  const afresh = active !== null && desk.limits !== null && desk.limits.at.mono > active.startedAt.mono;
  const known = afresh ? state : { ...state, desk: { ...desk, limits: null } };
  return endMove(known, { result: 'timed-out', heightMm: null }, at);
}
