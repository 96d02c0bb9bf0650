import { dwellMs, type DwellClock, type DwellState } from '../dwell/dwell.js';
import { type Limits, type PersonPolicy } from '../policy.js';
import { type PromptCause, type PromptKind } from '../prompt.js';
import { elapsed, MINUTE_MS, SECOND_MS, type Stamp } from '../time.js';

/** A breakpoint opens the soft limit for this long (docs/policy.md, "Decision order" 6). */
export const BREAKPOINT_MS = 20 * SECOND_MS;

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

/**
 * What is due now, most important first: standing too long, sitting too long, too long without a walk. Nobody is asked
 * to stand while standing or to sit while sitting (C-02), and nobody who walks is asked for anything.
 */
export function dueNow(dwell: DwellState, breakpointAt: Stamp | null, at: Stamp, policy: PersonPolicy): readonly Due[] {
  const soft = isBreak(breakpointAt, at);
  const { posture } = dwell;
  if (posture !== 'sitting' && posture !== 'standing') return [];
  const posturePrompt =
    posture === 'standing'
      ? ask({ kind: 'sit', clock: dwell.stand, limits: policy.stand, at, soft })
      : ask({ kind: 'stand', clock: dwell.sit, limits: policy.sit, at, soft });
  return [...posturePrompt, ...ask({ kind: 'walk', clock: dwell.still, limits: policy.still, at, soft })];
}
