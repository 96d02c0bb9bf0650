import { type DwellState, dwellMs } from '../dwell/dwell.js';
import { type Effect } from '../effect.js';
import { promptId, txId } from '../ids.js';
import { type Mode, type PersonPolicy } from '../policy.js';
import { type PostureBelief } from '../posture/belief.js';
import { type Posture } from '../posture/posture.js';
import { type MoveProposal, type Prompt, type PromptKind, type PromptOutcome } from '../prompt.js';
import { elapsed, HOUR_MS, later, MINUTE_MS, SECOND_MS, type Stamp } from '../time.js';
import { type CoachState, effectiveMode } from './coach.js';
import { type Due } from './due.js';
import { silenceGuards } from './guards.js';

/** Prompt and proposal share one life (docs/policy.md, "Decision order" 4). */
const PROMPT_LIFE_MS = 90 * SECOND_MS;
/** The new posture must have lasted this long to close a prompt. */
const COMPLY_MS = 20 * SECOND_MS;
/** Nobody needs a desk move of less than this. */
const NO_MOVE_MM = 10;

/** A coach state and what it wants done. */
export interface Turn {
  readonly coach: CoachState;
  readonly effects: readonly Effect[];
}

/** Postures that answer a prompt without a word. Leaving the desk ends sitting, standing and stillness alike. */
const ANSWERED_BY: Record<PromptKind, readonly Posture[]> = {
  stand: ['standing', 'moving', 'away'],
  sit: ['sitting', 'moving', 'away'],
  walk: ['moving', 'away'],
};

/** When the published posture will have answered the open prompt; null: it does not. */
export const compliedAt = ({ kind }: Prompt, { posture, since }: PostureBelief['published']): Stamp | null =>
  ANSWERED_BY[kind].includes(posture) ? later(since, COMPLY_MS) : null;

/** Closes the open prompt. */
export function closePrompt(coach: CoachState, outcome: PromptOutcome, at: Stamp): Turn {
  if (coach.open === null) return { coach, effects: [] };
  const { id, personId } = coach.open;
  return { coach: { ...coach, open: null }, effects: [{ type: 'ClosePrompt', promptId: id, personId, outcome, at }] };
}

function outcomeBy(
  open: Prompt,
  coach: CoachState,
  published: PostureBelief['published'],
  mode: Mode,
  at: Stamp,
): PromptOutcome | null {
  const complied = compliedAt(open, published);
  if (complied !== null && complied.mono <= at.mono) return 'complied';
  if (at.mono >= open.expiresAt.mono) return 'expired';
  const senseless = published.posture === 'unknown' || published.posture === 'lying';
  const unproposable = open.proposal !== null && mode !== 'confirm';
  return senseless || unproposable || silenceGuards({ coach, mode }, at).length > 0 ? 'superseded' : null;
}

/** Ends the open prompt when it was answered by posture, ran out, or makes no sense any more. */
export function reviewPrompt(coach: CoachState, belief: PostureBelief, at: Stamp, policy: PersonPolicy): Turn {
  if (coach.open === null) return { coach, effects: [] };
  const outcome = outcomeBy(coach.open, coach, belief.published, effectiveMode(coach, policy.mode), at);
  return outcome === null ? { coach, effects: [] } : closePrompt(coach, outcome, at);
}

/** The move that goes with a posture prompt: to a preset the desk is not at already, over a link that is up. */
function proposalFor(kind: PromptKind, belief: PostureBelief, policy: PersonPolicy): MoveProposal | null {
  const { desk } = belief.facts;
  const { sitMm, standMm } = policy.presets;
  if (kind === 'walk' || sitMm === null || standMm === null || desk?.downSince !== null) return null;
  const targetMm = kind === 'stand' ? standMm : sitMm;
  if (Math.abs(desk.heightMm - targetMm) < NO_MOVE_MM) return null;
  return { deskId: policy.deskId, targetMm, preset: kind };
}

/** Issues a due prompt and holds its kind back for the repeat interval; a walk may ride on a posture prompt. */
export function issuePrompt(
  { coach, dwell, belief }: { readonly coach: CoachState; readonly dwell: DwellState; readonly belief: PostureBelief },
  due: Due,
  at: Stamp,
  policy: PersonPolicy,
): Turn {
  const stillMs = dwellMs(dwell.still, at) ?? 0;
  const piggyback = due.kind !== 'walk' && stillMs >= policy.piggybackFromStillMin * MINUTE_MS;
  const lastNumber = coach.lastNumber + 1;
  const prompt: Prompt = {
    id: promptId(`${policy.personId}-${at.epoch}-${lastNumber}`),
    personId: policy.personId,
    kind: due.kind,
    cause: due.cause,
    piggyback,
    proposal: effectiveMode(coach, policy.mode) === 'confirm' ? proposalFor(due.kind, belief, policy) : null,
    issuedAt: at,
    expiresAt: later(at, PROMPT_LIFE_MS),
    dwellMs: due.dwellMs,
  };
  const walkHold = later(at, policy.walkRepromptMin * MINUTE_MS);
  const hold = due.kind === 'walk' ? walkHold : later(at, policy.repromptMin * MINUTE_MS);
  const heldUntil = { ...coach.heldUntil, ...(piggyback ? { walk: walkHold } : {}), [due.kind]: hold };
  const issued = [...coach.issued.filter((earlier) => elapsed(earlier.at, at) < HOUR_MS), { at, kind: due.kind }];
  return {
    coach: { ...coach, open: prompt, issued, issuedToday: coach.issuedToday + 1, lastNumber, heldUntil },
    effects: [{ type: 'IssuePrompt', prompt }],
  };
}

/** The move that a confirmed prompt proposed; the supervisor judges it by its own facts. */
export const requestMove = ({ id, personId, proposal }: Prompt): readonly Effect[] =>
  proposal === null
    ? []
    : [
        {
          type: 'RequestMove',
          txId: txId(`${id}-move`),
          personId,
          deskId: proposal.deskId,
          targetMm: proposal.targetMm,
          promptId: id,
        },
      ];
