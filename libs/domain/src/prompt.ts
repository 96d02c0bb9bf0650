import { type DeskId, type PersonId, type PromptId } from './ids.js';
import { type Stamp } from './time.js';

export const PROMPT_KINDS = ['stand', 'sit', 'walk'] as const;
export type PromptKind = (typeof PROMPT_KINDS)[number];

/** Which limit made the prompt due (docs/policy.md, "Decision order" 6). */
export const PROMPT_CAUSES = ['soft', 'hard', 'absolute'] as const;
export type PromptCause = (typeof PROMPT_CAUSES)[number];

/** Where an answer or a command came from. `hub` is the hub's own doing (expiry, observed change). */
export const SURFACES = ['band', 'mqtt', 'cli', 'handset', 'hub'] as const;
export type Surface = (typeof SURFACES)[number];

/** What the person said. `later` costs 5 min of the deferral budget; `refused` holds that kind for 10 min. */
export const ANSWERS = ['accepted', 'later', 'refused'] as const;
export type Answer = (typeof ANSWERS)[number];

/** How a prompt ended. `complied`: the posture changed by itself for >= 20 s; `superseded`: it made no sense any more. */
export const PROMPT_OUTCOMES = ['complied', 'accepted', 'later', 'refused', 'expired', 'superseded'] as const;
export type PromptOutcome = (typeof PROMPT_OUTCOMES)[number];

/** A desk move offered with a prompt; it lives exactly as long as the prompt (90 s). */
export interface MoveProposal {
  readonly deskId: DeskId;
  readonly targetMm: number;
  readonly preset: 'sit' | 'stand';
}

export interface Prompt {
  readonly id: PromptId;
  readonly personId: PersonId;
  readonly kind: PromptKind;
  readonly cause: PromptCause;
  /** "and take a minute's walk" is attached (docs/policy.md, "Decision order" 7). */
  readonly piggyback: boolean;
  readonly proposal: MoveProposal | null;
  readonly issuedAt: Stamp;
  readonly expiresAt: Stamp;
  /** How long the running dwell had lasted when it was issued, in ms. For the words of the prompt. */
  readonly dwellMs: number;
}
