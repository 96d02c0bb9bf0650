/** Milliseconds of a clock that never jumps. Differences are durations; the value itself has no meaning outside this run. */
export type MonotonicMs = number & { readonly __unit: 'monotonic-ms' };

/** Milliseconds since 1970-01-01 UTC. For storage, calendars and day totals, never for durations. */
export type EpochMs = number & { readonly __unit: 'epoch-ms' };

/** One instant, read once where the bytes came in (docs/architecture.md, stop 1). */
export interface Stamp {
  readonly mono: MonotonicMs;
  readonly epoch: EpochMs;
}

/** A half-open stretch of wall time `[from, to)`. */
export interface Interval {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

export const monotonic = (ms: number): MonotonicMs => ms as MonotonicMs;
export const epoch = (ms: number): EpochMs => ms as EpochMs;

/** The stamp `ms` later, on both clocks. Negative values go back. */
export const later = (at: Stamp, ms: number): Stamp => ({ mono: monotonic(at.mono + ms), epoch: epoch(at.epoch + ms) });

/** Milliseconds from `from` to `to` on the monotonic clock. */
export const elapsed = (from: Stamp, to: Stamp): number => to.mono - from.mono;

/** Whether the instant lies in one of the intervals. */
export const within = (intervals: readonly Interval[], at: EpochMs): boolean =>
  intervals.some((interval) => at >= interval.from && at < interval.to);
