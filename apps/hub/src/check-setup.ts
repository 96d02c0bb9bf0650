import { type ProfileStore, type ProfileSummary, StanceError } from '#libs/application';
import { SystemClock } from '#adapters/clock';
import { type HubConfig } from '#adapters/config';
import { openProfiles } from './profiles.js';

/**
 * What only the rest of the installation can say against a config: that the profiles it names exist, and that this version
 * drives its radios. Opens nothing but the profiles, and those only where the caller has none open. Throws `config.invalid` with every fault.
 */
export function checkSetup(config: HubConfig, store: ProfileStore = installedProfiles()): void {
  const profiles = store.list();
  const faults = [
    ...config.desks.flatMap(({ profile }, index) => unknownProfile(profiles, 'desk', `desks[${index}]`, profile)),
    ...config.bands.flatMap(({ profile }, index) => unknownProfile(profiles, 'band', `bands[${index}]`, profile)),
    ...(config.radios.length > 1 ? ['radios: this version drives one radio. Leave one entry.'] : []),
  ];
  if (faults.length === 0) return;
  const count = faults.length === 1 ? '1 problem' : `${faults.length} problems`;
  const list = faults.map((fault) => `  ${fault}`).join('\n');
  throw new StanceError('config.invalid', `${config.file} has ${count}.\n${list}`, { owner: 'user' });
}

function installedProfiles(): ProfileStore {
  const clock = new SystemClock();
  return openProfiles(clock, clock);
}

function unknownProfile(
  profiles: readonly ProfileSummary[],
  kind: ProfileSummary['kind'],
  path: string,
  id: string,
): readonly string[] {
  const known = profiles.filter((profile) => profile.kind === kind).map((profile) => profile.id);
  return known.includes(id)
    ? []
    : [`${path}.profile: there is no ${kind} profile "${id}". Name one of: ${known.join(', ')}.`];
}
