import { type Guard } from '../guard.js';
import { type MotionPolicy } from '../policy.js';
import { elapsed, type Stamp } from '../time.js';
import { type HeightRange, allowedRange } from './desk-facts.js';
import { maybeOwn } from './hand-move.js';
import { type MotionState, type MoveResult } from './outcome.js';
import { type SupervisorState } from './supervisor-state.js';

/** What is published about one desk. */
export interface MotionView {
  readonly link: boolean;
  /** Last height on the present link, mm above the floor; null: none read on it. */
  readonly heightMm: number | null;
  /** Age of that height in ms. An idle desk reports on change only: a large age with the link up is normal. */
  readonly heightAgeMs: number | null;
  /** mm/s, positive up; 0 while unknown. */
  readonly speedMmS: number;
  /** The desk's limits narrowed by the household's, or null while unknown. */
  readonly limits: HeightRange | null;
  readonly motion: MotionState;
  /** Where our own move is going, or null. */
  readonly targetMm: number | null;
  readonly lastResult: MoveResult | null;
  /** Why the last request was turned down; empty once a move has started since. */
  readonly guards: readonly Guard[];
}

/** The desk as it may be shown at this instant. */
export function motionView(state: SupervisorState, at: Stamp, policy: MotionPolicy): MotionView {
  const { reading } = state.desk;
  return {
    link: state.desk.up,
    heightMm: reading?.heightMm ?? null,
    heightAgeMs: reading === null ? null : elapsed(reading.at, at),
    speedMmS: reading?.speedMmS ?? 0,
    limits: allowedRange(state.desk, policy),
    motion: motionState(state),
    targetMm: state.active?.targetMm ?? null,
    lastResult: state.lastResult,
    guards: state.lastRefusal?.guards ?? [],
  };
}

/** Whether anything that is published changed between two states, ages apart. */
export const viewChanged = (before: SupervisorState, after: SupervisorState, policy: MotionPolicy): boolean =>
  ageless(before, after.clock, policy) !== ageless(after, after.clock, policy);

const ageless = (state: SupervisorState, at: Stamp, policy: MotionPolicy): string =>
  JSON.stringify({ ...motionView(state, at, policy), heightAgeMs: null });

function motionState({ lockedOut, active, hand, desk }: SupervisorState): MotionState {
  if (active !== null) return active.targetMm > active.fromMm ? 'moving-up' : 'moving-down';
  if (lockedOut) return 'locked-out';
  if (hand === null || maybeOwn(hand)) return 'idle';
  return (desk.reading?.heightMm ?? hand.lastMm) >= hand.fromMm ? 'moving-up' : 'moving-down';
}
