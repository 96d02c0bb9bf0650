import { OFFLINE, ONLINE } from '../payload.js';
import { type Kind, specOf, type Template, templateOf, type TopicSpec } from '../topic-map.js';
import { type Desk, type AnyPart } from './parts.js';

/** Home Assistant's JSON, as it goes on the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** What a component needs to know beside its part. */
export interface Context {
  readonly kind: Kind;
  readonly id: string;
  readonly hubId: string;
  readonly deviceName: string;
  readonly units: 'mm' | 'cm' | 'inch';
  readonly limits: Desk['limits'];
  /** Full topic of a template for this device. */
  readonly topic: (template: Template) => string;
  /** Availability of entities that work without the device. */
  readonly hubAvailability: readonly Json[];
}

/** mm in one unit, its name in Home Assistant, and how many decimals of it a person sees. */
const UNITS = {
  mm: { mm: 1, name: 'mm', decimals: 0 },
  cm: { mm: 10, name: 'cm', decimals: 1 },
  inch: { mm: 25.4, name: 'in', decimals: 1 },
} as const;

const CREATED = '"created": {{ now().timestamp() }} }';

/** One component of a device document. Key order is fixed, so an unchanged document stays the same byte for byte. */
export const component = (part: AnyPart, context: Context): Json => {
  const state = part.state === undefined ? null : lookUp(context.kind, part.state);
  const command = part.command === undefined ? null : lookUp(context.kind, part.command);
  const uniqueId = `stance_${context.hubId}_${context.kind}_${context.id}_${part.key}`;
  return {
    platform: part.platform,
    unique_id: uniqueId,
    name: part.name,
    default_entity_id: `${part.platform}.${slug(context.deviceName, context.id)}_${part.key.replaceAll('-', '_')}`,
    ...(state && { state_topic: context.topic(state), ...read(part, specOf(state), context) }),
    ...(command && { command_topic: context.topic(command), ...written(specOf(command), context) }),
    ...part.more,
    ...(part.withoutDevice && { availability: context.hubAvailability }),
  };
};

const lookUp = (kind: Kind, property: string): Template => {
  const template = templateOf(kind, property);
  // Unreachable: parts name their topics by type.
  if (template === null) throw new TypeError(`no topic ${kind}/${property}`);
  return template;
};

/** `Höhentisch (simulated)` → `hohentisch_simulated`. Only a wish for the entity id, so names may be in it. */
const slug = (name: string, fallback: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '') || fallback.replaceAll('-', '_');

/** Keys that follow from what the state topic carries. */
const read = (part: AnyPart, spec: TopicSpec, context: Context): Json => {
  switch (spec.payload) {
    case 'word':
      return { ...(part.platform === 'sensor' && { device_class: 'enum' }), options: optionsOf(spec) };
    case 'timestamp':
      return { device_class: 'timestamp' };
    case 'availability':
      return { payload_on: ONLINE, payload_off: OFFLINE };
    case 'millimetres':
      return height(part, context);
    default:
      return {};
  }
};

const optionsOf = (spec: TopicSpec): readonly string[] => (spec.words ?? []).filter((word) => word !== 'unknown');

const height = (part: AnyPart, { units, limits }: Context): Json => {
  const unit = UNITS[units];
  const shown = (mm: number): number => Number((mm / unit.mm).toFixed(unit.decimals));
  return {
    device_class: 'distance',
    unit_of_measurement: unit.name,
    ...(part.platform === 'sensor' && { suggested_display_precision: unit.decimals }),
    ...(part.platform === 'number' &&
      limits && { min: shown(limits.minMm), max: shown(limits.maxMm), step: unit.decimals === 0 ? 1 : 0.1 }),
    // Always a template: Home Assistant 2026.11 keeps the old one of a sensor whose new document has none.
    value_template:
      unit.mm === 1
        ? '{{ value }}'
        : `{{ value if value == 'None' else (value | float / ${String(unit.mm)}) | round(${String(unit.decimals)}) }}`,
  };
};

/** Commands that can move furniture carry the second they were made in, written by Home Assistant itself. */
const written = (spec: TopicSpec, context: Context): Json => {
  switch (spec.payload) {
    case 'height-command':
      return { command_template: `{"value": ${millimetres(context)}, ${CREATED}` };
    case 'preset-command':
    case 'confirm-command':
      return { command_template: `{"value": {{ value | to_json }}, ${CREATED}` };
    default:
      return {};
  }
};

/** Rounding a limit to the shown unit may step over it by half a digit: the command is cut back to the range. */
const millimetres = ({ units, limits }: Context): string => {
  const factor = UNITS[units].mm;
  if (factor === 1 || limits === null) return '{{ value }}';
  const mm = `(value * ${String(factor)}) | round | int`;
  return `{{ [[${mm}, ${String(limits.minMm)}] | max, ${String(limits.maxMm)}] | min }}`;
};
