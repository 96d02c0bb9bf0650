import { type DomainEvent } from '../event.js';
import { type DeskId, type PromptId } from '../ids.js';
import { isLowerMode, type Mode, type PersonPolicy } from '../policy.js';
import {
  type PostureBelief,
  estimate,
  foldBelief,
  initialBelief,
  lastMovingEvidence,
  presence,
} from '../posture/belief.js';
import { type Prompt } from '../prompt.js';
import {
  MINUTE_MS,
  SECOND_MS,
  elapsed,
  monotonic,
  type EpochMs,
  type Interval,
  type MonotonicMs,
  type Stamp,
  within,
} from '../time.js';
import { type MotionEvent } from './motion-event.js';

/** The coach acts on a posture from this confidence up (docs/policy.md, "Inputs"). */
const ACT_CONFIDENCE = 0.8;
/** A tap does not prove where the wearer is when they walked this recently (docs/safety.md, "Acts that prove nearness"). */
const MOVING_BEFORE_TAP_MS = MINUTE_MS;
/** A prompt and its proposal share one life; no prompt of any planner lives longer. */
const PROMPT_LIFE_MS = 90 * SECOND_MS;
/** Presence reports older than this are a gap, not presence (docs/policy.md, "Clocks"). */
const PRESENCE_GAP_MS = 90 * SECOND_MS;

/** The prompt now before a person, with what the supervisor saw of the person since. */
export interface ShownPrompt {
  readonly id: PromptId;
  readonly deskId: DeskId | null;
  readonly targetMm: number | null;
  readonly expiresAt: MonotonicMs;
  /** Sitting or standing at the desk with confidence ever since it was shown. */
  readonly settled: boolean;
}

/** A valid act that confirmed one prompt. It moves the desk at most once. */
export interface Confirmation {
  readonly promptId: PromptId;
  readonly deskId: DeskId;
  readonly targetMm: number;
  readonly at: Stamp;
}

/** What the supervisor knows about one person, from facts of its own. */
export interface PersonFacts {
  readonly belief: PostureBelief;
  /** The mode was lowered to this on the run; only a restart with a changed config raises it. */
  readonly modeCap: Mode;
  readonly calendar: {
    readonly working: readonly Interval[];
    readonly quiet: readonly Interval[];
    readonly dayEnds: EpochMs;
  } | null;
  readonly prompt: ShownPrompt | null;
  readonly confirmation: Confirmation | null;
  /** Last band tap that proved the wearer at the desk. */
  readonly tapAt: Stamp | null;
}

export const unknownPerson = (at: Stamp): PersonFacts => ({
  belief: initialBelief(at),
  modeCap: 'confirm',
  calendar: null,
  prompt: null,
  confirmation: null,
  tapAt: null,
});

/** The mode in force: the configured one, or the lower one it was turned down to. */
export const effectiveMode = (facts: PersonFacts, person: PersonPolicy): Mode =>
  isLowerMode(facts.modeCap, person.mode) ? facts.modeCap : person.mode;

/** Whether the posture is sitting or standing beyond doubt. */
export function postureSettled(facts: PersonFacts, now: Stamp, person: PersonPolicy): boolean {
  const { posture, confidence } = estimate(facts.belief, now, person);
  return (posture === 'sitting' || posture === 'standing') && confidence >= ACT_CONFIDENCE;
}

/** Whether the person's band is in range of this desk by recent evidence. Alone it never authorises a move. */
export function atDesk(facts: PersonFacts, now: Stamp, person: PersonPolicy): boolean {
  const seen = presence(facts.belief, now, person);
  return seen.atDesk === true && seen.evidenceAgeMs <= PRESENCE_GAP_MS;
}

/** Whether the person was seen moving after `since`. */
export function movedSince(facts: PersonFacts, since: Stamp): boolean {
  const moving = lastMovingEvidence(facts.belief);
  return moving !== null && moving.mono > since.mono;
}

