import { type DwellState } from '../dwell/dwell.js';
import { type Guard } from '../guard.js';
import { type PersonPolicy } from '../policy.js';
import { confidenceOf, evidenceAgeMs, type PostureBelief } from '../posture/belief.js';
import { type Stamp } from '../time.js';
import { type CoachState, effectiveMode } from './coach.js';
import { dueNow } from './due.js';
import { dueGuards, generalGuards } from './guards.js';
import { issuePrompt, reviewPrompt, type Turn } from './life-cycle.js';

/** What the coach decides on. */
export interface Person {
  readonly coach: CoachState;
  readonly dwell: DwellState;
  readonly belief: PostureBelief;
}

/** Issues the first due prompt nothing speaks against, or says what holds the first one back. */
function weigh(person: Person, at: Stamp, policy: PersonPolicy): Turn & { readonly guards: readonly Guard[] } {
  let holding: readonly Guard[] = [];
  for (const due of dueNow(person.dwell, person.coach.breakpointAt, at, policy)) {
    const guards = dueGuards(person.coach, due, at, policy);
    if (guards.length === 0) return { ...issuePrompt(person, due, at, policy), guards: ['prompt-open'] };
    if (holding.length === 0) holding = guards;
  }
  return { coach: person.coach, effects: [], guards: holding };
}

const sameList = (a: readonly Guard[], b: readonly Guard[]): boolean =>
  a.length === b.length && a.every((guard, i) => guard === b[i]);

/** One pass of the decision order (docs/policy.md). A decision to hold is an effect only when its reasons changed. */
export function decide(person: Person, at: Stamp, policy: PersonPolicy): Turn {
  const reviewed = reviewPrompt(person.coach, person.belief, at, policy);
  const { dwell, belief } = person;
  const situation = {
    coach: reviewed.coach,
    dwell,
    posture: belief.published.posture,
    confidence: confidenceOf(belief, at),
    evidenceAgeMs: evidenceAgeMs(belief, at),
    mode: effectiveMode(reviewed.coach, policy.mode),
  };
  const general = generalGuards(situation, at, policy);
  const turn =
    general.length > 0
      ? { coach: reviewed.coach, effects: [], guards: general }
      : weigh({ coach: reviewed.coach, dwell, belief }, at, policy);
  const effects = [...reviewed.effects, ...turn.effects];
  if (sameList(turn.guards, person.coach.guards)) return { coach: turn.coach, effects };
  const hold = { type: 'Hold' as const, personId: policy.personId, guards: turn.guards };
  return { coach: { ...turn.coach, guards: turn.guards }, effects: [...effects, hold] };
}
