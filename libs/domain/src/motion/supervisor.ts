import { isLowerMode, type MotionPolicy } from '../policy.js';
import { presence } from '../posture/belief.js';
import { later, type Stamp } from '../time.js';
import { latest, overridden, vetoed } from './coach-holds.js';
import { type HeightReading, foldDesk, freshReading } from './desk-facts.js';
import { HAND_REST_MS, runsOn, trackHand } from './hand-move.js';
import { type MotionEffect } from './motion-effect.js';
import { type MotionEvent } from './motion-event.js';
import { viewChanged } from './motion-view.js';
import { ranFor, stretchBetween } from './motor-budget.js';
import { countHumanStop, endMove, giveUpMove, startMove, stopMove } from './move-lifecycle.js';
import { foldPerson, movedSince, unknownPerson, type PersonFacts } from './person-facts.js';
import { type MoveRequested, guardsAgainst, presetKind } from './prechecks.js';
import { foldAnswer } from './presence-evidence.js';
import { restoreHistory } from './restored-history.js';
import { type MotionStep, stay, then } from './step.js';
import { type SupervisorState } from './supervisor-state.js';
import { moveDeadline, reportDue, reversedByHand, stampOf, trackMove } from './transaction.js';

/** A duplicate on the wire is seconds old and refused by its age after 10 s: this many ids outlast any honest flood. */
const COMMAND_IDS_MAX = 256;

/**
 * Folds one event and says what is to be done. The only source of `StartMotor` there is. It holds every rule of
 * docs/safety.md from facts of its own, whatever the planner asks for; extra ticks change no effect, and `WakeDeskAt` names
 * the next instant at which time alone does.
 */
export function supervise(state: SupervisorState, event: MotionEvent, policy: MotionPolicy): MotionStep {
  const now = event.at.mono >= state.clock.mono ? event.at : state.clock;
  const timely = then(elapse(state, now), (elapsed) => stay({ ...elapsed, clock: now }));
  const folded = then(timely, (known) => foldFacts(known, event, policy));
  const reacted = then(folded, (known) => react(known, event, policy));
  // A late event may have begun something that is over by now.
  const settled = then(reacted, (known) => elapse(known, now));
  return then(settled, (known) => announce(state, known, policy));
}

/** What time alone brings about, as of the instant it was due. */
function elapse(state: SupervisorState, now: Stamp): MotionStep {
  const moved = then(elapseMove(state, now), (next) => elapseMove(next, now));
  return then(moved, (next) => elapseHand(next, now));
}

function elapseMove(state: SupervisorState, now: Stamp): MotionStep {
  const { active } = state;
  if (active === null || now.mono < moveDeadline(active)) return stay(state);
  if (active.stopping === null) return stopMove(state, 'travel-too-long', stampOf(now, active.travelEnds));
  return giveUpMove(state, reportDue(active.stopping.at));
}

function elapseHand(state: SupervisorState, now: Stamp): MotionStep {
  return state.active === null && state.hand !== null && now.mono >= state.hand.lastAt.mono + HAND_REST_MS
    ? restHand(state)
    : stay(state);
}

/** The height rests: a hand move is written down, anything smaller is forgotten. */
function restHand(state: SupervisorState): MotionStep {
  const { hand } = state;
  // What a hand did before our transaction ended is in that row's last height.
  if (hand?.confirmed !== true || hand.lastAt.mono <= hand.from.mono) return stay({ ...state, hand: null });
  const { fromMm, lastMm: toMm, from, lastAt: to } = hand;
  return { state: { ...state, hand: null }, effects: [{ type: 'JournalHandMove', fromMm, toMm, from, to }] };
}

function foldFacts(state: SupervisorState, event: MotionEvent, policy: MotionPolicy): MotionStep {
  const reading = freshReading(state.desk, event, policy.deskId);
  const desk = foldDesk(state.desk, event, policy.deskId);
  const linkChanged = desk.linkAt !== state.desk.linkAt;
  // What moved while nobody could look is not known: the hand move ends with the last height seen.
  const watched = then(linkChanged ? restHand(state) : stay(state), (known) =>
    stay(foldHeight(known, reading, policy)),
  );
  // After a jump nobody knows how long ago the last press was.
  const handset = event.type === 'ClockJumped' ? { handsetAt: null } : {};
  return then(watched, (known) => stay(foldPersons({ ...known, desk, ...handset }, event, policy)));
}

