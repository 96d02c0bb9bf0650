import { type DeskId } from '../ids.js';
import { type MotionPolicy } from '../policy.js';
import { SECOND_MS, elapsed, type Stamp } from '../time.js';
import { type MotionEvent } from './motion-event.js';

/** A desk in motion reports several times a second; a height older than this while it moves is no height (docs/safety.md, S-07). */
const MOVING_HEIGHT_STALE_MS = 15 * SECOND_MS;

/** One height report of the desk: mm above the floor, mm/s positive up. */
export interface HeightReading {
  readonly heightMm: number;
  readonly speedMmS: number;
  readonly at: Stamp;
}

/** A height range in mm, both ends allowed. */
export interface HeightRange {
  readonly minMm: number;
  readonly maxMm: number;
}

/** What the desk itself said on the present link. Everything but the link's own state dies with the link (S-06). */
export interface DeskFacts {
  readonly up: boolean;
  /** When the link last came up or went down. */
  readonly linkAt: Stamp | null;
  readonly limits: (HeightRange & { readonly at: Stamp }) | null;
  readonly firstHeightAt: Stamp | null;
  readonly reading: HeightReading | null;
  /** Last clock jump or suspend seen: the time before it cannot be trusted. */
  readonly clockJumpedAt: Stamp | null;
}

export const unknownDesk: DeskFacts = {
  up: false,
  linkAt: null,
  limits: null,
  firstHeightAt: null,
  reading: null,
  clockJumpedAt: null,
};

const older = (at: Stamp, than: Stamp | null): boolean => than !== null && at.mono < than.mono;

/** The height report in this event that is new and belongs to the present link of this desk, else null. */
export function freshReading(facts: DeskFacts, event: MotionEvent, deskId: DeskId): HeightReading | null {
  if (event.type !== 'Observed' || event.source !== deskId || event.observation.kind !== 'height') return null;
  if (!facts.up || older(event.at, facts.linkAt) || older(event.at, facts.reading?.at ?? null)) return null;
  const { heightMm, speedMmS } = event.observation;
  return Number.isFinite(heightMm) ? { heightMm, speedMmS, at: event.at } : null;
}

/** Folds one event into the facts of the desk. Late reports of an earlier link or an earlier height change nothing. */
export function foldDesk(facts: DeskFacts, event: MotionEvent, deskId: DeskId): DeskFacts {
  switch (event.type) {
    case 'LinkChanged':
      if (event.source !== deskId || older(event.at, facts.linkAt)) return facts;
      return { ...unknownDesk, up: event.up, linkAt: event.at, clockJumpedAt: facts.clockJumpedAt };
    case 'LimitsRead':
      if (!facts.up || older(event.at, facts.linkAt)) return facts;
      return { ...facts, limits: { minMm: event.minMm, maxMm: event.maxMm, at: event.at } };
    case 'ClockJumped':
      return { ...facts, clockJumpedAt: event.at };
    default: {
      const reading = freshReading(facts, event, deskId);
      return reading === null ? facts : { ...facts, reading, firstHeightAt: facts.firstHeightAt ?? reading.at };
    }
  }
}

/**
 * Whether the last height no longer tells where the desk is. An idle desk reports only on change: its height stays true while
 * the link is up. A desk last seen moving has gone on since.
 */
export const heightStale = (reading: HeightReading, now: Stamp): boolean =>
  reading.speedMmS !== 0 && elapsed(reading.at, now) > MOVING_HEIGHT_STALE_MS;

/** The latest instant from which the desk's word has to settle before a coach move: link, first height, limits, clock jump. */
export function lastUpheaval(facts: DeskFacts): Stamp | null {
  const instants = [facts.linkAt, facts.firstHeightAt, facts.limits?.at ?? null, facts.clockJumpedAt];
  return instants.reduce(
    (latest, at) => (latest === null || (at !== null && at.mono > latest.mono) ? at : latest),
    null,
  );
}

/** The desk's limits narrowed by the household's own, or null while the desk has not told its limits. */
export function allowedRange(facts: DeskFacts, policy: MotionPolicy): HeightRange | null {
  if (facts.limits === null) return null;
  return {
    minMm: Math.max(facts.limits.minMm, policy.minMm ?? -Infinity),
    maxMm: Math.min(facts.limits.maxMm, policy.maxMm ?? Infinity),
  };
}
