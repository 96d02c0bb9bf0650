import { type BandId, type DeskId, type PersonId } from './ids.js';

/** From least to most active. `auto` comes with a desk-side presence sensor, in a later capability. */
export const MODES = ['off', 'observe', 'notify', 'confirm'] as const;
export type Mode = (typeof MODES)[number];

/** Whether the first mode is less active than the second: a person may lower a mode, only the config raises it. */
export const isLowerMode = (mode: Mode, than: Mode): boolean => MODES.indexOf(mode) < MODES.indexOf(than);

/** `attended`: a command from MQTT, a phone or the CLI needs presence evidence <= 10 s; `open`: moves when told; `off`: refused. */
export const REMOTE_COMMANDS = ['attended', 'open', 'off'] as const;
export type RemoteCommands = (typeof REMOTE_COMMANDS)[number];

/** A soft and a hard limit of one clock, in minutes; soft <= hard. */
export interface Limits {
  readonly softMin: number;
  readonly hardMin: number;
}

/** RSSI thresholds of the wearer's own band at this desk, dBm; enter > leave (docs/policy.md, "Presence"). */
export interface PresencePolicy {
  readonly enterDbm: number;
  readonly leaveDbm: number;
}

/** Everything the core needs to know about one person, resolved from the config. Plain frozen data. */
export interface PersonPolicy {
  readonly personId: PersonId;
  readonly deskId: DeskId;
  readonly bandId: BandId | null;
  readonly mode: Mode;
  readonly sit: Limits;
  readonly stand: Limits & { readonly absoluteMaxMin: number };
  readonly still: Limits;
  /** Saved preset heights in mm, null until saved: no proposal without both. */
  readonly presets: { readonly sitMm: number | null; readonly standMm: number | null };
  readonly presence: PresencePolicy;
  readonly settleAfterReturnS: number;
  readonly repromptMin: number;
  readonly walkRepromptMin: number;
  readonly piggybackFromStillMin: number;
  readonly prompts: { readonly perHourMax: number; readonly perDayMax: number };
}

/** What the supervisor of one desk needs to know. */
export interface MotionPolicy {
  readonly deskId: DeskId;
  /** The household's own limits in mm, inside the desk's; null = the desk's own. */
  readonly minMm: number | null;
  readonly maxMm: number | null;
  readonly noGo: readonly { readonly fromMm: number; readonly toMm: number }[];
  readonly remoteCommands: RemoteCommands;
  readonly minMinutesBetweenMoves: number;
  /** Slowest honest speed of this desk family, mm/s: travel longer than distance / this + 5 s is stopped. */
  readonly minSpeedMmS: number;
  /** The persons who use this desk, with their saved presets: coach moves go to a preset (+-5 mm) only. */
  readonly persons: readonly PersonPolicy[];
}