function foldHeight(state: SupervisorState, reading: HeightReading | null, policy: MotionPolicy): SupervisorState {
  const { active } = state;
  if (reading === null || active?.stopping === null) return state;
  const ran = active === null ? stretchBetween(state.desk.reading, reading, policy.minSpeedMmS) : null;
  const motor = ran === null ? state.motor : ranFor(state.motor, ran);
  return foldHand({ ...state, motor }, reading);
}

function foldHand(state: SupervisorState, reading: HeightReading): SupervisorState {
  const { active, ended } = state;
  const ownUntil = active === null ? ended?.at : active.stopping?.at;
  const hand = trackHand(state.hand, state.desk.reading, reading, ownUntil ?? null);
  if (hand?.confirmed !== true) return { ...state, hand };
  // Near our own transaction a motion may forbid, but it proves nobody's presence.
  const proves = active === null && !runsOn(ownUntil ?? null, hand.lastAt);
  return {
    ...state,
    hand,
    handsetAt: proves ? latest(state.handsetAt, hand.lastAt) : state.handsetAt,
    holds: overridden(state.holds, hand.lastAt),
  };
}

function foldPersons(state: SupervisorState, event: MotionEvent, policy: MotionPolicy): SupervisorState {
  const folded = policy.persons.map((person) => {
    const facts = state.persons[person.personId] ?? unknownPerson(state.clock);
    return [person.personId, foldPerson(facts, event, state.clock, person)] as const;
  });
  return { ...state, persons: Object.fromEntries<PersonFacts>(folded) };
}

function react(state: SupervisorState, event: MotionEvent, policy: MotionPolicy): MotionStep {
  switch (event.type) {
    case 'MoveRequested':
      return onRequested(state, event, policy);
    case 'StopRequested':
      return veto(state, event.surface);
    case 'MotorStopped':
      return onMotorStopped(state, event);
    case 'Unlocked':
      return unlock(state, event.surface);
    case 'LockRestored':
      return stay({ ...state, lockedOut: true });
    case 'HistoryRestored':
      return stay(restoreHistory(state, event.moves, policy));
    default:
      return reactToFact(state, event, policy);
  }
}

function reactToFact(state: SupervisorState, event: MotionEvent, policy: MotionPolicy): MotionStep {
  switch (event.type) {
    case 'Observed':
      return onObserved(state, event, policy);
    case 'LinkChanged':
      return event.source === policy.deskId && state.desk.linkAt === event.at
        ? stopMove(state, 'link-lost', state.clock)
        : stay(state);
    case 'PromptAnswered':
      return onAnswered(state, event, policy);
    case 'ModeLowered':
      return onModeLowered(state, event);
    default:
      return stay(state);
  }
}

type On<T extends MotionEvent['type']> = Extract<MotionEvent, { type: T }>;

function onObserved(state: SupervisorState, event: On<'Observed'>, policy: MotionPolicy): MotionStep {
  if (state.active === null) return lateObstacle(state, event, policy);
  if (event.source !== policy.deskId)
    return leftTheDesk(state, event, policy) ? stopMove(state, 'left-the-desk', state.clock) : stay(state);
  const active = trackMove(state.active, event);
  if (!reversedByHand(active)) return stay({ ...state, active });
  const counted = countHumanStop({ ...state, active }, event.at);
  return stopMove({ ...counted, holds: overridden(counted.holds, event.at) }, 'human-override', state.clock);
}

/** An obstacle reported only after our move ended, or after its back-off was taken for a hand: the move hit it (S-10). */
function lateObstacle(
  state: SupervisorState,
  { at, source, observation }: On<'Observed'>,
  policy: MotionPolicy,
): MotionStep {
  const { ended, lockedOut, clock } = state;
  const ours = observation.kind === 'desk-error' && source === policy.deskId && runsOn(ended?.at ?? null, at);
  if (ended === null || !ours || lockedOut) return stay(state);
  return { state: { ...state, lockedOut: true }, effects: [{ type: 'LockOut', txId: ended.txId, at: clock }] };
}

/**
 * Positive evidence that a person who was there at the start is going: seen moving since, or their band out of range. Evidence
 * that merely ages stops nothing.
 */
function leftTheDesk(
  { active, persons, clock }: SupervisorState,
  event: On<'Observed'>,
  policy: MotionPolicy,
): boolean {
  return policy.persons.some((person) => {
    const facts = persons[person.personId];
    if (
      active === null ||
      facts === undefined ||
      person.bandId !== event.source ||
      !active.watched.includes(person.personId)
    )
      return false;
    const outOfRange = event.observation.kind === 'rssi' && presence(facts.belief, clock, person).atDesk === false;
    return outOfRange || movedSince(facts, active.startedAt);
  });
}

