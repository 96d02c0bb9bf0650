import { elapsed, MINUTE_MS, monotonic, SECOND_MS, type Stamp } from '../time.js';
import { type Evidence, logRow } from './evidence.js';

/** At least this many steps within the window are a walk. */
const WALK_STEPS = 20;
const WINDOW_MS = 120 * SECOND_MS;
/** A walk is over when the counter has not risen for this long: the window alone would outlast it by 100 s. */
const PAUSE_MS = 20 * SECOND_MS;
/** Counters beyond these are noise (a real sample counter jumped by 2^19). */
const MAX_TOTAL = 200_000;
const MAX_PER_MINUTE = 300;

/** The wearer's cumulative step counter, and what it rose by of late. */
export interface StepFacts {
  readonly total: number;
  readonly at: Stamp;
  /** Steps counted over all resets since the belief began. */
  readonly counted: number;
  readonly rises: readonly { readonly at: Stamp; readonly count: number }[];
}

/** Folds one reading of the counter. A smaller value is a new base (midnight, reboot): its steps count from 0. */
export function foldSteps(facts: StepFacts | null, at: Stamp, total: number): StepFacts | null {
  if (!(total >= 0 && total <= MAX_TOTAL)) return facts;
  if (facts === null) return { total, at, counted: 0, rises: [] };
  const count = total >= facts.total ? total - facts.total : total;
  // A first reading after a long pause may hold many steps; a rate is judged over at least a minute.
  const minutes = Math.max(elapsed(facts.at, at), MINUTE_MS) / MINUTE_MS;
  if (count > MAX_PER_MINUTE * minutes) return { ...facts, total, at };
  const recent = facts.rises.filter((rise) => elapsed(rise.at, at) < WINDOW_MS);
  // Steps that accrued over a longer silence did not happen within the window.
  const sudden = count > 0 && elapsed(facts.at, at) < WINDOW_MS;
  return { total, at, counted: facts.counted + count, rises: sudden ? merge(recent, at, count) : recent };
}

/** Keeps at most one rise per second. */
function merge(rises: StepFacts['rises'], at: Stamp, count: number): StepFacts['rises'] {
  const last = rises.at(-1);
  if (last === undefined || elapsed(last.at, at) >= SECOND_MS) return [...rises, { at, count }];
  return [...rises.slice(0, -1), { at: last.at, count: last.count + count }];
}

/** Walking makes steps; the others hardly do, and away says little. */
const WALKING = logRow([0.02, 0.1, 0.98, 0.01, 0.1]);

/** Steps are evidence only while they are being made; their absence proves nothing (half of all upright minutes have none). */
export function stepEvidence(facts: StepFacts | null, at: Stamp): Evidence | null {
  const last = facts?.rises.at(-1)?.at;
  if (facts === null || last === undefined || elapsed(last, at) >= PAUSE_MS) return null;
  const recent = facts.rises.filter((rise) => elapsed(rise.at, at) < WINDOW_MS);
  let count = 0;
  for (const rise of recent) count += rise.count;
  if (count < WALK_STEPS) return null;
  return {
    logLikelihood: WALKING,
    reasons: [{ kind: 'steps', count, ageMs: elapsed(last, at) }],
    changesAt: monotonic(Math.min(last.mono + PAUSE_MS, (recent[0] ?? { at: last }).at.mono + WINDOW_MS)),
  };
}
