import { type Stamp } from '../time.js';

/** The one enum for domain, journal, MQTT and page. `unknown` is never counted as sitting. */
export const POSTURES = ['sitting', 'standing', 'moving', 'lying', 'away', 'unknown'] as const;
export type Posture = (typeof POSTURES)[number];

/** What an estimate rests on; turned into words by the text catalogue ("desk at 1120 mm for 4 min; band seen 9 s ago"). */
export type PostureReason =
  | { readonly kind: 'desk-height'; readonly heightMm: number; readonly forMs: number }
  | { readonly kind: 'band-near'; readonly ageMs: number }
  | { readonly kind: 'band-far'; readonly ageMs: number }
  | { readonly kind: 'steps'; readonly count: number; readonly ageMs: number }
  | { readonly kind: 'motion'; readonly madMg: number; readonly ageMs: number }
  | { readonly kind: 'no-evidence'; readonly ageMs: number };

/** The published belief about one person. */
export interface PostureEstimate {
  readonly posture: Posture;
  /** 0…1: largest posterior times evidence coverage. Published from 0.7, acted on from 0.8. */
  readonly confidence: number;
  /** When the person is believed to have entered the posture (back-dated to the first evidence of it). */
  readonly since: Stamp;
  readonly reasons: readonly PostureReason[];
}
