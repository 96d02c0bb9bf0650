import { dwellMs, type DwellClock, type DwellState } from '../dwell/dwell.js';
import { type Limits, type PersonPolicy } from '../policy.js';
import { type PromptCause, type PromptKind } from '../prompt.js';
import { elapsed, MINUTE_MS, SECOND_MS, type Stamp } from '../time.js';

/** A breakpoint opens the soft limit for this long (docs/policy.md, "Decision order" 6). */
export const BREAKPOINT_MS = 20 * SECOND_MS;

/** Prompts of any kind are at least this far apart (C-08). */
export const PROMPT_GAP_MS = 4 * MINUTE_MS;

/** A prompt that a clock asks for. */
export interface Due {
  readonly kind: PromptKind;
  readonly cause: PromptCause;
  readonly dwellMs: number;
}

const isBreak = (breakpointAt: Stamp | null, at: Stamp): boolean =>
  breakpointAt !== null && elapsed(breakpointAt, at) < BREAKPOINT_MS;

interface Question {
  readonly kind: PromptKind;
  readonly clock: DwellClock | null;
  readonly limits: Limits & { readonly absoluteMaxMin?: number };
  readonly at: Stamp;
  readonly soft: boolean;
}

function ask({ kind, clock, limits, at, soft }: Question): Due[] {
  const ms = dwellMs(clock, at);
  if (ms === null) return [];
  const reached = (min: number | undefined): boolean => min !== undefined && ms >= min * MINUTE_MS;
  if (reached(limits.absoluteMaxMin)) return [{ kind, cause: 'absolute', dwellMs: ms }];
  if (reached(limits.hardMin)) return [{ kind, cause: 'hard', dwellMs: ms }];
  return soft && reached(limits.softMin) ? [{ kind, cause: 'soft', dwellMs: ms }] : [];
}

/** The posture limit comes within the shortest prompt distance: its prompt will carry the walk, two would be one too many. */
function carriesSoon(clock: DwellClock | null, { hardMin }: Limits, at: Stamp): boolean {
  const ms = dwellMs(clock, at);
  const missing = ms === null ? Number.POSITIVE_INFINITY : hardMin * MINUTE_MS - ms;
  return missing > 0 && missing <= PROMPT_GAP_MS;
}

/**
 * What is due now, most important first: standing or sitting too long, then too long without a walk. Nobody is asked to
 * stand while standing or to sit while sitting (C-02), and nobody who walks is asked for anything.
 */
export function dueNow(dwell: DwellState, breakpointAt: Stamp | null, at: Stamp, policy: PersonPolicy): readonly Due[] {
  const soft = isBreak(breakpointAt, at);
  const { posture } = dwell;
  if (posture !== 'sitting' && posture !== 'standing') return [];
  const own: Question =
    posture === 'standing'
      ? { kind: 'sit', clock: dwell.stand, limits: policy.stand, at, soft }
      : { kind: 'stand', clock: dwell.sit, limits: policy.sit, at, soft };
  const change = ask(own);
  if (carriesSoon(own.clock, own.limits, at)) return change;
  return [...change, ...ask({ kind: 'walk', clock: dwell.still, limits: policy.still, at, soft })];
}
