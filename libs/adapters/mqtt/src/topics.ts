import { StanceError } from '#libs/application';
import { isTemplate, type Kind, type PropertyOf, TEMPLATES, type Template, templateOf } from './topic-map.js';

/** `[a-z0-9-]`: valid for Home Assistant, Homie and every broker, and free of a person's words. */
const LEVEL = /^[a-z0-9][a-z0-9-]*$/;

/** Where a topic belongs: what it says and which device it is about (null for the hub's own status). */
export interface Address {
  readonly template: Template;
  readonly kind: Kind;
  readonly id: string;
}

/** Builders and reader of the topics of one hub. */
export interface Topics {
  /** `stance/7c1/status` */
  readonly status: string;
  /** `topics.of('desk', 'e11d2f0a', 'height')` → `stance/7c1/desk/e11d2f0a/height` */
  of<K extends Kind>(kind: K, id: string, property: PropertyOf<K>): string;
  /** The topic of a template of the map for one device. */
  fill(template: Template, id: string): string;
  /** Every command topic of the map with `+` in place of the id: what the hub subscribes to. */
  readonly commands: readonly { readonly filter: string; readonly template: Template }[];
  /** The address of a topic of this hub, null for any other topic. */
  parse(topic: string): Address | null;
  /** The whole tree of this hub. */
  readonly all: string;
}

const assertLevel = (what: string, value: string): void => {
  if (LEVEL.test(value)) return;
  throw new StanceError(
    'mqtt.bad-topic-level',
    `The ${what} "${value}" cannot be part of a topic: use a-z, 0-9 and "-".`,
    {
      owner: 'user',
    },
  );
};

/**
 * The topics of hub `hubId` below `base` (one or more levels).
 * @throws StanceError `mqtt.bad-topic-level` where hub id or base hold more than `[a-z0-9-]`.
 */
export const topics = (hubId: string, base = 'stance'): Topics => {
  assertLevel('hub id', hubId);
  for (const level of base.split('/')) assertLevel('base topic level', level);
  const root = `${base}/${hubId}`;
  const fill = (template: Template, id: string): string => template.replace('<base>/<hub>', root).replace('<id>', id);
  return {
    status: `${root}/status`,
    all: `${root}/#`,
    fill,
    of: (kind, id, property) => {
      assertLevel('id', id);
      const template = templateOf(kind, property);
      if (template === null)
        throw new StanceError('mqtt.no-such-topic', `No topic ${kind}/${property} in the topic map.`);
      return fill(template, id);
    },
    commands: TEMPLATES.filter((template) => template.endsWith('/set')).map((template) => ({
      filter: fill(template, '+'),
      template,
    })),
    parse: (topic) => parseAddress(root, topic),
  };
};

const parseAddress = (root: string, topic: string): Address | null => {
  if (!topic.startsWith(`${root}/`)) return null;
  const levels = topic.slice(root.length + 1).split('/');
  const kindAt = levels[0] === 'health' ? 1 : 0;
  const [kind, id] = [levels[kindAt], levels[kindAt + 1]];
  if (id === undefined || !LEVEL.test(id)) return null;
  const template = ['<base>/<hub>', ...levels.map((level, at) => (at === kindAt + 1 ? '<id>' : level))].join('/');
  return isTemplate(template) ? { template, kind: kind as Kind, id } : null;
};
