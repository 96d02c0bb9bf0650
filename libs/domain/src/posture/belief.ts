import { type DomainEvent } from '../event.js';
import { type Observation } from '../observation.js';
import { elapsed, epoch, later, MINUTE_MS, monotonic, type MonotonicMs, SECOND_MS, type Stamp } from '../time.js';
import { foldAcceleration, motionEvidence, type MotionFacts } from './band-motion.js';
import { deskEvidence, type DeskFacts, foldDeskLink, foldHeight } from './desk-height.js';
import {
  earliest,
  type Evidence,
  mostProbable,
  posteriorOf,
  PRIOR,
  probabilityOf,
  type PostureContext,
  type Vector,
} from './evidence.js';
import { type Posture, type PostureEstimate } from './posture.js';
import {
  atDesk,
  foldBandLink,
  foldRssi,
  lastSample,
  NO_PRESENCE,
  phaseOf,
  presenceEvidence,
  type PresenceFacts,
} from './presence.js';
import { foldSteps, stepEvidence, type StepFacts } from './steps.js';

/** A posture is published from this probability (docs/policy.md, "Posture"). */
const PUBLISH_AT = 0.7;
/** A candidate survives short ambiguity down to this. */
const KEEP_AT = 0.5;
/** How long a candidate must hold before it is published, back-dated to its first evidence. */
const HOLD_MS: Record<Posture, number> = {
  sitting: 20 * SECOND_MS,
  standing: 20 * SECOND_MS,
  moving: 10 * SECOND_MS,
  lying: 20 * SECOND_MS,
  away: MINUTE_MS,
  unknown: 0,
};
/** Up to this age evidence counts in full, from here on with `STALE_COVERAGE` (docs/policy.md, "Clocks": gaps). */
const FRESH_MS = 90 * SECOND_MS;
const STALE_COVERAGE = 0.75;
/** From this age on the posture is `unknown`; the same for a published posture that lost its support. */
const UNKNOWN_AFTER_MS = 5 * MINUTE_MS;
/** Later events than this are no live evidence (docs/policy.md, "Clocks"). */
const MAX_LATE_MS = 5 * SECOND_MS;

/** All that was observed, reduced to what the channels read. */
interface EvidenceFacts {
  readonly desk: DeskFacts | null;
  readonly presence: PresenceFacts;
  readonly motion: MotionFacts | null;
  readonly steps: StepFacts | null;
}

/** What is believed about one person's posture: plain JSON, folded from events, moved by time only at `dueMono`. */
export interface PostureBelief {
  readonly at: Stamp;
  readonly facts: EvidenceFacts;
  readonly posterior: Vector;
  readonly published: { readonly posture: Posture; readonly since: Stamp };
  readonly candidate: { readonly posture: Posture; readonly since: Stamp } | null;
  /** Since when the published posture has been less probable than `PUBLISH_AT`. */
  readonly doubtSince: Stamp | null;
  readonly lastMoving: Stamp | null;
  readonly dueMono: MonotonicMs | null;
}

/** Nothing is known yet. */
export const initialBelief = (at: Stamp): PostureBelief => ({
  at,
  facts: { desk: null, presence: NO_PRESENCE, motion: null, steps: null },
  posterior: PRIOR,
  published: { posture: 'unknown', since: at },
  candidate: null,
  doubtSince: null,
  lastMoving: null,
  dueMono: null,
});

/** A source of evidence; null says nothing and will not by time alone. A new sensor is one more entry below. */
type EvidenceChannel = (facts: EvidenceFacts, at: Stamp, ctx: PostureContext) => Evidence | null;

const CHANNELS: readonly EvidenceChannel[] = [
  ({ desk, presence }, at, ctx) => deskEvidence(desk, phaseOf(presence, at), at, ctx),
  ({ presence }, at) => presenceEvidence(presence, at),
  ({ motion, presence }, at) => motionEvidence(motion, phaseOf(presence, at), at),
  ({ steps }, at) => stepEvidence(steps, at),
];

function evidenceOf(facts: EvidenceFacts, at: Stamp, ctx: PostureContext): readonly Evidence[] {
  const said: Evidence[] = [];
  for (const channel of CHANNELS) {
    const evidence = channel(facts, at, ctx);
    if (evidence !== null) said.push(evidence);
  }
  return said;
}

/** When body or presence evidence came last; null: never. A lost link is evidence for as long as it is lost. */
function evidenceAt({ presence, motion, steps }: EvidenceFacts, at: Stamp): Stamp | null {
  if (presence.downSince !== null) return at;
  let newest: Stamp | null = null;
  for (const seen of [lastSample(presence), presence.upAt, motion?.at, steps?.at]) {
    if (seen !== undefined && seen !== null && (newest === null || seen.mono > newest.mono)) newest = seen;
  }
  return newest;
}

type Conclusion = Pick<PostureBelief, 'published' | 'candidate' | 'doubtSince'>;

