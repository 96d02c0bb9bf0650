import { createHash } from 'node:crypto';
import { type CommandAge, type HomeCommand } from '#libs/application';
import { deskId, epoch, type EpochMs, type Mode, MODES, personId, SECOND_MS } from '#libs/domain';
import { type TopicSpec } from './topic-map.js';
import { type Address } from './topics.js';

/** A command as it came in. */
export interface Message {
  readonly topic: string;
  readonly address: Address;
  readonly spec: TopicSpec;
  readonly payload: Uint8Array;
  readonly retained: boolean;
  readonly at: EpochMs;
  /** Number of the message in this run: tells two equal bare commands of one millisecond apart. */
  readonly sequence: number;
}

/** What the parser made of it: the command, and by how many ms the sender's clock is ahead where that matters. */
export type Parsed =
  | { readonly ok: true; readonly command: HomeCommand; readonly skewMs: number | null }
  | { readonly ok: false; readonly reason: string };

/**
 * Longest difference between `created` and our clock that counts as fresh (docs/mqtt.md, "Commands"). The supervisor
 * refuses what is older; what is from the future is as untrustworthy and gets its distance as age.
 */
export const FRESH_MS = 10 * SECOND_MS;

/** No command of the map is longer; more is not even parsed. */
const LONGEST_PAYLOAD = 1024;
const LONGEST_SNOOZE_MIN = 12 * 60;
const PLAIN_NUMBER = /^-?\d{1,9}(\.\d{1,9})?$/;

/**
 * One command payload. Broken ones come back as a reason in words, never as an exception.
 * @param acceptBareMotion a movement command without `created` counts as made now.
 */
export const parseCommand = (message: Message, acceptBareMotion: boolean): Parsed => {
  if (message.payload.length > LONGEST_PAYLOAD) return broken(`longer than ${String(LONGEST_PAYLOAD)} bytes`);
  const text = Buffer.from(message.payload).toString('utf8').trim();
  const { spec, address } = message;
  if (spec.evenRetained) return understood({ kind: 'stop', deskId: deskId(address.id) });
  if (message.retained && !isMotion(spec)) return broken('retained: send it without the retain flag');
  return isMotion(spec) ? motion(message, text, acceptBareMotion) : plain(message, text);
};

const isMotion = (spec: TopicSpec): boolean =>
  spec.payload === 'height-command' || spec.payload === 'preset-command' || spec.payload === 'confirm-command';

const broken = (reason: string): Parsed => ({ ok: false, reason });
const understood = (command: HomeCommand, skewMs: number | null = null): Parsed => ({ ok: true, command, skewMs });

const plain = ({ spec, address }: Message, text: string): Parsed => {
  const person = personId(address.id);
  switch (spec.payload) {
    case 'mode-command':
      return isMode(text)
        ? understood({ kind: 'mode', personId: person, mode: text })
        : broken(`no mode: one of ${MODES.join(', ')}`);
    case 'minutes-command': {
      const minutes = PLAIN_NUMBER.test(text) ? Number(text) : Number.NaN;
      return minutes > 0 && minutes <= LONGEST_SNOOZE_MIN
        ? understood({ kind: 'snooze', personId: person, minutes })
        : broken(`no number of minutes from 1 to ${String(LONGEST_SNOOZE_MIN)}`);
    }
    default:
      return text === 'later' || text === 'PRESS'
        ? understood({ kind: 'later', personId: person })
        : broken('neither "later" nor "PRESS"');
  }
};

const isMode = (text: string): text is Mode => (MODES as readonly string[]).includes(text);

/** A movement command taken apart: JSON `{"value", "created", "id"?}`, or the bare value. */
interface Envelope {
  readonly value: unknown;
  readonly created: EpochMs | null;
  readonly id: string | null;
}

const motion = (message: Message, text: string, acceptBareMotion: boolean): Parsed => {
  const envelope = text.startsWith('{') ? openJson(text) : { value: bareValue(text), created: null, id: null };
  if (typeof envelope === 'string') return broken(envelope);
  const age: CommandAge = {
    commandId: envelope.id ?? fingerprint(message, text, envelope.created),
    ageMs: envelope.created === null ? (acceptBareMotion ? 0 : null) : ageOf(message.at - envelope.created),
    retained: message.retained,
  };
  const skewMs = envelope.created === null ? null : envelope.created - message.at;
  const command = motionCommand(message, envelope.value, age);
  return typeof command === 'string' ? broken(command) : understood(command, skewMs);
};

const motionCommand = ({ spec, address }: Message, value: unknown, age: CommandAge): HomeCommand | string => {
  if (spec.payload === 'height-command')
    return typeof value === 'number' && Number.isFinite(value)
      ? { kind: 'height', deskId: deskId(address.id), heightMm: value, age }
      : 'no height: a number of mm';
  if (typeof value !== 'string' || value === '') return 'no word';
  if (spec.payload === 'preset-command') return { kind: 'preset', deskId: deskId(address.id), preset: value, age };
  return value === 'confirm' ? { kind: 'confirm', personId: personId(address.id), age } : 'not the word "confirm"';
};

const bareValue = (text: string): unknown => (PLAIN_NUMBER.test(text) ? Number(text) : text);

const openJson = (text: string): Envelope | string => {
  const fields = parseObject(text);
  if (fields === null) return 'no valid JSON object';
  const { value, created, id } = fields;
  if (created !== undefined && !isEpochSeconds(created)) return '"created" is no number of seconds since 1970';
  if (id !== undefined && !isCommandId(id)) return '"id" is no text of 1 to 64 characters';
  return { value, created: created === undefined ? null : epoch(Math.round(created * SECOND_MS)), id: id ?? null };
};

const isEpochSeconds = (value: unknown): value is number => typeof value === 'number' && value > 0;
const isCommandId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 64;

const parseObject = (text: string): Readonly<Record<string, unknown>> | null => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};

/** A little ahead is a normal clock difference; far ahead says nothing about freshness and counts as that stale. */
const ageOf = (differenceMs: number): number =>
  differenceMs >= 0 ? differenceMs : -differenceMs > FRESH_MS ? -differenceMs : 0;

/** The same command sent twice has the same topic, words and second of birth; a bare one is always a new one. */
const fingerprint = ({ topic, at, sequence }: Message, text: string, created: EpochMs | null): string =>
  createHash('sha256')
    .update(JSON.stringify([topic, text, ...(created === null ? [at, sequence] : [])]))
    .digest('hex')
    .slice(0, 16);
