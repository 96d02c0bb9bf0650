import { type PostureSpan } from '../effect.js';
import { type PersonId } from '../ids.js';
import { type Posture } from '../posture/posture.js';
import { elapsed, epoch, type EpochMs, monotonic, type MonotonicMs, type Stamp } from '../time.js';
import { FREEZE_AFTER_MS } from './dwell.js';

/** Milliseconds per posture. */
export type Totals = Readonly<Record<Posture, number>>;

const NOTHING: Totals = { sitting: 0, standing: 0, moving: 0, lying: 0, away: 0, unknown: 0 };

/**
 * The book of finished spans and of today's totals. It is kept in wall time and never runs backwards: a clock that was
 * set back adds nothing until it has caught up.
 */
export interface Ledger {
  readonly open: { readonly posture: Posture; readonly from: Stamp };
  /** Evidence is missing since, but the span may still be carried on (docs/policy.md, "Clocks": gaps). */
  readonly gapSince: Stamp | null;
  readonly booked: Totals;
  readonly dayFrom: EpochMs;
  /** Sit-stand changes of this day. */
  readonly changes: number;
  readonly lastAtDesk: 'sitting' | 'standing' | null;
}

export const initialLedger = (at: Stamp): Ledger => ({
  open: { posture: 'unknown', from: at },
  gapSince: null,
  booked: NOTHING,
  dayFrom: at.epoch,
  changes: 0,
  lastAtDesk: null,
});

interface Entry {
  readonly ledger: Ledger;
  readonly spans: readonly PostureSpan[];
}

const notBefore = (to: Stamp, from: Stamp): Stamp => ({
  mono: monotonic(Math.max(to.mono, from.mono)),
  epoch: epoch(Math.max(to.epoch, from.epoch)),
});

function booked(totals: Totals, dayFrom: EpochMs, posture: Posture, from: Stamp, to: Stamp): Totals {
  const ms = Math.max(0, to.epoch - Math.max(from.epoch, dayFrom));
  return { ...totals, [posture]: totals[posture] + ms };
}

/** Closes the open span at `at` and opens the next one there. */
function switchTo(personId: PersonId, { ledger, spans }: Entry, posture: Posture, at: Stamp): Entry {
  const { open } = ledger;
  const to = notBefore(at, open.from);
  const span = { personId, posture: open.posture, from: open.from, to };
  const next: Ledger = {
    ...ledger,
    open: { posture, from: to },
    gapSince: null,
    booked: booked(ledger.booked, ledger.dayFrom, open.posture, open.from, to),
  };
  return { ledger: next, spans: to.epoch > open.from.epoch ? [...spans, span] : spans };
}

function countChange(ledger: Ledger, posture: Posture): Ledger {
  if (posture !== 'sitting' && posture !== 'standing') return ledger;
  const changed = ledger.lastAtDesk !== null && ledger.lastAtDesk !== posture;
  return { ...ledger, lastAtDesk: posture, changes: ledger.changes + (changed ? 1 : 0) };
}

/** The published posture changed, back-dated to `since`. A gap shorter than 15 min within one posture is bridged. */
export function turnLedger(personId: PersonId, ledger: Ledger, posture: Posture, since: Stamp): Entry {
  if (posture === 'unknown') {
    return {
      ledger: ledger.open.posture === 'unknown' ? ledger : { ...ledger, gapSince: ledger.gapSince ?? since },
      spans: [],
    };
  }
  const { gapSince } = ledger;
  if (gapSince !== null && posture === ledger.open.posture && elapsed(gapSince, since) < FREEZE_AFTER_MS) {
    return { ledger: { ...ledger, gapSince: null }, spans: [] };
  }
  const { ledger: next, spans } = switchTo(personId, writeGap(personId, ledger), posture, since);
  return { ledger: countChange(next, posture), spans };
}

/** Writes a pending gap as unknown: it is too long, or what follows is another posture. */
export function writeGap(personId: PersonId, ledger: Ledger): Entry {
  if (ledger.gapSince === null) return { ledger, spans: [] };
  return switchTo(personId, { ledger, spans: [] }, 'unknown', ledger.gapSince);
}

/** When a pending gap becomes too long to bridge. */
export const gapDue = ({ gapSince }: Ledger): MonotonicMs | null =>
  gapSince === null ? null : monotonic(gapSince.mono + FREEZE_AFTER_MS);

/** The tracked day ends at `at`: totals begin anew; the open span goes on. */
export const newDay = (ledger: Ledger, at: EpochMs): Ledger => ({
  ...ledger,
  booked: NOTHING,
  dayFrom: at,
  changes: 0,
});

/** Today's totals up to `at`; their sum is the wall time since the day (or the tracking) began. */
export function totalsAt({ open, gapSince, booked: totals, dayFrom }: Ledger, at: Stamp): Totals {
  if (gapSince === null) return booked(totals, dayFrom, open.posture, open.from, at);
  const until = notBefore(gapSince, open.from);
  return booked(booked(totals, dayFrom, open.posture, open.from, until), dayFrom, 'unknown', until, at);
}
