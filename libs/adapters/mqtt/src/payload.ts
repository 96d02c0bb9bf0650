import { type PayloadKind, type TopicMap, type Template, type TopicSpec } from './topic-map.js';

/** What Home Assistant shows as "unknown" (sensor, binary sensor, number; a select takes it in any case). */
export const UNKNOWN = 'None';
export const ONLINE = 'online';
export const OFFLINE = 'offline';

/** A longer sensor text becomes unknown in Home Assistant, with two warnings. */
const LONGEST_TEXT = 255;

interface Values {
  readonly availability: boolean;
  readonly 'on-off': boolean | null;
  readonly millimetres: number | null;
  readonly number: number | null;
  readonly timestamp: string | null;
  readonly text: string | null;
}

/** The type of the value a topic carries. */
export type ValueOf<T extends Template> = TopicMap[T] extends { readonly words: readonly (infer W)[] }
  ? W | null
  : TopicMap[T]['payload'] extends keyof Values
    ? Values[TopicMap[T]['payload']]
    : never;

export type Value = Values[keyof Values];

const numberText = (value: number, decimals: number): string =>
  // NaN is taken as a state by number entities and an error in sensors: it is an unknown value here.
  Number.isFinite(value) ? String(Number(value.toFixed(decimals))) : UNKNOWN;

/** Cut at a code point, with an ellipsis inside the limit. */
const shorten = (text: string): string =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

const ENCODE: Partial<Record<PayloadKind, (value: Value) => string>> = {
  availability: (value) => (value === true ? ONLINE : OFFLINE),
  'on-off': (value) => (value === true ? 'ON' : 'OFF'),
  millimetres: (value) => numberText(Number(value), 0),
  number: (value) => numberText(Number(value), 1),
};

/** The payload of a state. A null is `None`, never an empty payload: that would delete the retained topic. */
export const encode = (spec: TopicSpec, value: Value): string => {
  if (value === null || value === '') return UNKNOWN;
  const special = ENCODE[spec.payload];
  return special === undefined ? shorten(String(value)) : special(value);
};
