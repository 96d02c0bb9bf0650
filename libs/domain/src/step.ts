import { effectiveMode, isSnoozed } from './coach/coach.js';
import { coachDue } from './coach/deadlines.js';
import { decide } from './coach/decide.js';
import { closePrompt, type Turn } from './coach/life-cycle.js';
import { answered, calendarResolved, dayEndOf, dayOver, modeLowered, snoozed } from './coach/requests.js';
import { crossDay, dwellDue, type DwellState, freeze, FREEZE_AFTER_MS, settleDwell, turnDwell } from './dwell/dwell.js';
import { gapDue, newDay, turnLedger, writeGap } from './dwell/ledger.js';
import { type Effect, type PostureSpan } from './effect.js';
import { type DomainEvent } from './event.js';
import { type PersonPolicy } from './policy.js';
import { advanceBelief, confidenceOf, foldBelief, type PostureBelief } from './posture/belief.js';
import { earliest } from './posture/evidence.js';
import { type PersonState, rebase } from './state.js';
import { epoch, later, monotonic, type MonotonicMs, type Stamp } from './time.js';

/** A state and what it wants done, in order. */
export interface Stepped {
  readonly state: PersonState;
  readonly effects: readonly Effect[];
}

const journalled = (spans: readonly PostureSpan[]): readonly Effect[] =>
  spans.map((span) => ({ type: 'JournalSpan', span }));

/** The instant up to which the published posture stands unchallenged. */
const knownUntil = ({ candidate }: PostureBelief, at: Stamp): Stamp => candidate?.since ?? at;

/** Follows a newly published posture in clocks and book. The end of a walk is a breakpoint. */
function turn(state: PersonState, at: Stamp, policy: PersonPolicy): Stepped {
  const { posture, since } = state.belief.published;
  if (posture === state.dwell.posture) return { state, effects: [] };
  const steps = state.belief.facts.steps;
  const dwell = turnDwell(
    state.dwell,
    posture,
    since,
    steps === null ? null : { counted: steps.counted, at: steps.at },
  );
  const { ledger, spans } = turnLedger(policy.personId, state.ledger, posture, since);
  const atDesk = posture === 'sitting' || posture === 'standing';
  const coach = state.dwell.posture === 'moving' && atDesk ? { ...state.coach, breakpointAt: at } : state.coach;
  return { state: { ...state, dwell, ledger, coach }, effects: journalled(spans) };
}

/** A gap that became too long to bridge is written, unless a candidate posture may yet end it in time. */
function settleLedger({ ledger, belief }: PersonState, at: Stamp, policy: PersonPolicy): ReturnType<typeof writeGap> {
  const due = gapDue(ledger);
  return due !== null && due <= knownUntil(belief, at).mono ? writeGap(policy.personId, ledger) : { ledger, spans: [] };
}

/** What time alone has settled by `at`: confirmed dwells, a gap too long to bridge, the end of the day. */
function settle(before: PersonState, at: Stamp, policy: PersonPolicy): Stepped {
  const dwell = settleDwell(before.dwell, knownUntil(before.belief, at));
  const { ledger, spans } = settleLedger(before, at, policy);
  const state = { ...before, dwell, ledger };
  const end = dayEndOf(before.coach, at);
  if (end === null || end.mono > at.mono) return { state, effects: journalled(spans) };
  const next = { ...state, dwell: crossDay(dwell), ledger: newDay(ledger, end.epoch), coach: dayOver(state.coach) };
  return { state: next, effects: journalled(spans) };
}

/** The next instant after `at` at which time alone changes anything. */
function nextDue(state: PersonState, at: Stamp, policy: PersonPolicy): MonotonicMs | null {
  const { belief, dwell, ledger } = state;
  const book = gapDue(ledger);
  // While a candidate is held, nothing is confirmed: the candidate's own end is among the belief's dues.
  const confirmed =
    belief.candidate === null ? [dwellDue(dwell, at), book !== null && book > at.mono ? book : null] : [];
  return earliest(belief.dueMono, coachDue(state, at, policy), ...confirmed);
}

/** The published facts as one line. Confidence counts in the bands that mean something: published, acted on, sure. */
function publicFacts({ belief, dwell, coach }: PersonState, at: Stamp, policy: PersonPolicy): string {
  const { posture, since } = belief.published;
  const confidence = confidenceOf(belief, at);
  const band = [0.7, 0.8, 0.9].filter((limit) => confidence >= limit).length;
  const clocks = [dwell.sit, dwell.stand, dwell.still].map((clock) =>
    clock === null ? '-' : `${clock.since.mono}/${clock.frozenAt?.mono ?? ''}`,
  );
  const snooze = isSnoozed(coach, at) ? coach.snoozedUntil?.mono : null;
  const mode = effectiveMode(coach, policy.mode);
  return [posture, since.mono, band, ...clocks, coach.open?.id ?? '-', mode, snooze ?? '-', ...coach.guards].join(' ');
}

/** Tells the shell what changed: facts to publish, and the deadline when it came nearer or was reached. */
function announce({ state, effects }: Stepped, at: Stamp, policy: PersonPolicy): Stepped {
  const { personId } = policy;
  const said: Effect[] = [...effects];
  const published = publicFacts(state, at, policy);
  if (published !== state.published) said.push({ type: 'PublishPerson', personId });
  const due = nextDue(state, at, policy);
  const keep = state.wakeMono !== null && state.wakeMono > at.mono && (due === null || due >= state.wakeMono);
  const wakeMono = keep ? state.wakeMono : due;
  if (wakeMono !== null && wakeMono !== state.wakeMono) said.push({ type: 'WakeMeAt', personId, at: wakeMono });
  return { state: { ...state, published, wakeMono }, effects: said };
}