/** The posture that would replace the published one: the most probable, once it reached `PUBLISH_AT`. */
function candidateOf(belief: PostureBelief, posterior: Vector, at: Stamp): Conclusion['candidate'] {
  const best = mostProbable(posterior);
  if (best === belief.published.posture) return null;
  const probability = probabilityOf(posterior, best);
  if (belief.candidate?.posture === best && probability >= KEEP_AT) return belief.candidate;
  return probability >= PUBLISH_AT ? { posture: best, since: at } : null;
}

/** What holds once the evidence of this instant is in: the old posture, a candidate beside it, or the new posture. */
function conclude(belief: PostureBelief, posterior: Vector, at: Stamp): Conclusion {
  const { published } = belief;
  if (probabilityOf(posterior, published.posture) >= PUBLISH_AT)
    return { published, candidate: null, doubtSince: null };
  const candidate = candidateOf(belief, posterior, at);
  if (candidate !== null && isRipe(candidate, posterior, at)) {
    return { published: candidate, candidate: null, doubtSince: null };
  }
  const doubtSince = published.posture === 'unknown' ? null : (belief.doubtSince ?? at);
  if (doubtSince !== null && elapsed(doubtSince, at) >= UNKNOWN_AFTER_MS) {
    return { published: { posture: 'unknown', since: doubtSince }, candidate, doubtSince: null };
  }
  return { published, candidate, doubtSince };
}

const isRipe = ({ posture, since }: PostureBelief['published'], posterior: Vector, at: Stamp): boolean =>
  probabilityOf(posterior, posture) >= PUBLISH_AT && elapsed(since, at) >= HOLD_MS[posture];

const newer = (a: Stamp | null, b: Stamp): Stamp => (a !== null && a.mono > b.mono ? a : b);

/** No evidence left: `unknown` since the last of it. */
function forgotten(belief: PostureBelief, since: Stamp | null): Conclusion {
  const { published } = belief;
  const unknown =
    published.posture === 'unknown' ? published : { posture: 'unknown' as const, since: newer(since, published.since) };
  return { published: unknown, candidate: null, doubtSince: null };
}

const after = (since: Stamp | null, ms: number): MonotonicMs | null =>
  since === null ? null : monotonic(since.mono + ms);

/** The next instant, later than `at`, at which time alone can change anything. */
function nextDue(at: Stamp, seen: Stamp | null, said: readonly Evidence[], held: Conclusion): MonotonicMs | null {
  const instants = [
    ...said.map(({ changesAt }) => changesAt),
    after(seen, FRESH_MS),
    after(seen, UNKNOWN_AFTER_MS),
    held.candidate === null ? null : after(held.candidate.since, HOLD_MS[held.candidate.posture]),
    after(held.doubtSince, UNKNOWN_AFTER_MS),
  ];
  return earliest(...instants.map((instant) => (instant !== null && instant > at.mono ? instant : null)));
}

/** Reads all channels at this instant and draws the conclusion. */
function evaluate(belief: PostureBelief, at: Stamp, ctx: PostureContext): PostureBelief {
  const { facts } = belief;
  const said = evidenceOf(facts, at, ctx);
  const posterior = posteriorOf(said);
  const seen = evidenceAt(facts, at);
  const stale = seen === null || elapsed(seen, at) >= UNKNOWN_AFTER_MS;
  const held = stale ? forgotten(belief, seen) : conclude(belief, posterior, at);
  const moving = [belief.posterior, posterior].some((p) => probabilityOf(p, 'moving') >= KEEP_AT);
  return {
    at,
    facts,
    posterior,
    ...held,
    lastMoving: moving ? at : belief.lastMoving,
    dueMono: nextDue(at, seen, said, held),
  };
}

/** The belief at a later instant with nothing observed in between: every change happens at its exact due time. */
export function advanceBelief(belief: PostureBelief, at: Stamp, ctx: PostureContext): PostureBelief {
  let current = belief;
  while (current.dueMono !== null && current.dueMono <= at.mono) {
    current = evaluate(current, later(at, current.dueMono - at.mono), ctx);
  }
  return current;
}

function foldObservation(
  facts: EvidenceFacts,
  at: Stamp,
  seen: Observation,
  fromDesk: boolean,
  ctx: PostureContext,
): EvidenceFacts {
  if (fromDesk) return seen.kind === 'height' ? { ...facts, desk: foldHeight(facts.desk, at, seen.heightMm) } : facts;
  switch (seen.kind) {
    case 'rssi':
      return { ...facts, presence: foldRssi(facts.presence, at, seen.dbm, ctx.presence) };
    case 'acceleration':
      return { ...facts, motion: foldAcceleration(facts.motion, at, [seen.xG, seen.yG, seen.zG]) };
    case 'steps':
      return { ...facts, steps: foldSteps(facts.steps, at, seen.total) };
    default:
      return facts;
  }
}

