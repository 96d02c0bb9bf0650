import { type Household } from '#libs/application';
import { type Kind, type PropertyOf } from '../topic-map.js';

export type Desk = Household['desks'][number];
type Platform = 'sensor' | 'binary_sensor' | 'number' | 'select' | 'button' | 'event';
type StateOf<K extends Kind> = Exclude<PropertyOf<K>, `${string}/set`>;
type CommandOf<K extends Kind> = Extract<PropertyOf<K>, `${string}/set`>;

/** One entity of a device: what the topic map does not already say about it. */
export interface Part<K extends Kind> {
  /** Component key and last word of the unique id. Stable for life, never used again for another platform. */
  readonly key: string;
  readonly platform: Platform;
  /** Shown after the device's name. */
  readonly name: string;
  readonly state?: StateOf<K>;
  readonly command?: CommandOf<K>;
  /** Keys of Home Assistant's own schema, as they are. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Usable while the device is away: depends on the hub only. */
  readonly withoutDevice?: true;
}

const DIAGNOSTIC = { entity_category: 'diagnostic' } as const;
const MEASURED = { state_class: 'measurement' } as const;
const SECONDS = { device_class: 'duration', unit_of_measurement: 's', suggested_display_precision: 0 } as const;

/** A part of whichever kind. */
export type AnyPart = { readonly [K in Kind]: Part<K> }[Kind];

/** Default length of the snooze button, minutes. Other lengths go to `snooze/set` as a number. */
const SNOOZE_MINUTES = 30;

/** A sensor, key and topic of the same name. */
const sensor = <K extends Kind>(key: StateOf<K> & string, name: string, more: AnyPart['more'] = {}): Part<K> => ({
  key,
  platform: 'sensor',
  name,
  state: key,
  more,
});

/** The one entity that must be able to say "disconnected", so the device's own status may not grey it out. */
const link = <K extends 'desk' | 'band'>(): Part<K> => ({
  key: 'link',
  platform: 'binary_sensor',
  name: 'Bluetooth',
  state: 'status' as StateOf<K>,
  more: { device_class: 'connectivity', ...DIAGNOSTIC },
  withoutDevice: true,
});

const event = <K extends Kind>(name: string, types: readonly string[]): Part<K> => ({
  key: 'event',
  platform: 'event',
  name,
  state: 'event' as StateOf<K>,
  more: { event_types: types },
});

export const HUB_PARTS: readonly Part<'hub'>[] = [
  sensor('version', 'Version', DIAGNOSTIC),
  {
    key: 'radio',
    platform: 'binary_sensor',
    name: 'Bluetooth radio',
    state: 'radio',
    more: { device_class: 'connectivity', ...DIAGNOSTIC },
  },
  sensor('radio-state', 'Radio state', DIAGNOSTIC),
  sensor('radio-problem', 'Radio problem', DIAGNOSTIC),
  event('Notice', ['command-refused']),
];

/** The target needs the desk's range and the preset list its presets: without them Home Assistant would refuse states. */
export const deskParts = (desk: Desk): readonly Part<'desk'>[] => [
  sensor('height', 'Height', MEASURED),
  ...(desk.limits === null
    ? []
    : [
        {
          key: 'target',
          platform: 'number',
          name: 'Target height',
          state: 'target',
          command: 'target/set',
          more: { mode: 'box' },
        } as const,
      ]),
  ...(presetOptions(desk).length === 0
    ? []
    : [
        {
          key: 'preset',
          platform: 'select',
          name: 'Preset',
          state: 'preset',
          command: 'preset/set',
          more: { options: presetOptions(desk) },
        } as const,
      ]),
  { key: 'stop', platform: 'button', name: 'Stop', command: 'stop/set' },
  { key: 'moving', platform: 'binary_sensor', name: 'Moving', state: 'moving', more: { device_class: 'moving' } },
  sensor('motion', 'Motion'),
  {
    key: 'problem',
    platform: 'binary_sensor',
    name: 'Locked out',
    state: 'problem',
    more: { device_class: 'problem' },
  },
  sensor('last-result', 'Last move'),
  sensor('remaining', 'Time to rest', { ...SECONDS, ...MEASURED }),
  sensor('speed', 'Speed', {
    device_class: 'speed',
    unit_of_measurement: 'mm/s',
    ...MEASURED,
    enabled_by_default: false,
  }),
  sensor('guards', 'Held back by', DIAGNOSTIC),
  event('Desk event', ['move-started', 'move-ended', 'moved-by-hand', 'command-refused']),
  link(),
];

