/** How a started move ended: values, not errors (docs/safety.md, "Outcomes"). */
export const MOVE_OUTCOMES = [
  'arrived',
  'obstructed',
  'overridden',
  'timed-out',
  'cancelled',
  'link-lost',
  'refused',
] as const;
export type MoveResult = (typeof MOVE_OUTCOMES)[number];

/** The result with the height that was read at rest, or null where it could not be read (link lost). */
export interface MoveOutcome {
  readonly result: MoveResult;
  readonly heightMm: number | null;
}

/** Whose motion it is: `coach` proposed it, a person's `command` asks now, `hand` is only observed. */
export const MOTION_ORIGINS = ['coach', 'command', 'hand'] as const;
export type MotionOrigin = (typeof MOTION_ORIGINS)[number];

/** Published motion state of a desk. */
export const MOTION_STATES = ['idle', 'moving-up', 'moving-down', 'locked-out'] as const;
export type MotionState = (typeof MOTION_STATES)[number];
