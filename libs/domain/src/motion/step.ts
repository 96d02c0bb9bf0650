import { type MotionEffect } from './motion-effect.js';
import { type SupervisorState } from './supervisor-state.js';

/** A new state and what is to be done about it. */
export interface MotionStep {
  readonly state: SupervisorState;
  readonly effects: readonly MotionEffect[];
}

/** A step that changes the state and does nothing yet. */
export const stay = (state: SupervisorState): MotionStep => ({ state, effects: [] });

/** The step, followed by what the next function makes of its state. */
export function then(step: MotionStep, next: (state: SupervisorState) => MotionStep): MotionStep {
  const following = next(step.state);
  return { state: following.state, effects: [...step.effects, ...following.effects] };
}