function foldFacts(facts: EvidenceFacts, event: DomainEvent, at: Stamp, ctx: PostureContext): EvidenceFacts {
  if (event.type !== 'Observed' && event.type !== 'LinkChanged') return facts;
  const fromDesk = event.source === ctx.deskId;
  if (!fromDesk && event.source !== ctx.bandId) return facts;
  if (event.type === 'Observed') return foldObservation(facts, at, event.observation, fromDesk, ctx);
  return fromDesk
    ? { ...facts, desk: foldDeskLink(facts.desk, at, event.up) }
    : { ...facts, presence: foldBandLink(facts.presence, at, event.up) };
}

/** Nothing observed before a jump is fresh after it; only the step counter keeps its base. */
function afterJump(belief: PostureBelief, at: Stamp, gapMs: number): PostureBelief {
  const since: Stamp = { mono: at.mono, epoch: epoch(at.epoch - gapMs) };
  const blank = initialBelief(at);
  const desk = foldDeskLink(belief.facts.desk, at, false);
  const steps = belief.facts.steps === null ? null : { ...belief.facts.steps, rises: [] };
  const published = belief.published.posture === 'unknown' ? belief.published : { posture: 'unknown' as const, since };
  return { ...blank, facts: { ...blank.facts, desk, steps }, published, lastMoving: belief.lastMoving };
}

/**
 * Folds one event. Observations more than 5 s late are no live evidence and are dropped; earlier ones count as of now.
 * Bad values (NaN, impossible heights, counters, signal strengths) are dropped by their channel.
 */
export function foldBelief(belief: PostureBelief, event: DomainEvent, policy: PostureContext): PostureBelief {
  const lateMs = elapsed(event.at, belief.at);
  if (lateMs > MAX_LATE_MS && event.type === 'Observed') return belief;
  const at = lateMs > 0 ? belief.at : event.at;
  const current = advanceBelief(belief, at, policy);
  if (event.type === 'Ticked') return current;
  if (event.type === 'ClockJumped') return evaluate(afterJump(current, at, event.gapMs), at, policy);
  const facts = foldFacts(current.facts, event, at, policy);
  const unheard =
    event.type === 'Observed' && event.observation.kind === 'acceleration' && sameReading(facts, current.facts);
  return unheard ? { ...current, facts } : evaluate({ ...current, facts }, at, policy);
}

/** A sample inside a running second moves only its aggregate: nothing to evaluate, and 10 Hz stays cheap. */
const sameReading = (next: EvidenceFacts, before: EvidenceFacts): boolean =>
  next.motion !== null &&
  before.motion !== null &&
  next.motion.madMg === before.motion.madMg &&
  elapsed(before.motion.at, next.motion.at) < SECOND_MS;

const coverage = (ageMs: number): number => (ageMs < FRESH_MS ? 1 : ageMs < UNKNOWN_AFTER_MS ? STALE_COVERAGE : 0);

/** Age of the newest body or presence evidence in ms; `Infinity` when there never was any. */
export function evidenceAgeMs(belief: PostureBelief, at: Stamp): number {
  const seen = evidenceAt(belief.facts, at);
  return seen === null ? Number.POSITIVE_INFINITY : Math.max(0, elapsed(seen, at));
}

/** The published posture's probability × coverage at `at`, in hundredths; `unknown` has none. */
export function confidenceOf(current: PostureBelief, at: Stamp): number {
  const confidence = probabilityOf(current.posterior, current.published.posture) * coverage(evidenceAgeMs(current, at));
  return Math.round(confidence * 100) / 100;
}

/** The published posture with its confidence and reasons, at `at`. */
export function estimate(belief: PostureBelief, at: Stamp, ctx: PostureContext): PostureEstimate {
  const current = advanceBelief(belief, at, ctx);
  const { posture, since } = current.published;
  const ageMs = evidenceAgeMs(current, at);
  const confidence = confidenceOf(current, at);
  const reasons = evidenceOf(current.facts, at, ctx).flatMap((evidence) => evidence.reasons);
  if (ageMs < FRESH_MS) return { posture, confidence, since, reasons };
  const silentMs = Number.isFinite(ageMs) ? ageMs : elapsed(since, at);
  return { posture, confidence, since, reasons: [...reasons, { kind: 'no-evidence', ageMs: silentMs }] };
}

/**
 * Whether the wearer is at the desk by the band's own signal alone (null: in doubt, stale, or no band), and how old that
 * signal is. Never enough for motion on its own.
 */
export function presence(
  belief: PostureBelief,
  at: Stamp,
  ctx: PostureContext,
): { atDesk: boolean | null; evidenceAgeMs: number } {
  const { downSince, upAt } = belief.facts.presence;
  const seen = downSince ?? lastSample(belief.facts.presence) ?? upAt;
  const ageMs = seen === null ? Number.POSITIVE_INFINITY : Math.max(0, elapsed(seen, at));
  return { atDesk: ctx.bandId === null ? null : atDesk(belief.facts.presence, at), evidenceAgeMs: ageMs };
}

/** When walking was last at least as probable as not. Raising the wrist for a tap is not walking. */
export const lastMovingEvidence = (belief: PostureBelief): Stamp | null => belief.lastMoving;