/** Whether a tap on the person's band at `at` would prove them at the desk: settled since the prompt, and not walking of late. */
export function tapProves(facts: PersonFacts, at: Stamp, person: PersonPolicy): boolean {
  const moving = lastMovingEvidence(facts.belief);
  const still = moving === null || elapsed(moving, at) > MOVING_BEFORE_TAP_MS;
  return facts.prompt?.settled === true && still && settledAtDesk(facts, at, person);
}

const settledAtDesk = (facts: PersonFacts, at: Stamp, person: PersonPolicy): boolean =>
  postureSettled(facts, at, person) && atDesk(facts, at, person);

/** Working time and not a quiet hour. Without a calendar there is no working time. */
export const worksNow = ({ calendar }: PersonFacts, now: Stamp): boolean =>
  calendar !== null && within(calendar.working, now.epoch) && !quietNow({ calendar }, now);

export const quietNow = ({ calendar }: Pick<PersonFacts, 'calendar'>, now: Stamp): boolean =>
  calendar !== null && within(calendar.quiet, now.epoch);

/** Folds one event into the facts of one person. Answers are judged apart (presence-evidence.ts). */
export function foldPerson(facts: PersonFacts, event: MotionEvent, now: Stamp, person: PersonPolicy): PersonFacts {
  if (event.type === 'Ticked') return facts;
  const judged = stillSettled(facts, now, person);
  const believed = isDomainEvent(event) ? { ...judged, belief: foldBelief(judged.belief, event, person) } : judged;
  return foldOwn(stillSettled(believed, now, person), event, now, person);
}

/** Confidence sinks between observations: judged before and after each one, no doubt in between goes unseen. */
function stillSettled(facts: PersonFacts, now: Stamp, person: PersonPolicy): PersonFacts {
  const { prompt } = facts;
  if (prompt?.settled !== true || now.mono > prompt.expiresAt || settledAtDesk(facts, now, person)) return facts;
  return { ...facts, prompt: { ...prompt, settled: false } };
}

function foldOwn(facts: PersonFacts, event: MotionEvent, now: Stamp, person: PersonPolicy): PersonFacts {
  switch (event.type) {
    case 'CalendarResolved':
      if (event.personId !== person.personId) return facts;
      return { ...facts, calendar: { working: event.working, quiet: event.quiet, dayEnds: event.dayEnds } };
    case 'ModeLowered':
      if (event.personId !== person.personId || isLowerMode(facts.modeCap, event.mode)) return facts;
      return { ...facts, modeCap: event.mode };
    case 'PromptShown':
      return event.prompt.personId === person.personId ? shown(facts, event.prompt, now, person) : facts;
    case 'ClockJumped':
      // Nobody knows how long the gap was: what was said before it authorises nothing after it.
      return { ...facts, prompt: null, confirmation: null, tapAt: null };
    default:
      return facts;
  }
}

/** A prompt shown again, on another surface, keeps its first life and what was seen since. */
function shown(facts: PersonFacts, prompt: Prompt, now: Stamp, person: PersonPolicy): PersonFacts {
  if (facts.prompt?.id === prompt.id) return facts;
  const opened: ShownPrompt = {
    id: prompt.id,
    deskId: prompt.proposal?.deskId ?? null,
    targetMm: prompt.proposal?.targetMm ?? null,
    expiresAt: monotonic(Math.min(prompt.expiresAt.mono, now.mono + PROMPT_LIFE_MS)),
    settled: settledAtDesk(facts, now, person),
  };
  return { ...facts, prompt: opened, confirmation: null };
}

const OWN_EVENTS: ReadonlySet<MotionEvent['type']> = new Set<MotionEvent['type']>([
  'LimitsRead',
  'PromptShown',
  'MoveRequested',
  'StopRequested',
  'MotorStopped',
  'Unlocked',
  'LockRestored',
  'HistoryRestored',
]);

const isDomainEvent = (event: MotionEvent): event is DomainEvent => !OWN_EVENTS.has(event.type);
