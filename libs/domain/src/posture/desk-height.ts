import { elapsed, monotonic, SECOND_MS, type Stamp } from '../time.js';
import { earliest, type Evidence, logRow, NEUTRAL, type PostureContext, type Vector } from './evidence.js';
import { type PresencePhase } from './presence.js';

/** Between the usual sitting and standing heights, used until both presets are saved (docs/policy.md, "Posture"). */
const DEFAULT_CUT_MM = 900;
/** This far around the cut, the height says nothing. */
const DEAD_BAND_MM = 50;
/** A smaller change than this is not a change of the working height. */
const SAME_HEIGHT_MM = 30;
/** For this long after a change the person may not have followed the desk yet. */
const FRESH_CHANGE_MS = 60 * SECOND_MS;
/** A desk without a link may have been moved by hand since; the same grace as every evidence gap. */
const LINK_GRACE_MS = 90 * SECOND_MS;
/** Outside this, it is no desk height (1.5 times the tallest desk, half the lowest). */
const PLAUSIBLE_MM = { from: 200, to: 2_000 };

/** What is known about the desk's height. */
export interface DeskFacts {
  readonly heightMm: number;
  /** When the height was last read. */
  readonly at: Stamp;
  /** The height the desk came to rest at, and since when. */
  readonly anchorMm: number;
  readonly since: Stamp;
  /** The link went down and no height was read since. */
  readonly downSince: Stamp | null;
}

/** Folds one height in mm above the floor. */
export function foldHeight(facts: DeskFacts | null, at: Stamp, heightMm: number): DeskFacts | null {
  if (!(heightMm >= PLAUSIBLE_MM.from && heightMm <= PLAUSIBLE_MM.to)) return facts;
  const same = facts !== null && Math.abs(heightMm - facts.anchorMm) <= SAME_HEIGHT_MM;
  if (same) return { ...facts, heightMm, at, downSince: null };
  return { heightMm, at, anchorMm: heightMm, since: at, downSince: null };
}

/** Folds the desk's link. A height read before the loss is trusted again only after a new reading. */
export const foldDeskLink = (facts: DeskFacts | null, at: Stamp, up: boolean): DeskFacts | null =>
  facts === null || up || facts.downSince !== null ? facts : { ...facts, downSince: at };

/** The height that separates sitting from standing: halfway between the presets. */
export const cutMm = ({ presets }: PostureContext): number =>
  presets.sitMm === null || presets.standMm === null ? DEFAULT_CUT_MM : (presets.sitMm + presets.standMm) / 2;

/** P(desk low | posture) for one right of 0.95, as a start value; walking says nothing about the height. */
const SETTLED: Vector = [0.95, 0.04, 0.5, 0.5, 0.5];
const CHANGED: Vector = [0.85, 0.12, 0.5, 0.5, 0.5];
const raised = ([sitting, standing, ...rest]: Vector): Vector => [standing, sitting, ...rest];
const ROWS = {
  low: { settled: logRow(SETTLED), changed: logRow(CHANGED) },
  high: { settled: logRow(raised(SETTLED)), changed: logRow(raised(CHANGED)) },
};

/** Height × presence: a desk that is up while its person is away says nothing about standing (weight 0). */
export function deskEvidence(
  facts: DeskFacts | null,
  phase: PresencePhase,
  at: Stamp,
  ctx: PostureContext,
): Evidence | null {
  if (facts === null) return null;
  const expiresAt = facts.downSince === null ? null : monotonic(facts.downSince.mono + LINK_GRACE_MS);
  if (expiresAt !== null && at.mono >= expiresAt) return null;
  const reasons = [{ kind: 'desk-height' as const, heightMm: facts.heightMm, forMs: elapsed(facts.since, at) }];
  const offset = facts.heightMm - cutMm(ctx);
  if ((phase !== 'near' && phase !== 'entering') || Math.abs(offset) < DEAD_BAND_MM) {
    return { logLikelihood: NEUTRAL, reasons, changesAt: expiresAt };
  }
  const side = ROWS[offset > 0 ? 'high' : 'low'];
  const settlesAt = monotonic(facts.since.mono + FRESH_CHANGE_MS);
  if (at.mono >= settlesAt) return { logLikelihood: side.settled, reasons, changesAt: expiresAt };
  return { logLikelihood: side.changed, reasons, changesAt: earliest(settlesAt, expiresAt) };
}