/** One pass over everything that follows from the belief at `at`. `silent` leaves the coach out. */
function follow(state: PersonState, at: Stamp, policy: PersonPolicy, silent = false): Stepped {
  const turned = turn(state, at, policy);
  const settled = settle(turned.state, at, policy);
  const effects = [...turned.effects, ...settled.effects];
  if (silent) return { state: { ...settled.state, at, wakeMono: nextDue(settled.state, at, policy) }, effects };
  const decided = decide(settled.state, at, policy);
  const next = { ...settled.state, coach: decided.coach, at };
  return announce({ state: next, effects: [...effects, ...decided.effects] }, at, policy);
}

/** Lives through every deadline up to `at`, each at its own instant: a late wake-up changes nothing. */
function advance(state: PersonState, at: Stamp, policy: PersonPolicy, silent = false): Stepped {
  let current = state;
  const effects: Effect[] = [];
  while (current.wakeMono !== null && current.wakeMono <= at.mono) {
    const due = later(at, current.wakeMono - at.mono);
    const belief = advanceBelief(current.belief, due, policy);
    const next = follow({ ...current, belief }, due, policy, silent);
    effects.push(...next.effects);
    current = next.state;
  }
  return { state: current, effects };
}

/** The hub was down: the clocks live through the gap by the rules, but nothing is prompted in it, and nothing queued survives. */
function resume(before: PersonState, at: Stamp, policy: PersonPolicy): Stepped {
  const rebased = rebase(before, at);
  const lived = advance({ ...rebased, wakeMono: nextDue(rebased, rebased.at, policy) }, at, policy, true);
  const { coach } = lived.state;
  const closed = closePrompt(
    coach,
    coach.open !== null && coach.open.expiresAt.mono <= at.mono ? 'expired' : 'superseded',
    at,
  );
  // The desk may have been moved by hand meanwhile: its height counts again once it was read.
  const belief = foldBelief(lived.state.belief, { type: 'LinkChanged', at, source: policy.deskId, up: false }, policy);
  const state: PersonState = { ...lived.state, belief, coach: closed.coach, wakeMono: null, published: '' };
  const { state: next, effects } = follow(state, at, policy);
  return { state: next, effects: [...lived.effects, ...closed.effects, ...effects] };
}

/** The wall clock jumped or the machine slept: the gap is unknown at once, and a long one stops the clocks. */
function jump(state: PersonState, event: Extract<DomainEvent, { type: 'ClockJumped' }>, policy: PersonPolicy): Stepped {
  const at: Stamp = { mono: monotonic(Math.max(event.at.mono, state.at.mono)), epoch: event.at.epoch };
  const before: Stamp = { mono: at.mono, epoch: epoch(at.epoch - event.gapMs) };
  const lived = advance(state, before, policy);
  const known = turnLedger(policy.personId, lived.state.ledger, 'unknown', before);
  const { ledger, spans } = writeGap(policy.personId, known.ledger);
  const dwell: DwellState = turnDwell(lived.state.dwell, 'unknown', before, null);
  const stopped = Math.abs(event.gapMs) >= FREEZE_AFTER_MS ? freeze(dwell, at) : dwell;
  const belief = foldBelief(lived.state.belief, event, policy);
  const { state: next, effects } = follow(
    { ...lived.state, belief, ledger, dwell: stopped, wakeMono: null },
    at,
    policy,
  );
  return { state: next, effects: [...lived.effects, ...journalled(spans), ...effects] };
}

/** What a request changes in the coach, before it decides anew. */
function request(state: PersonState, event: DomainEvent, at: Stamp, policy: PersonPolicy): Turn {
  const { coach } = state;
  switch (event.type) {
    case 'CalendarResolved':
      return { coach: calendarResolved(coach, event, at), effects: [] };
    case 'PromptAnswered':
      return answered(coach, event, at);
    case 'SnoozeRequested':
      return { coach: snoozed(coach, event.minutes, at), effects: [] };
    case 'ModeLowered':
      return { coach: modeLowered(coach, event, policy), effects: [] };
    default:
      return { coach, effects: [] };
  }
}

/** A sample that only moved an aggregate: no conclusion can have changed. */
const unheard = (before: PostureBelief, after: PostureBelief): boolean =>
  before.posterior === after.posterior && before.published === after.published && before.dueMono === after.dueMono;

/**
 * The core of the house: one person, one event, one pure call (docs/architecture.md, stop 5). Deadlines that passed are
 * lived through first, each at its own instant, so extra ticks change no effect (C-13). Events of other persons are
 * ignored; an event that is late is folded as of now.
 */
export function step(state: PersonState, event: DomainEvent, policy: PersonPolicy): Stepped {
  if ('personId' in event && event.personId !== policy.personId) return { state, effects: [] };
  if (event.type === 'Resumed') return resume(state, event.at, policy);
  if (event.type === 'ClockJumped') return jump(state, event, policy);
  const at = event.at.mono < state.at.mono ? state.at : event.at;
  const lived = advance(state, at, policy);
  const current = lived.state;
  const belief = foldBelief(current.belief, event, policy);
  if (event.type === 'Observed' && unheard(current.belief, belief)) {
    return { state: { ...current, belief, at }, effects: lived.effects };
  }
  const asked = request(current, event, at, policy);
  const { state: next, effects } = follow({ ...current, belief, coach: asked.coach }, at, policy);
  return { state: next, effects: [...lived.effects, ...asked.effects, ...effects] };
}
