import { type CoachState, effectiveMode, initialCoach, isSnoozed } from './coach/coach.js';
import { nextLimitAt } from './coach/deadlines.js';
import { type DwellClock, dwellMs, type DwellState, initialDwell } from './dwell/dwell.js';
import { initialLedger, type Ledger, type Totals, totalsAt } from './dwell/ledger.js';
import { type Guard } from './guard.js';
import { type Mode, type PersonPolicy } from './policy.js';
import { advanceBelief, estimate, initialBelief, type PostureBelief } from './posture/belief.js';
import { type PostureEstimate } from './posture/posture.js';
import { type Prompt } from './prompt.js';
import { elapsed, type EpochMs, HOUR_MS, later, type MonotonicMs, type Stamp } from './time.js';

/**
 * Everything the core remembers of one person: plain frozen JSON, written as the checkpoint. Monotonic instants are named
 * `mono` or `…Mono` throughout, so that `rebase` finds them.
 */
export interface PersonState {
  readonly at: Stamp;
  readonly belief: PostureBelief;
  readonly dwell: DwellState;
  readonly ledger: Ledger;
  readonly coach: CoachState;
  /** The deadline that was announced last. */
  readonly wakeMono: MonotonicMs | null;
  /** What was published last, as one comparable line. */
  readonly published: string;
}

/** A person nothing is known of yet. Tracking, and the first day's totals, begin at `at`. */
export const initialPerson = (at: Stamp): PersonState => ({
  at,
  belief: initialBelief(at),
  dwell: initialDwell(at),
  ledger: initialLedger(at),
  coach: initialCoach,
  wakeMono: null,
  published: '',
});

function shifted(value: unknown, ms: number): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => shifted(item, ms));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      const isInstant = typeof inner === 'number' && (key === 'mono' || key.endsWith('Mono'));
      return [key, isInstant ? inner + ms : shifted(inner, ms)];
    }),
  );
}

/** A restart can bridge at most this; a wall clock set back bridges nothing (docs/policy.md, "Clocks"). */
const MAX_DOWN_MS = 12 * HOUR_MS;

/**
 * A state from an earlier process as seen from `now`: its monotonic instants get the new origin such that the time since
 * its last event is the wall time that passed, clamped to [0, 12 h].
 */
export function rebase(state: PersonState, now: Stamp): PersonState {
  const downMs = Math.min(Math.max(now.epoch - state.at.epoch, 0), MAX_DOWN_MS);
  return shifted(state, now.mono - downMs - state.at.mono) as PersonState;
}

/** One clock as a snapshot shows it. */
export interface ClockView {
  readonly ms: number;
  readonly since: EpochMs;
  /** Evidence is missing: the clock stands. */
  readonly frozen: boolean;
}

/** Everything a snapshot of one person needs. */
export interface PersonView {
  readonly estimate: PostureEstimate;
  /** How long the published posture has lasted, in ms. */
  readonly postureMs: number;
  readonly sit: ClockView | null;
  readonly stand: ClockView | null;
  readonly still: ClockView | null;
  readonly sinceReturnMs: number | null;
  /** Today's milliseconds per posture, and sit-stand changes. */
  readonly today: { readonly totals: Totals; readonly changes: number; readonly prompts: number };
  /** When the next hard limit is reached if nothing changes. */
  readonly nextDueAt: EpochMs | null;
  readonly openPrompt: Prompt | null;
  readonly snoozedUntil: EpochMs | null;
  readonly mode: Mode;
  readonly guards: readonly Guard[];
}

function clockView(clock: DwellClock | null, at: Stamp): ClockView | null {
  const ms = dwellMs(clock, at);
  return clock === null || ms === null ? null : { ms, since: later(at, -ms).epoch, frozen: clock.frozenAt !== null };
}

/** The person as of `at`, which is not before the last event and not after the announced deadline. */
export function personView(state: PersonState, at: Stamp, policy: PersonPolicy): PersonView {
  const { dwell, ledger, coach } = state;
  const belief = advanceBelief(state.belief, at, policy);
  const dueMono = nextLimitAt(dwell, policy);
  return {
    estimate: estimate(belief, at, policy),
    postureMs: Math.max(0, elapsed(belief.published.since, at)),
    sit: clockView(dwell.sit, at),
    stand: clockView(dwell.stand, at),
    still: clockView(dwell.still, at),
    sinceReturnMs: dwell.returnedAt === null || dwell.gone ? null : Math.max(0, elapsed(dwell.returnedAt, at)),
    today: { totals: totalsAt(ledger, at), changes: ledger.changes, prompts: coach.issuedToday },
    nextDueAt: dueMono === null ? null : later(at, dueMono - at.mono).epoch,
    openPrompt: coach.open,
    snoozedUntil: isSnoozed(coach, at) ? (coach.snoozedUntil?.epoch ?? null) : null,
    mode: effectiveMode(coach, policy.mode),
    guards: coach.guards,
  };
}
