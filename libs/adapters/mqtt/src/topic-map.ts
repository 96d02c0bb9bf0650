import { MODES, MOTION_STATES, MOVE_OUTCOMES, POSTURES, PROMPT_KINDS } from '#libs/domain';

/** What a topic's payload is, and with it how a value becomes text (payload.ts) and how Home Assistant reads it. */
export type PayloadKind =
  | 'availability'
  | 'on-off'
  | 'millimetres'
  | 'number'
  | 'timestamp'
  | 'text'
  | 'word'
  | 'event'
  | 'document'
  | 'height-command'
  | 'preset-command'
  | 'confirm-command'
  | 'press-command'
  | 'minutes-command'
  | 'mode-command'
  | 'birth';

/**
 * How often a value may go out: `live` at most every `publishMinIntervalMs`, `slow` at most every 10 s. Its last value
 * always does, and a changed word of the same thing takes it along at once. Others go out on each change.
 */
export type Pace = 'live' | 'slow';

/** One line of the topic map. */
export interface TopicSpec {
  readonly payload: PayloadKind;
  /** The closed list of a `word`. */
  readonly words?: readonly string[];
  readonly retained: boolean;
  readonly qos: 0 | 1;
  /** `out`: the hub publishes; `in`: the hub subscribes. */
  readonly direction: 'out' | 'in';
  readonly pace?: Pace;
  /** A stop is delivered even where the broker kept it. */
  readonly evenRetained?: true;
  readonly note: string;
}

const OUT = { direction: 'out', retained: true } as const;

/** A retained state. What changes by itself many times a minute goes at QoS 0: the next value repairs a lost one. */
const state = <K extends PayloadKind>(payload: K, note: string, pace?: Pace) =>
  ({ payload, note, ...OUT, qos: pace === undefined ? 1 : 0, ...(pace && { pace }) }) as const;
const word = <const W extends string>(words: readonly W[], note: string) =>
  ({ payload: 'word', words, note, ...OUT, qos: 1 }) as const;
const availability = (note: string) => ({ payload: 'availability', note, ...OUT, qos: 1 }) as const;
const events = (note: string) => ({ payload: 'event', note, ...OUT, retained: false, qos: 1 }) as const;
/** QoS 0, never retained: a broker must not keep a movement for a hub that is away (docs/safety.md, "Commands"). */
const command = <K extends PayloadKind>(payload: K, note: string) =>
  ({ payload, note, direction: 'in', retained: false, qos: 0 }) as const;

export const PROMPT_STATES = [...PROMPT_KINDS, 'no-prompt'] as const;

/**
 * The one list of everything on the wire. Builders, subscriptions, the command parser, the discovery documents and the
 * table in docs/mqtt.md derive from it.
 */
