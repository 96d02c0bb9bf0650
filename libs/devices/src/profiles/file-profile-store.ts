import {
  type Advertisement,
  type BandSession,
  type BleLink,
  type Clock,
  type DeskSession,
  type MachineClock,
  ProfileStore,
  type ProfileSummary,
  type SessionSpec,
  StanceError,
} from '#libs/application';
import { openInfinitime } from '../drivers/infinitime/infinitime.session.js';
import { openLinak } from '../drivers/linak/linak.session.js';
import { type DecodeIssueCount, DecodeIssueLog } from './decode-issue-log.js';
import { compileCorpus, readCorpus } from './profile-corpus.js';
import { type Profile } from './profile.schema.js';
import { sessionSpecOf } from './refs.js';

export interface FileProfileStoreOptions {
  /** The `device-profiles` directory. */
  readonly directory: string;
  /** Cadence and deadlines of the drivers. */
  readonly machineClock: MachineClock;
  /** Stamps what a driver reads, and sets the clock of bands. */
  readonly clock: Clock;
  /** East positive; what a band shows as its wall time. Default 0. */
  readonly utcOffsetMinutes?: number;
}

/** The profiles of a directory, read once at construction. Throws `profiles.unreadable` or `profiles.invalid`. */
export class FileProfileStore extends ProfileStore {
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #issues = new DecodeIssueLog();

  constructor(private readonly options: FileProfileStoreOptions) {
    super();
    this.#profiles = new Map(compileCorpus(readCorpus(options.directory)).map((profile) => [profile.id, profile]));
  }

  override list(): readonly ProfileSummary[] {
    return [...this.#profiles.values()].map(summaryOf);
  }

  override match(advertisement: Advertisement): readonly ProfileSummary[] {
    return [...this.#profiles.values()]
      .filter((profile) => fits(profile, advertisement))
      .sort((a, b) => b.match.priority - a.match.priority)
      .map(summaryOf);
  }

  override sessionSpec(profileId: string): SessionSpec {
    return sessionSpecOf(this.#profile(profileId));
  }

  /** A link whose handshake failed is closed: half a session is of no use to anybody. */
  override async open(profileId: string, link: BleLink): Promise<DeskSession | BandSession> {
    const profile = this.#profile(profileId);
    const { machineClock, clock, utcOffsetMinutes = 0 } = this.options;
    const deps = { link, machineClock, clock, issues: this.#issues };
    try {
      return await (profile.kind === 'desk'
        ? openLinak(profile, deps)
        : openInfinitime(profile, deps, utcOffsetMinutes));
    } catch (cause) {
      await link.close().catch(() => undefined);
      if (cause instanceof StanceError && cause.code.startsWith('device.')) throw cause;
      throw new StanceError('device.handshake-failed', handshakeAdvice(profile), {
        owner: 'device',
        cause,
        context: { profileId, address: link.address },
      });
    }
  }

  /** Frames dropped since the start, by profile, characteristic and cause. */
  decodeIssues(): readonly DecodeIssueCount[] {
    return this.#issues.list();
  }

  #profile(profileId: string): Profile {
    const profile = this.#profiles.get(profileId);
    if (profile !== undefined) return profile;
    const known = [...this.#profiles.keys()].join(', ');
    throw new StanceError('profiles.unknown', `There is no device profile "${profileId}". Known are: ${known}.`, {
      owner: 'user',
    });
  }
}

const summaryOf = (profile: Profile): ProfileSummary => ({
  id: profile.id,
  kind: profile.kind,
  vendor: profile.vendor,
  model: profile.model,
  status: profile.status,
  minSpeedMmS: profile.kind === 'desk' ? profile.motion.min_speed_mm_s : null,
});

const fits = ({ match }: Profile, advertisement: Advertisement): boolean =>
  match.service_uuids.some((uuid) => advertisement.serviceUuids.includes(uuid)) &&
  (match.name_pattern === undefined || new RegExp(match.name_pattern, 'u').test(advertisement.name ?? ''));

const handshakeAdvice = (profile: Profile): string =>
  'needs-bond' in profile.quirks
    ? `${profile.vendor} did not complete its handshake. Close other apps that use it; if it was never paired, hold its Bluetooth button until it blinks.`
    : `${profile.vendor} did not complete its handshake. Bring it near, and close other apps that use it.`;
