import { DateTime } from 'luxon';
import { type EpochMs, type Interval, epoch } from '#libs/domain';

/** ISO weekday (1 Monday … 7 Sunday) to one range of local wall times; a range whose end is not later crosses midnight. */
export type WeekHours = Readonly<Partial<Record<number, DayRange>>>;

export interface DayRange {
  /** `HH:MM`, local. */
  readonly from: string;
  readonly to: string;
}

export interface CalendarSettings {
  /** IANA name, `Europe/Berlin`. */
  readonly timeZone: string;
  /** `HH:MM` local: where the tracked day ends (docs/policy.md, "Clocks"). */
  readonly dayStartsAt: string;
}

/** Absolute hours around one instant, and when they must be resolved again. */
export interface ResolvedCalendar {
  readonly working: readonly Interval[];
  readonly quiet: readonly Interval[];
  readonly dayEnds: EpochMs;
}

function atWallTime(day: DateTime, wallTime: string): DateTime {
  const [hour = 0, minute = 0] = wallTime.split(':').map(Number);
  return day.set({ hour, minute, second: 0, millisecond: 0 });
}

/** Ranges that start yesterday, today or tomorrow: yesterday's may still be running after midnight. */
function resolveHours(hours: WeekHours, today: DateTime): Interval[] {
  const intervals: Interval[] = [];
  for (const offset of [-1, 0, 1]) {
    const day = today.plus({ days: offset });
    const range = hours[day.weekday];
    if (range === undefined) continue;
    const from = atWallTime(day, range.from);
    const sameDay = atWallTime(day, range.to);
    const to = sameDay > from ? sameDay : atWallTime(day.plus({ days: 1 }), range.to);
    intervals.push({ from: epoch(from.toMillis()), to: epoch(to.toMillis()) });
  }
  return intervals;
}

/** The next day boundary after `at`: local wall time, so that days of 23 and 25 hours come out right. */
export function nextDayBoundary(at: EpochMs, settings: CalendarSettings): EpochMs {
  const now = DateTime.fromMillis(at, { zone: settings.timeZone });
  const today = atWallTime(now, settings.dayStartsAt);
  return epoch((today > now ? today : atWallTime(now.plus({ days: 1 }), settings.dayStartsAt)).toMillis());
}

/** Resolves one person's hours around the instant. The core knows no time zone. */
export function resolveCalendar(
  at: EpochMs,
  hours: { readonly working: WeekHours; readonly quiet: WeekHours },
  settings: CalendarSettings,
): ResolvedCalendar {
  const today = DateTime.fromMillis(at, { zone: settings.timeZone }).startOf('day');
  return {
    working: resolveHours(hours.working, today),
    quiet: resolveHours(hours.quiet, today),
    dayEnds: nextDayBoundary(at, settings),
  };
}