export const TOPIC_MAP = {
  '<base>/<hub>/status': availability('The hub itself; `offline` is its last will'),
  '<prefix>/device/<object>/config': { payload: 'document', ...OUT, qos: 1, note: 'Discovery document of one device' },
  '<status>': { payload: 'birth', direction: 'in', retained: false, qos: 0, note: 'Home Assistant says it is up' },

  '<base>/<hub>/hub/<id>/version': state('text', 'Version of Stance'),
  '<base>/<hub>/hub/<id>/radio': state('on-off', 'Bluetooth radio usable'),
  '<base>/<hub>/hub/<id>/radio-state': state('text', 'State of the radio'),
  '<base>/<hub>/hub/<id>/radio-problem': state('text', 'Why the radio is not usable'),
  '<base>/<hub>/hub/<id>/event': events('A command that concerns no known desk was refused'),

  '<base>/<hub>/desk/<id>/status': availability('Bluetooth link usable'),
  '<base>/<hub>/desk/<id>/height': state('millimetres', 'Height above the floor', 'live'),
  '<base>/<hub>/desk/<id>/speed': state('number', 'Speed in mm/s, positive up', 'live'),
  '<base>/<hub>/desk/<id>/target': state('millimetres', 'Target of the running move; at rest the height', 'live'),
  '<base>/<hub>/desk/<id>/target/set': command('height-command', 'Move to a height in mm'),
  '<base>/<hub>/desk/<id>/remaining': state('number', 'Estimated seconds to rest', 'live'),
  '<base>/<hub>/desk/<id>/preset': state('text', 'Saved preset the desk stands at'),
  '<base>/<hub>/desk/<id>/preset/set': command('preset-command', 'Move to a preset'),
  '<base>/<hub>/desk/<id>/stop/set': {
    ...command('press-command', 'Stop now: any payload, any age, retained or not'),
    evenRetained: true,
  },
  '<base>/<hub>/desk/<id>/moving': state('on-off', 'Desk in motion'),
  '<base>/<hub>/desk/<id>/motion': word(MOTION_STATES, 'Motion state'),
  '<base>/<hub>/desk/<id>/problem': state('on-off', 'Locked out: unlock at the desk or by CLI'),
  '<base>/<hub>/desk/<id>/last-result': word(MOVE_OUTCOMES, 'How the last move ended'),
  '<base>/<hub>/desk/<id>/guards': state('text', 'Why the last request was refused'),
  '<base>/<hub>/desk/<id>/event': events('Moves, hand moves and refused commands'),

  '<base>/<hub>/band/<id>/status': availability('Bluetooth link usable'),
  '<base>/<hub>/band/<id>/battery': state('number', 'Battery in percent'),
  '<base>/<hub>/band/<id>/rssi': state('number', 'Signal strength in dBm', 'slow'),
  '<base>/<hub>/band/<id>/last-seen': state('timestamp', 'Last notification', 'slow'),
  '<base>/<hub>/health/band/<id>/steps': state('number', 'Step counter; only with `publish_health`', 'slow'),
  '<base>/<hub>/health/band/<id>/heart-rate': state('number', 'Beats per minute; only with `publish_health`', 'slow'),

  '<base>/<hub>/person/<id>/posture': word(POSTURES, 'Posture'),
  '<base>/<hub>/person/<id>/confidence': state('number', 'Confidence in percent', 'slow'),
  '<base>/<hub>/person/<id>/reasons': state('text', 'What the estimate rests on', 'slow'),
  '<base>/<hub>/person/<id>/dwell': state('number', 'Seconds in the present posture', 'slow'),
  '<base>/<hub>/person/<id>/sit-clock': state('number', 'Sitting clock in seconds', 'slow'),
  '<base>/<hub>/person/<id>/stand-clock': state('number', 'Standing clock in seconds', 'slow'),
  '<base>/<hub>/person/<id>/still-clock': state('number', 'Stillness clock in seconds', 'slow'),
  '<base>/<hub>/person/<id>/sitting-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/standing-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/moving-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/lying-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/away-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/unknown-today': state('number', 'Seconds of the tracked day', 'slow'),
  '<base>/<hub>/person/<id>/changes-today': state('number', 'Posture changes of the tracked day'),
  '<base>/<hub>/person/<id>/next-change': state('timestamp', 'When the next prompt is due', 'slow'),
  '<base>/<hub>/person/<id>/prompt': word(PROMPT_STATES, 'Open prompt'),
  '<base>/<hub>/person/<id>/snoozed-until': state('timestamp', 'End of the snooze'),
  '<base>/<hub>/person/<id>/guards': state('text', 'Why nothing is prompted'),
  '<base>/<hub>/person/<id>/mode': word(MODES, 'Mode'),
  '<base>/<hub>/person/<id>/mode/set': command('mode-command', 'Lower the mode'),
  '<base>/<hub>/person/<id>/confirm/set': command('confirm-command', 'Accept the open prompt; this may start a move'),
  '<base>/<hub>/person/<id>/later/set': command('press-command', 'Put the open prompt off'),
  '<base>/<hub>/person/<id>/snooze/set': command('minutes-command', 'No prompts for some minutes'),
  '<base>/<hub>/person/<id>/event': events('Prompts issued and closed'),
} as const satisfies Readonly<Record<string, TopicSpec>>;

export type TopicMap = typeof TOPIC_MAP;
export type Template = keyof TopicMap;
export type Kind = 'hub' | 'desk' | 'band' | 'person';

/** Last levels of a kind's topics: `height`, `target`, `target/set` … */
export type PropertyOf<K extends Kind> = Template extends infer T
  ? T extends `<base>/<hub>/${K}/<id>/${infer P}`
    ? P
    : T extends `<base>/<hub>/health/${K}/<id>/${infer P}`
      ? P
      : never
  : never;

/** The template of one property, health subtree or not. */
export type TemplateOf<K extends Kind, P extends string> = Extract<
  Template,
  `<base>/<hub>/${K}/<id>/${P}` | `<base>/<hub>/health/${K}/<id>/${P}`
>;

const HEALTH = '<base>/<hub>/health/';

export const templateOf = (kind: Kind, property: string): Template | null => {
  const plain = `<base>/<hub>/${kind}/<id>/${property}`;
  const health = `${HEALTH}${kind}/<id>/${property}`;
  return isTemplate(plain) ? plain : isTemplate(health) ? health : null;
};

/** Templates of a kind in the order of the map, with their property. */
export const templatesOf = (kind: Kind): readonly (readonly [property: string, template: Template])[] =>
  TEMPLATES.flatMap((template) => {
    const rest = [`<base>/<hub>/${kind}/<id>/`, `${HEALTH}${kind}/<id>/`].find((start) => template.startsWith(start));
    return rest === undefined ? [] : [[template.slice(rest.length), template] as const];
  });

/** Whether the topic lies in the subtree that is only written with `publishHealth`. */
export const isHealth = (template: Template): boolean => template.startsWith(HEALTH);

export const isTemplate = (value: string): value is Template => Object.hasOwn(TOPIC_MAP, value);
export const TEMPLATES = Object.keys(TOPIC_MAP).filter(isTemplate);
export const specOf = (template: Template): TopicSpec => TOPIC_MAP[template];
