import { monotonic } from '#libs/domain';
import {
  type Advertisement,
  type BleCentral,
  type MachineClock,
  type ProfileStore,
  type ProfileSummary,
} from '../ports/index.js';

/** One advertiser heard during a scan. */
export interface Heard {
  readonly advertisement: Advertisement;
  /** The profile the hub would take, null for a device it does not know. */
  readonly profile: ProfileSummary | null;
}

/** Longest scan that may be asked for, s. */
export const MAX_SCAN_S = 60;

/** Listens for `seconds` on every radio and tells the newest of each address, strongest first. */
export async function scanFor(
  seconds: number,
  ports: {
    readonly radios: readonly BleCentral[];
    readonly profiles: ProfileStore;
    readonly machineClock: MachineClock;
  },
): Promise<readonly Heard[]> {
  const heard = new Map<string, Advertisement>();
  const undo = ports.radios.map((radio) => radio.onAdvertisement((each) => heard.set(each.address, each)));
  const until = monotonic(ports.machineClock.monotonicMs() + Math.min(seconds, MAX_SCAN_S) * 1_000);
  await new Promise<void>((resolve) => ports.machineClock.at(until, resolve));
  for (const stop of undo) stop();
  return [...heard.values()]
    .sort((a, b) => b.rssiDbm - a.rssiDbm)
    .map((advertisement) => ({ advertisement, profile: ports.profiles.match(advertisement)[0] ?? null }));
}
