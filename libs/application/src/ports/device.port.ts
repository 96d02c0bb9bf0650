import { type MoveOutcome, type Observation, type Stamp } from '#libs/domain';
import { type Advertisement, type BleLink, type SessionSpec } from './ble.port.js';
import { type Undo } from './clock.port.js';

/** Range a desk reports for itself, mm above the floor. */
export interface DeskLimits {
  readonly minMm: number;
  readonly maxMm: number;
}

/** Where a running move stands; at least twice a second while it lasts. */
export interface MoveProgress {
  readonly heightMm: number;
  readonly targetMm: number;
  /** Estimated seconds to rest, from this desk's own speed. */
  readonly remainingS: number;
}

/** A device whose session handshake is complete on one link. It ends with the link and is never revived. */
export interface DeviceSession {
  /** Firmware version as the device tells it; absent or null when it does not. */
  readonly firmware?: string | null;
  onObservation(listener: (observation: Observation, at: Stamp) => void): Undo;
  /** Reads the link's RSSI, which is reported as an observation too. */
  readRssi(): Promise<number>;
  close(): Promise<void>;
}

/** A desk that can be driven. */
export interface DeskSession extends DeviceSession {
  readonly kind: 'desk';
  /** Read on this link during the handshake. */
  readonly limits: DeskLimits;
  /** Reads the height from the desk now; also reported as an observation. */
  readHeight(): Promise<number>;
  /** Drives to the height and reads it again at rest. Aborting the signal stops the desk and ends as `cancelled`. */
  moveTo(heightMm: number, signal: AbortSignal, onProgress?: (progress: MoveProgress) => void): Promise<MoveOutcome>;
  /** Writes the stop frames at once, whatever else is under way. */
  stop(): Promise<void>;
}

/** A band: only observes, and may carry prompts. */
export interface BandSession extends DeviceSession {
  readonly kind: 'band';
  /**
   * Puts a text before the wearer. Resolves when the band took the write. `answerable`: a call alert, whose answer comes
   * as an `alert-answer` observation within `alertWindowMs`.
   */
  showAlert(alert: { readonly title: string; readonly body: string; readonly answerable: boolean }): Promise<void>;
  readonly alertWindowMs: number;
}

/** What the hub must know of a profile without opening a device. */
export interface ProfileSummary {
  readonly id: string;
  readonly kind: 'desk' | 'band';
  readonly vendor: string;
  readonly model: string;
  readonly status: 'verified' | 'captured' | 'documented';
  /** Slowest honest speed in mm/s (desks), for the supervisor's travel limit; null for bands. */
  readonly minSpeedMmS: number | null;
}

/** The device knowledge: data in `device-profiles/`, one driver per protocol family. */
export abstract class ProfileStore {
  abstract list(): readonly ProfileSummary[];
  /** Profiles whose match rule fits the advertisement, best first. */
  abstract match(advertisement: Advertisement): readonly ProfileSummary[];
  abstract sessionSpec(profileId: string): SessionSpec;
  /** Runs the handshake of the profile's family on a fresh link. Rejects with `device.*` errors. */
  abstract open(profileId: string, link: BleLink): Promise<DeskSession | BandSession>;
}
