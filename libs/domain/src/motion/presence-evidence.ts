import { type DomainEvent } from '../event.js';
import { type PersonPolicy } from '../policy.js';
import { SECOND_MS, elapsed, type Stamp } from '../time.js';
import { type PersonFacts, type ShownPrompt, tapProves } from './person-facts.js';

/** Evidence of a person at the desk authorises a move for this long (docs/safety.md, S-01). */
const EVIDENCE_MS = 10 * SECOND_MS;
/** A valid confirming act counts for this long. */
const CONFIRMATION_MS = 30 * SECOND_MS;

type PromptAnswered = Extract<DomainEvent, { type: 'PromptAnswered' }>;

const within = (at: Stamp | null, now: Stamp, ms: number): boolean =>
  at !== null && elapsed(at, now) >= 0 && elapsed(at, now) <= ms;

/** Whether somebody was proved at the desk at this instant: a handset press or a valid band tap, at most 10 s old. */
export const evidenceFresh = (at: Stamp | null, now: Stamp): boolean => within(at, now, EVIDENCE_MS);

/** Whether the confirmation still counts. */
export const confirmationFresh = (facts: PersonFacts, now: Stamp): boolean =>
  within(facts.confirmation?.at ?? null, now, CONFIRMATION_MS);

/**
 * Folds an answer into the acts of the person who gave it. A band tap proves who, not where: it counts only for a wearer
 * seen at the desk ever since the prompt. A tap on a phone, in Home Assistant or on the command line proves neither and
 * needs other evidence. Any answer but yes takes an earlier yes back.
 */
export function foldAnswer(
  facts: PersonFacts,
  event: PromptAnswered,
  handsetAt: Stamp | null,
  person: PersonPolicy,
): PersonFacts {
  const open = answeredPrompt(facts, event);
  if (open === null) return event.answer === 'accepted' ? facts : { ...facts, confirmation: null };
  const tapped = event.surface === 'band' && tapProves(facts, event.at, person);
  const acted = tapped ? { ...facts, tapAt: event.at } : facts;
  if (event.answer !== 'accepted') return { ...acted, confirmation: null, prompt: null };
  const proved = tapped || event.surface === 'handset' || provedBy(newer(facts.tapAt, handsetAt), event);
  return proved && facts.confirmation === null ? confirm(acted, open, event.at) : acted;
}

function confirm(facts: PersonFacts, { id, deskId, targetMm }: ShownPrompt, at: Stamp): PersonFacts {
  if (deskId === null || targetMm === null) return facts;
  return { ...facts, confirmation: { promptId: id, deskId, targetMm, at } };
}

/** Whether an answer from afar is backed by somebody seen at the desk. A band that fails its own test backs nothing. */
const provedBy = (evidence: Stamp | null, { surface, at }: PromptAnswered): boolean =>
  (surface === 'mqtt' || surface === 'cli') && evidenceFresh(evidence, at);

/** The prompt this answer belongs to, if it was open when the answer was given. */
function answeredPrompt(facts: PersonFacts, event: PromptAnswered): ShownPrompt | null {
  const { prompt } = facts;
  return prompt?.id === event.promptId && event.at.mono < prompt.expiresAt ? prompt : null;
}

/** The later of two acts. */
export const newer = (one: Stamp | null, other: Stamp | null): Stamp | null =>
  one === null || (other !== null && other.mono > one.mono) ? other : one;
