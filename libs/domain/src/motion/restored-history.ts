import { type MotionPolicy } from '../policy.js';
import { HOUR_MS, epoch, later, type EpochMs, type Stamp } from '../time.js';
import { type CoachHolds, type MoveKind, humanStopped, latest, overridden, vetoed } from './coach-holds.js';
import { BUDGET_MS, type MotorStretch, ranFor } from './motor-budget.js';
import { type PastMove } from './motion-event.js';
import { presetKind } from './prechecks.js';
import { type SupervisorState } from './supervisor-state.js';

/** A day is no longer than this, and all but one in a year are 24 h. */
const LONGEST_DAY_MS = 25 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/** A past move with an end in any case, and nothing of it in the future. */
type Closed = PastMove & { readonly to: Stamp };

/**
 * Takes up the prohibitions of earlier runs (S-04, S-05, S-09). Nothing in here can allow a move: motor time is added, and
 * every hold only becomes later.
 */
export function restoreHistory(
  state: SupervisorState,
  moves: readonly PastMove[],
  policy: MotionPolicy,
): SupervisorState {
  const past = moves.map((move) => closed(move, state.clock)).sort((one, other) => one.to.mono - other.to.mono);
  const holds = past.reduce((held, move) => holdsAfter(held, move, state, policy), state.holds);
  return { ...state, holds, motor: motorAfter(past, state.motor) };
}

/** A wall clock that was set back dates rows into the future, a move that never ended ran no longer than the motor may. */
function closed(move: PastMove, now: Stamp): Closed {
  const from = earlier(move.from, now);
  return { ...move, from, to: earlier(move.to ?? later(from, BUDGET_MS), now) };
}

const earlier = (one: Stamp, other: Stamp): Stamp => (other.mono < one.mono ? other : one);

const motorAfter = (past: readonly Closed[], motor: readonly MotorStretch[]): readonly MotorStretch[] =>
  [...past.map(({ from, to }) => ({ from: from.mono, to: to.mono })), ...motor]
    .sort((one, other) => one.to - other.to)
    .reduce<readonly MotorStretch[]>(ranFor, []);

function holdsAfter(holds: CoachHolds, move: Closed, state: SupervisorState, policy: MotionPolicy): CoachHolds {
  if (move.origin === 'hand') return overridden(holds, move.to);
  const started = { ...holds, startedAt: latest(holds.startedAt, move.from) };
  switch (move.result) {
    case 'overridden':
      return overridden(stoppedByPerson(started, move, state), move.to);
    case 'cancelled':
      return vetoed(stoppedByPerson(started, move, state), kindOf(move, policy), move.to);
    case 'timed-out':
    case 'link-lost':
    case null:
      return { ...started, faultAt: latest(started.faultAt, move.to) };
    default:
      return started;
  }
}

/** The row does not say who stopped it, so a person did. */
function stoppedByPerson(holds: CoachHolds, { origin, to }: Closed, state: SupervisorState): CoachHolds {
  return origin === 'coach' ? humanStopped(holds, to, dayEndsAfter(to, state)) : holds;
}

/** The end of the day in which `at` lies, as far as a calendar was told; a day too long rather than too short. */
function dayEndsAfter(at: Stamp, { persons }: SupervisorState): EpochMs | null {
  const ends = Object.values(persons).flatMap(({ calendar }) => (calendar === null ? [] : [calendar.dayEnds]));
  if (ends.length === 0) return null;
  const dayEnds = Math.max(...ends);
  return epoch(at.epoch < dayEnds - LONGEST_DAY_MS ? dayEnds - DAY_MS : dayEnds);
}

/** Which way a stopped coach move went; null, for both, where the persons of the desk disagree. */
function kindOf({ origin, targetMm }: PastMove, { persons }: MotionPolicy): MoveKind | null {
  const [kind, ...others] = new Set(persons.flatMap((person) => presetKind(person, targetMm) ?? []));
  return origin === 'coach' && kind !== undefined && others.length === 0 ? kind : null;
}
