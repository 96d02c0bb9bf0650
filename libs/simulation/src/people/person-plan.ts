/** How a person reacts to a call on the watch. */
export interface AnsweringStyle {
  /** Share of prompts answered at all, 0…1. */
  readonly probability: number;
  /** Seconds from the alert to the answer, uniform. On this watch only what falls within the 7 s preview counts. */
  readonly delayS: readonly [number, number];
  /** Share of the answers that are a rejection. */
  readonly rejectProbability: number;
  /** After an accepted prompt that moved no desk, or a plain message, they press the handset themselves. */
  readonly usesHandset: boolean;
}

/** Something a person does by themselves. Minutes count from the start of the home. */
export type DayEntry =
  | { readonly what: 'arrive' | 'leave'; readonly atMin: number }
  /** Out of range of every radio of the home. */
  | { readonly what: 'lunch'; readonly atMin: number; readonly forMin: number }
  /** A walk there and back, near but not at the desk. */
  | { readonly what: 'coffee'; readonly atMin: number; readonly forMin: number }
  /** Changes posture with the handset, unprompted. */
  | { readonly what: 'stand-up' | 'sit-down'; readonly atMin: number };

export interface PersonPlan {
  readonly id: string;
  readonly deskId: string;
  readonly bandId: string;
  /** Where the day starts; `desk` means sitting there. */
  readonly start: 'desk' | 'outside';
  /** The heights this person likes, above the floor. */
  readonly sitMm: number;
  readonly standMm: number;
  readonly answers: AnsweringStyle;
  readonly day: readonly DayEntry[];
}
