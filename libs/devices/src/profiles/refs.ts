import { type CharacteristicRef, type SessionSpec, StanceError } from '#libs/application';
import { type Profile } from './profile.schema.js';

/** The named characteristic of a profile. The linter has proved those its driver asks for. */
export const refOf = (profile: Profile, name: string): CharacteristicRef => {
  const found = profile.characteristics[name];
  if (found === undefined) {
    throw new StanceError(
      'profiles.no-characteristic',
      `The profile "${profile.id}" has no characteristic "${name}".`,
      {
        owner: 'developer',
      },
    );
  }
  return { service: found.service, characteristic: found.uuid };
};

/** The declared session in the radio's terms. */
export const sessionSpecOf = (profile: Profile): SessionSpec => {
  const { required, notify, connection } = profile.session;
  return {
    required: required.map((name) => refOf(profile, name)),
    notify: notify.map((name) => refOf(profile, name)),
    connection: {
      minIntervalMs: connection.min_interval_ms,
      maxIntervalMs: connection.max_interval_ms,
      latency: connection.latency,
      supervisionTimeoutMs: connection.supervision_timeout_ms,
    },
  };
};