/** A select takes the word none, in any case, as "unknown": it cannot be a choice. */
const presetOptions = (desk: Desk): readonly string[] =>
  desk.presets.filter((preset) => preset.toLowerCase() !== 'none');

export const BAND_PARTS: readonly Part<'band'>[] = [
  sensor('battery', 'Battery', { device_class: 'battery', unit_of_measurement: '%', ...MEASURED, ...DIAGNOSTIC }),
  sensor('rssi', 'Signal strength', {
    device_class: 'signal_strength',
    unit_of_measurement: 'dBm',
    ...MEASURED,
    ...DIAGNOSTIC,
    enabled_by_default: false,
  }),
  sensor('last-seen', 'Last seen', DIAGNOSTIC),
  sensor('steps', 'Steps', { state_class: 'total_increasing', unit_of_measurement: 'steps' }),
  sensor('heart-rate', 'Heart rate', { unit_of_measurement: 'bpm', ...MEASURED }),
  link(),
];

const today = (key: `${string}-today` & StateOf<'person'>, name: string): Part<'person'> =>
  sensor(key, name, { ...SECONDS, state_class: 'total_increasing' });

export const PERSON_PARTS: readonly Part<'person'>[] = [
  {
    key: 'posture',
    platform: 'sensor',
    name: 'Posture',
    state: 'posture',
    // An option "unknown" would be taken for Home Assistant's own: the topic says it, the template turns it into none.
    more: { value_template: "{{ None if value == 'unknown' else value }}" },
  },
  sensor('confidence', 'Confidence', { unit_of_measurement: '%', ...MEASURED, ...DIAGNOSTIC }),
  sensor('reasons', 'Reasons', DIAGNOSTIC),
  sensor('dwell', 'In this posture', { ...SECONDS, ...MEASURED }),
  sensor('sit-clock', 'Sitting clock', { ...SECONDS, ...MEASURED }),
  sensor('stand-clock', 'Standing clock', { ...SECONDS, ...MEASURED }),
  sensor('still-clock', 'Stillness clock', { ...SECONDS, ...MEASURED }),
  today('sitting-today', 'Sitting today'),
  today('standing-today', 'Standing today'),
  today('moving-today', 'Moving today'),
  today('lying-today', 'Lying today'),
  today('away-today', 'Away today'),
  today('unknown-today', 'Unknown today'),
  sensor('changes-today', 'Changes today', { state_class: 'total_increasing', unit_of_measurement: 'changes' }),
  sensor('next-change', 'Next change'),
  sensor('prompt', 'Prompt'),
  sensor('snoozed-until', 'Snoozed until'),
  sensor('guards', 'Held back by', DIAGNOSTIC),
  { key: 'mode', platform: 'select', name: 'Mode', state: 'mode', command: 'mode/set' },
  { key: 'confirm', platform: 'button', name: 'Confirm', command: 'confirm/set', more: { payload_press: 'confirm' } },
  { key: 'later', platform: 'button', name: 'Later', command: 'later/set', more: { payload_press: 'later' } },
  {
    key: 'snooze',
    platform: 'button',
    name: `Snooze ${String(SNOOZE_MINUTES)} min`,
    command: 'snooze/set',
    more: { payload_press: String(SNOOZE_MINUTES) },
  },
  event('Prompt event', ['prompt-issued', 'prompt-closed']),
];
