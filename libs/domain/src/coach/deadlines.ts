import { type DwellState, reachesAt } from '../dwell/dwell.js';
import { type PersonPolicy } from '../policy.js';
import { type PostureBelief } from '../posture/belief.js';
import { earliest } from '../posture/evidence.js';
import { HOUR_MS, MINUTE_MS, monotonic, type MonotonicMs, SECOND_MS, type Stamp } from '../time.js';
import { type CoachState, instantOf, workingMsLeft } from './coach.js';
import { BREAKPOINT_MS, PROMPT_GAP_MS } from './due.js';
import { compliedAt } from './life-cycle.js';

const after = (since: Stamp | null | undefined, ms: number): MonotonicMs | null =>
  since === null || since === undefined ? null : monotonic(since.mono + ms);

/** When each clock reaches its limits. */
function limitsReached({ sit, stand, still }: DwellState, policy: PersonPolicy): (MonotonicMs | null)[] {
  const at = (clock: typeof sit, minutes: readonly number[]) => minutes.map((min) => reachesAt(clock, min * MINUTE_MS));
  return [
    ...at(sit, [policy.sit.softMin, policy.sit.hardMin]),
    ...at(stand, [policy.stand.softMin, policy.stand.hardMin, policy.stand.absoluteMaxMin]),
    ...at(still, [policy.still.softMin, policy.still.hardMin]),
  ];
}

/** When hours, day or snooze begin or end. */
function wallBoundaries({ calendar, snoozedUntil }: CoachState, at: Stamp): (MonotonicMs | null)[] {
  const edges = calendar === null ? [] : [...calendar.working, ...calendar.quiet].flatMap(({ from, to }) => [from, to]);
  const dayEnds = calendar?.dayEnds ?? null;
  const snooze = snoozedUntil === null ? [] : [snoozedUntil.mono, instantOf(snoozedUntil.epoch, at)];
  return [...edges.map((edge) => instantOf(edge, at)), dayEnds === null ? null : instantOf(dayEnds, at), ...snooze];
}

/** When a bucket gives again. */
function bucketsRefill({ issued, calendar, guards }: CoachState, at: Stamp): (MonotonicMs | null)[] {
  // The reserve shrinks with each full working hour; that matters only while it is what holds a prompt back.
  const untilNextHour = guards.includes('prompts-per-day') ? workingMsLeft(calendar, at) % HOUR_MS || HOUR_MS : 0;
  return [
    after(issued.at(-1)?.at, PROMPT_GAP_MS),
    ...issued.map((prompt) => after(prompt.at, HOUR_MS)),
    untilNextHour > 0 ? monotonic(at.mono + untilNextHour) : null,
  ];
}

/** The next instant after `at` at which time alone can change a decision of the coach; may be early, is never late. */
export function coachDue(
  { coach, dwell, belief }: { readonly coach: CoachState; readonly dwell: DwellState; readonly belief: PostureBelief },
  at: Stamp,
  policy: PersonPolicy,
): MonotonicMs | null {
  const { open, heldUntil } = coach;
  const instants = [
    ...limitsReached(dwell, policy),
    ...wallBoundaries(coach, at),
    ...bucketsRefill(coach, at),
    ...[heldUntil.stand, heldUntil.sit, heldUntil.walk].map((held) => after(held, 0)),
    after(dwell.returnedAt, policy.settleAfterReturnS * SECOND_MS),
    after(coach.breakpointAt, BREAKPOINT_MS),
    ...(open === null ? [] : [after(open.expiresAt, 0), after(compliedAt(open, belief.published), 0)]),
  ];
  return earliest(...instants.map((instant) => (instant !== null && instant > at.mono ? instant : null)));
}

/** When the running posture, or stillness, reaches its hard limit; null while neither runs. */
export function nextLimitAt({ posture, sit, stand, still }: DwellState, policy: PersonPolicy): MonotonicMs | null {
  if (posture !== 'sitting' && posture !== 'standing') return null;
  const own =
    posture === 'sitting'
      ? reachesAt(sit, policy.sit.hardMin * MINUTE_MS)
      : reachesAt(stand, policy.stand.hardMin * MINUTE_MS);
  return earliest(own, reachesAt(still, policy.still.hardMin * MINUTE_MS));
}
