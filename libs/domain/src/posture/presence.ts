import { type PresencePolicy } from '../policy.js';
import { elapsed, monotonic, type MonotonicMs, SECOND_MS, type Stamp } from '../time.js';
import { type Evidence, logRow, type Vector } from './evidence.js';

/** Window of the running median of signal strength (docs/policy.md, "Presence"). */
const MEDIAN_WINDOW_MS = 15 * SECOND_MS;
/** Bound on memory whatever the sample rate. */
const MAX_SAMPLES = 32;
const ENTER_HOLD_MS = 10 * SECOND_MS;
const LEAVE_HOLD_MS = 60 * SECOND_MS;
/** Signal strength older than this says nothing about now. */
const STALE_MS = 300 * SECOND_MS;

type Zone = 'near' | 'far';

/** What is known about where the band is, relative to this desk's radio. */
export interface PresenceFacts {
  readonly samples: readonly { readonly at: Stamp; readonly dbm: number }[];
  readonly confirmed: Zone | null;
  /** A change that has not held long enough yet. */
  readonly pending: { readonly to: Zone; readonly since: Stamp } | null;
  /** The band's link is down since; null while it is up or was never reported. */
  readonly downSince: Stamp | null;
  /** When the link last came up: being reachable at all is evidence of that moment. */
  readonly upAt: Stamp | null;
}

export const NO_PRESENCE: PresenceFacts = { samples: [], confirmed: null, pending: null, downSince: null, upAt: null };

/** The newest signal strength sample. */
export const lastSample = (facts: PresenceFacts): Stamp | null => facts.samples.at(-1)?.at ?? null;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const zoneOf = (dbm: number, policy: PresencePolicy): Zone | null =>
  dbm >= policy.enterDbm ? 'near' : dbm <= policy.leaveDbm ? 'far' : null;

/** A lost link counts as far once it has been down for the leave hold. */
function settle(facts: PresenceFacts, at: Stamp): PresenceFacts {
  const gone = facts.downSince !== null && elapsed(facts.downSince, at) >= LEAVE_HOLD_MS;
  return gone ? { ...facts, confirmed: 'far', pending: null } : facts;
}

/** Folds one signal strength sample in dBm; values outside what a radio can report are dropped. */
export function foldRssi(before: PresenceFacts, at: Stamp, dbm: number, policy: PresencePolicy): PresenceFacts {
  // 127 is the Bluetooth Core Specification's "not available" (Vol 4 Part E, HCI_Read_RSSI: -127 to +20).
  if (!(dbm >= -127 && dbm <= 20)) return before;
  const facts = settle(before, at);
  const recent = facts.samples.filter((sample) => elapsed(sample.at, at) < MEDIAN_WINDOW_MS);
  const samples = [...recent, { at, dbm }].slice(-MAX_SAMPLES);
  const zone = zoneOf(median(samples.map((sample) => sample.dbm)), policy);
  if (zone === null || zone === facts.confirmed) return { ...facts, samples, pending: null };
  const pending = facts.pending?.to === zone ? facts.pending : { to: zone, since: at };
  const hold = zone === 'near' ? ENTER_HOLD_MS : LEAVE_HOLD_MS;
  if (elapsed(pending.since, at) < hold) return { ...facts, samples, pending };
  return { ...facts, samples, confirmed: zone, pending: null };
}

/** Folds the band's link going up or down. A link that came back only after it counted as far proves nothing yet. */
export function foldBandLink(before: PresenceFacts, at: Stamp, up: boolean): PresenceFacts {
  const facts = settle(before, at);
  if (!up) {
    if (facts.downSince !== null) return facts;
    const pending =
      facts.confirmed === 'far' || facts.pending?.to === 'far' ? facts.pending : { to: 'far' as const, since: at };
    return { ...facts, downSince: at, pending };
  }
  if (facts.downSince === null) return { ...facts, upAt: at };
  const lost = elapsed(facts.downSince, at) >= LEAVE_HOLD_MS;
  return { samples: [], confirmed: lost ? null : facts.confirmed, pending: null, downSince: null, upAt: at };
}

/** Where the band is now, and whether that is in doubt. `down` only while the link is down. */
export type PresencePhase = 'near' | 'entering' | 'leaving' | 'far' | 'down' | 'unknown';

export function phaseOf(before: PresenceFacts, at: Stamp): PresencePhase {
  if (before.downSince !== null) return 'down';
  const last = lastSample(before);
  if (last === null || elapsed(last, at) >= STALE_MS) return 'unknown';
  if (before.pending !== null) return before.pending.to === 'near' ? 'entering' : 'leaving';
  return before.confirmed ?? 'unknown';
}

/** True near, false far, null in doubt: a change is pending, the evidence is stale, or there never was any. */
export function atDesk(facts: PresenceFacts, at: Stamp): boolean | null {
  const settled = settle(facts, at);
  if (settled.pending !== null) return null;
  const phase = phaseOf(settled, at);
  return phase === 'near' ? true : settled.confirmed === 'far' && phase !== 'unknown' ? false : null;
}

/**
 * P(phase | posture), design values. A walk may well lead past the radio's reach, so far speaks against moving less than
 * against sitting. A lost link alone must not claim certainty (a flat battery looks the same): it leaves away at 0.83.
 */
const ROWS: Record<Exclude<PresencePhase, 'unknown'>, Vector> = {
  near: logRow([1, 1, 0.5, 1, 0.01]),
  entering: logRow([0.8, 0.8, 0.4, 0.8, 0.1]),
  leaving: logRow([0.03, 0.03, 0.4, 0.03, 0.9]),
  far: logRow([0.005, 0.005, 0.4, 0.005, 0.9]),
  down: logRow([0.05, 0.05, 0.1, 0.05, 0.9]),
};

/** Presence of the wearer by the signal strength of the own band on its link, and by the link itself. */
export function presenceEvidence(facts: PresenceFacts, at: Stamp): Evidence | null {
  const phase = phaseOf(facts, at);
  if (phase === 'unknown') return null;
  const seen = facts.downSince ?? lastSample(facts) ?? at;
  const kind = phase === 'near' || phase === 'entering' ? 'band-near' : 'band-far';
  const changesAt: MonotonicMs | null = phase === 'down' ? null : monotonic(seen.mono + STALE_MS);
  return { logLikelihood: ROWS[phase], reasons: [{ kind, ageMs: elapsed(seen, at) }], changesAt };
}
