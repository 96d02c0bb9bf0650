import { type PersonPolicy } from '../policy.js';
import { type MonotonicMs } from '../time.js';
import { type Posture, type PostureReason } from './posture.js';

/** The part of a person's policy that evidence is read against. */
export type PostureContext = Pick<PersonPolicy, 'personId' | 'deskId' | 'bandId' | 'presets' | 'presence'>;

/** The postures a belief is spread over, in the order of every vector here. `unknown` is an output, never a hypothesis. */
export const HYPOTHESES = ['sitting', 'standing', 'moving', 'lying', 'away'] as const satisfies readonly Posture[];
export type Hypothesis = (typeof HYPOTHESES)[number];

/** One number per hypothesis, in the order of `HYPOTHESES`. */
export type Vector = readonly [number, number, number, number, number];

/** What one channel says at one instant. */
export interface Evidence {
  /** Natural logarithm of P(observation | posture); only differences count. */
  readonly logLikelihood: Vector;
  readonly reasons: readonly PostureReason[];
  /** The next instant at which time alone changes what this channel says; null: never. */
  readonly changesAt: MonotonicMs | null;
}

/** Says nothing about any posture: weight 0. */
export const NEUTRAL: Vector = [0, 0, 0, 0, 0];

/** A table row of likelihoods as logarithms, to the power of `weight` (0 says nothing, 1 is full strength). */
export const logRow = (row: Vector, weight = 1): Vector => [
  weight * Math.log(row[0]),
  weight * Math.log(row[1]),
  weight * Math.log(row[2]),
  weight * Math.log(row[3]),
  weight * Math.log(row[4]),
];

/**
 * Before any evidence (design values, docs/policy.md "Posture"): a working day is mostly sitting. Lying needs a trunk
 * sensor or the time of the day and is never inferred here, hence 0.
 */
export const PRIOR: Vector = [0.35, 0.25, 0.15, 0, 0.25];

/** The normalised product of the prior and all evidence. */
export function posteriorOf(evidence: readonly Evidence[]): Vector {
  const sum = [0, 0, 0, 0, 0];
  for (const { logLikelihood } of evidence)
    for (let i = 0; i < 5; i++) sum[i] = (sum[i] ?? 0) + (logLikelihood[i] ?? 0);
  const mass = PRIOR.map((prior, i) => prior * Math.exp(sum[i] ?? 0));
  const total = mass.reduce((a, b) => a + b, 0);
  const share = (i: number): number => (mass[i] ?? 0) / total;
  return [share(0), share(1), share(2), share(3), share(4)];
}

/** The probability of one posture; 0 for `unknown`. */
export function probabilityOf(posterior: Vector, posture: Posture): number {
  const index = (HYPOTHESES as readonly Posture[]).indexOf(posture);
  return posterior[index] ?? 0;
}

/** The most probable posture. */
export function mostProbable(posterior: Vector): Hypothesis {
  let best = 0;
  for (let i = 1; i < 5; i++) if ((posterior[i] ?? 0) > (posterior[best] ?? 0)) best = i;
  return HYPOTHESES[best] ?? 'sitting';
}

/** The earliest of several instants, null meaning never. */
export function earliest(...instants: readonly (MonotonicMs | null)[]): MonotonicMs | null {
  let first: MonotonicMs | null = null;
  for (const instant of instants) if (instant !== null && (first === null || instant < first)) first = instant;
  return first;
}
