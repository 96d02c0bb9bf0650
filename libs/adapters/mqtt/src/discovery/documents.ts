import { type Household } from '#libs/application';
import { type MqttOptions } from '../mqtt-options.js';
import { isHealth, type Kind, type Template, templateOf } from '../topic-map.js';
import { type Topics } from '../topics.js';
import { component, type Context, type Json } from './component.js';
import { BAND_PARTS, deskParts, HUB_PARTS, type AnyPart, PERSON_PARTS } from './parts.js';

type Settings = Pick<MqttOptions, 'discoveryPrefix' | 'publishHealth' | 'units'>;

/** A device of the household, reduced to what every document says about it. */
interface Device {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly address?: string | null;
  readonly limits?: Context['limits'];
  readonly parts: readonly AnyPart[];
}

/** Discovery topic of one device. */
export const documentTopic = (prefix: string, hubId: string, kind: Kind, id: string): string =>
  `${prefix}/device/${objectId(hubId, kind, id)}/config`;

/**
 * The device documents of a household by topic, the hub's own first: Home Assistant makes a placeholder of a
 * `via_device` that it does not know yet.
 */
export const documents = (household: Household, topics: Topics, settings: Settings): ReadonlyMap<string, string> =>
  new Map(
    devicesOf(household).map((device) => [
      documentTopic(settings.discoveryPrefix, household.hub.id, device.kind, device.id),
      JSON.stringify(document(device, household, topics, settings)),
    ]),
  );

const objectId = (hubId: string, kind: Kind, id: string): string =>
  kind === 'hub' ? `stance_${hubId}_hub` : `stance_${hubId}_${kind}_${id}`;

const devicesOf = ({ hub, desks, bands, persons }: Household): readonly Device[] => [
  { kind: 'hub', id: hub.id, name: hub.name, vendor: 'Stance', model: 'Hub', parts: HUB_PARTS },
  ...desks.map((desk) => ({ kind: 'desk', ...desk, parts: deskParts(desk) }) as const),
  ...bands.map((band) => ({ kind: 'band', ...band, parts: BAND_PARTS }) as const),
  ...persons.map(
    ({ id, name }) => ({ kind: 'person', id, name, vendor: 'Stance', model: 'Person', parts: PERSON_PARTS }) as const,
  ),
];

const document = (device: Device, household: Household, topics: Topics, settings: Settings): Json => {
  const { kind, id } = device;
  const hubId = household.hub.id;
  const hubAvailability = [{ topic: topics.status }];
  const context: Context = {
    kind,
    id,
    hubId,
    deviceName: device.name,
    units: settings.units,
    limits: device.limits ?? null,
    topic: (template) => topics.fill(template, id),
    hubAvailability,
  };
  return {
    device: deviceBlock(device, household),
    origin: { name: 'Stance', sw_version: household.hub.version },
    availability: [...hubAvailability, ...(hasStatus(kind) ? [{ topic: topics.of(kind, id, 'status') }] : [])],
    // Home Assistant's default is `latest`: a late "online" of one topic would hide the other's "offline".
    availability_mode: 'all',
    components: Object.fromEntries(
      device.parts.map((part) => [
        part.key,
        // The removal form: a key that is merely missing would stay in Home Assistant for ever.
        !settings.publishHealth && isHealthPart(kind, part) ? { platform: part.platform } : component(part, context),
      ]),
    ),
  };
};

/** A person and the hub have no link of their own: the hub's status is theirs. */
export const hasStatus = (kind: Kind): kind is 'desk' | 'band' => kind === 'desk' || kind === 'band';

const isHealthPart = (kind: Kind, part: AnyPart): boolean => {
  const template: Template | null = part.state === undefined ? null : templateOf(kind, part.state);
  return template !== null && isHealth(template);
};

const deviceBlock = ({ kind, id, name, vendor, model, address }: Device, { hub }: Household): Json => ({
  identifiers: [objectId(hub.id, kind, id)],
  ...(address && { connections: [['bluetooth', address.toUpperCase()]] }),
  name,
  manufacturer: vendor,
  model,
  ...(kind === 'hub' ? { sw_version: hub.version } : { via_device: objectId(hub.id, 'hub', hub.id) }),
});
