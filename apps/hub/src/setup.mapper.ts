import { StanceError, HubSetup, type DeskSetup, type ProfileStore, type ProfileSummary } from '#libs/application';
import { bandId, deskId } from '#libs/domain';
import { type DeskConfig, type HubConfig, toMotionPolicy, toPersonPolicy, toWeekHours } from '#adapters/config';

/** The hub's setup as the use cases take it, from the config and the profiles it names. */
export function toHubSetup(config: HubConfig, profiles: ProfileStore, about: HubSetup['hub']): HubSetup {
  return new HubSetup({
    hub: about,
    units: config.units,
    calendar: { timeZone: config.time_zone, dayStartsAt: config.day_starts_at },
    persons: config.persons.map((person) => ({
      name: person.name,
      policy: toPersonPolicy(person),
      working: toWeekHours(person.working_hours),
      quiet: toWeekHours(person.quiet_hours),
    })),
    desks: config.desks.map((desk) => toDeskSetup(config, desk, profiles)),
    bands: config.bands.map((band) => ({
      kind: 'band' as const,
      id: bandId(band.id),
      name: band.name,
      profileId: profileOf(profiles, 'band', band.profile).id,
      address: band.address ?? null,
    })),
  });
}

function toDeskSetup(config: HubConfig, desk: DeskConfig, profiles: ProfileStore): DeskSetup {
  const profile = profileOf(profiles, 'desk', desk.profile);
  return {
    kind: 'desk',
    id: deskId(desk.id),
    name: desk.name,
    profileId: profile.id,
    address: desk.address ?? null,
    policy: toMotionPolicy(config, desk, profile.minSpeedMmS ?? 0),
    presets: presetsOf(config, desk),
  };
}

/** `sit` and `stand` of the desk's first person; those of further persons carry their id: `sit-alex`. */
function presetsOf(config: HubConfig, desk: DeskConfig): Readonly<Record<string, number>> {
  const presets: Record<string, number> = {};
  const users = config.persons.filter((person) => person.desk === desk.id);
  for (const [index, { id, presets: saved }] of users.entries()) {
    const suffix = index === 0 ? '' : `-${id}`;
    if (saved.sit_mm !== undefined) presets[`sit${suffix}`] = saved.sit_mm;
    if (saved.stand_mm !== undefined) presets[`stand${suffix}`] = saved.stand_mm;
  }
  return presets;
}

function profileOf(profiles: ProfileStore, kind: ProfileSummary['kind'], id: string): ProfileSummary {
  const ofKind = profiles.list().filter((profile) => profile.kind === kind);
  const profile = ofKind.find((candidate) => candidate.id === id);
  if (profile !== undefined) return profile;
  throw new StanceError(
    'config.unknown-profile',
    `There is no ${kind} profile "${id}". There are: ${ofKind.map((known) => known.id).join(', ')}.`,
    { owner: 'user' },
  );
}
