import { bandId, deskId, type Limits, type MotionPolicy, personId, type PersonPolicy } from '#libs/domain';
import { type ConfigFile } from './config.schema.js';
import { type HubConfig } from './load-config.js';

export type PersonConfig = ConfigFile['persons'][number];
export type DeskConfig = ConfigFile['desks'][number];
type WeekHoursConfig = PersonConfig['working_hours'];

/** No standing bout is longer than this without the strongest prompt; fixed, not a setting (C-04, docs/policy.md). */
const STAND_ABSOLUTE_MAX_MIN = 60;

const ISO_WEEKDAY = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 } as const;
type IsoWeekday = (typeof ISO_WEEKDAY)[keyof typeof ISO_WEEKDAY];

const limits = (pair: PersonConfig['sit']): Limits => ({ softMin: pair.soft_min, hardMin: pair.hard_min });

/** One person's section as the core takes it. */
export function toPersonPolicy(person: PersonConfig): PersonPolicy {
  return {
    personId: personId(person.id),
    deskId: deskId(person.desk),
    bandId: person.band === undefined ? null : bandId(person.band),
    mode: person.mode,
    sit: limits(person.sit),
    stand: { ...limits(person.stand), absoluteMaxMin: STAND_ABSOLUTE_MAX_MIN },
    still: limits(person.still),
    presets: { sitMm: person.presets.sit_mm ?? null, standMm: person.presets.stand_mm ?? null },
    presence: { enterDbm: person.presence.enter_dbm, leaveDbm: person.presence.leave_dbm },
    settleAfterReturnS: person.settle_after_return_s,
    repromptMin: person.reprompt_min,
    walkRepromptMin: person.walk.reprompt_min,
    piggybackFromStillMin: person.walk.piggyback_from_still_min,
    prompts: { perHourMax: person.prompts.per_hour_max, perDayMax: person.prompts.per_day_max },
  };
}

/** One desk's section with its persons, as the supervisor takes it; the slowest honest speed is the profile's. */
export function toMotionPolicy(config: HubConfig, desk: DeskConfig, minSpeedMmS: number): MotionPolicy {
  return {
    deskId: deskId(desk.id),
    minMm: desk.limits?.min_mm ?? null,
    maxMm: desk.limits?.max_mm ?? null,
    noGo: desk.no_go.map((zone) => ({ fromMm: zone.from_mm, toMm: zone.to_mm })),
    remoteCommands: config.commands.remote,
    minMinutesBetweenMoves: desk.min_minutes_between_moves,
    minSpeedMmS,
    persons: config.persons.filter((person) => person.desk === desk.id).map(toPersonPolicy),
  };
}

/** Hours keyed by ISO weekday, 1 Monday … 7 Sunday, as the calendar takes them. */
export function toWeekHours(
  hours: WeekHoursConfig,
): Readonly<Partial<Record<IsoWeekday, { from: string; to: string }>>> {
  return Object.fromEntries(
    Object.entries(hours).map(([day, range]) => [ISO_WEEKDAY[day as keyof typeof ISO_WEEKDAY], range]),
  );
}