function onAnswered(state: SupervisorState, event: On<'PromptAnswered'>, policy: MotionPolicy): MotionStep {
  const person = policy.persons.find(({ personId }) => personId === event.personId);
  const facts = state.persons[event.personId];
  if (person === undefined || facts === undefined) return stay(state);
  const answered = {
    ...state,
    persons: { ...state.persons, [event.personId]: foldAnswer(facts, event, state.handsetAt, person) },
  };
  if (event.answer !== 'refused') return stay(answered);
  if (state.active?.personId === event.personId) return veto(answered, event.surface);
  const offered = facts.prompt?.id === event.promptId ? facts.prompt.targetMm : null;
  const kind = offered === null ? null : presetKind(person, offered);
  return stay(kind === null ? answered : { ...answered, holds: vetoed(answered.holds, kind, state.clock) });
}

function onModeLowered(state: SupervisorState, event: On<'ModeLowered'>): MotionStep {
  const below = isLowerMode(event.mode, 'confirm');
  return below && state.active?.personId === event.personId
    ? stopMove(state, 'mode-lowered', state.clock)
    : stay(state);
}

function onRequested(state: SupervisorState, event: MoveRequested, policy: MotionPolicy): MotionStep {
  const { clock: at } = state;
  const guards = guardsAgainst(state, event, at, policy);
  const { request, txId } = event;
  const seen =
    request.origin === 'command' ? { ...state, commandIds: remembered(state.commandIds, request.commandId) } : state;
  const fromMm = state.desk.reading?.heightMm;
  if (guards.length === 0 && fromMm !== undefined) return startMove(seen, event, fromMm, policy);
  return { state: { ...seen, lastRefusal: { txId, guards, at } }, effects: [{ type: 'RefuseMove', txId, guards, at }] };
}

const remembered = (ids: readonly string[], id: string): readonly string[] =>
  ids.includes(id) ? ids : [...ids, id].slice(-COMMAND_IDS_MAX);

/** Stop, and take back every yes that was given before it. */
function veto(state: SupervisorState, surface: On<'StopRequested'>['surface']): MotionStep {
  const at = state.clock;
  const counted = surface === 'hub' ? state : countHumanStop(state, at);
  const persons = Object.fromEntries(
    Object.entries<PersonFacts>(counted.persons).map(([id, facts]) => [id, { ...facts, confirmation: null }]),
  );
  return stopMove({ ...counted, persons, holds: vetoed(counted.holds, state.active?.kind ?? null, at) }, 'stop', at);
}

function onMotorStopped(state: SupervisorState, event: On<'MotorStopped'>): MotionStep {
  if (state.active?.txId === event.txId) return endMove(state, event.outcome, state.clock);
  if (event.outcome.result !== 'obstructed') return stay(state);
  // The late word of a mover that was given up: what it hit is still there.
  return { state: { ...state, lockedOut: true }, effects: [{ type: 'LockOut', txId: event.txId, at: state.clock }] };
}

/** Whoever unlocks has to be able to see the desk; anybody on the network can publish. */
function unlock(state: SupervisorState, surface: On<'Unlocked'>['surface']): MotionStep {
  if (!state.lockedOut || (surface !== 'cli' && surface !== 'handset')) return stay(state);
  return { state: { ...state, lockedOut: false }, effects: [{ type: 'Unlock', at: state.clock, surface }] };
}

/** Publishes what changed and asks for the next wake-up, if it is a new one. */
function announce(before: SupervisorState, after: SupervisorState, policy: MotionPolicy): MotionStep {
  const wakeAt = nextWake(after);
  const effects: MotionEffect[] = viewChanged(before, after, policy) ? [{ type: 'PublishDesk' }] : [];
  if (wakeAt !== null && wakeAt !== after.wakeAt) effects.push({ type: 'WakeDeskAt', at: wakeAt });
  return { state: { ...after, wakeAt }, effects };
}

function nextWake({ active, hand }: SupervisorState): SupervisorState['wakeAt'] {
  const rest = hand === null || active !== null ? null : later(hand.lastAt, HAND_REST_MS).mono;
  const due = active === null ? null : moveDeadline(active);
  return rest === null || (due !== null && due < rest) ? due : rest;
}
