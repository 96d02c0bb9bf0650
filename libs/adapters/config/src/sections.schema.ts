import { MODES, REMOTE_COMMANDS } from '#libs/domain';
import { z } from 'zod';
import { address, dayRange, heightMm, id, shownName, topicLevels, weekHours, whole } from './fields.schema.js';

/** A pair of numbers that must be in order. Runs whenever both are numbers, so that every fault of a file shows at once. */
function ordered<T extends z.ZodObject>(schema: T, low: string, high: string, strict = false): T {
  const pair = (value: unknown): [unknown, unknown] => {
    const record = (value ?? {}) as Record<string, unknown>;
    return [record[low], record[high]];
  };
  return schema.superRefine(
    (value, context) => {
      const [from, to] = pair(value) as [number, number];
      if (strict ? from < to : from <= to) return;
      context.addIssue({
        code: 'custom',
        path: [low],
        message: `${low} ${from} is ${from === to ? 'not below' : 'above'} ${high} ${to}`,
        params: { fix: `Make ${low} ${strict ? 'smaller than' : 'at most'} ${high}; a key left out has its default.` },
      });
    },
    { when: (payload) => pair(payload.value).every((side) => typeof side === 'number') },
  );
}

const limitPair = (soft: z.ZodDefault<z.ZodNumber>, hard: z.ZodDefault<z.ZodNumber>) =>
  ordered(
    z.strictObject({
      soft_min: soft.describe('Minutes after which a natural break is used for a prompt.'),
      hard_min: hard.describe('Minutes after which a prompt comes in any case.'),
    }),
    'soft_min',
    'hard_min',
  ).prefault({});

export const hub = z.strictObject({
  id: id.default('home').describe('Part of every MQTT topic and unique id: never change it.'),
  name: shownName.default('Stance').describe('Shown to people.'),
});

export const radio = z.strictObject({
  id,
  kind: z.enum(['noble', 'stoprocent']).default('noble').describe('Which Bluetooth library drives the radio.'),
  adapter: whole(0, 15, 0).describe('Number of the adapter: 0 is hci0.'),
});

export const mqtt = z.strictObject({
  url: z
    .url({ protocol: /^mqtts?$/, error: 'Write mqtt://host:1883 or mqtts://host:8883.' })
    .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
      error: 'the address carries a user or password',
      params: { fix: 'Move them to username and password_file: the address is shown in logs.' },
    })
    .describe('Address of the broker, without user and password.'),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional().describe('Better not here: use password_file or password_env.'),
  password_file: z.string().min(1).optional().describe('File that holds only the password, relative to this file.'),
  password_env: z.string().min(1).optional().describe('Name of the environment variable that holds the password.'),
  base: topicLevels.default('stance').describe('First level of all topics of the hub.'),
  discovery_prefix: topicLevels.default('homeassistant').describe('Where Home Assistant looks for devices.'),
  accept_bare_motion: z
    .boolean()
    .default(false)
    .describe('Accept motion commands that do not tell when they were made.'),
  publish_min_interval_ms: whole(0, 10_000, 250).describe('Shortest time between two states of one thing.'),
});

const noGo = ordered(z.strictObject({ from_mm: heightMm, to_mm: heightMm }), 'from_mm', 'to_mm', true);

export const desk = z.strictObject({
  id,
  name: shownName,
  profile: id.describe('Id of a device profile: `linak-dpg`.'),
  address,
  limits: ordered(z.strictObject({ min_mm: heightMm, max_mm: heightMm }), 'min_mm', 'max_mm', true)
    .optional()
    .describe('Lowest and highest height the hub may move to, inside what the desk itself allows.'),
  no_go: z.array(noGo).default([]).describe('Heights the hub must not stop at, such as a window sill.'),
  min_minutes_between_moves: whole(5, 60, 6).describe('Between two moves the coach starts.'),
});

export const band = z.strictObject({
  id,
  name: shownName,
  profile: id.describe('Id of a device profile: `infinitime`.'),
  address,
});

export const person = z.strictObject({
  id,
  name: shownName,
  desk: id.describe('Id of the desk this person works at.'),
  band: id.optional().describe('Id of the band this person wears.'),
  mode: z
    .enum(MODES)
    .default('observe')
    .describe('off, observe (says nothing), notify (never moves the desk) or confirm (moves after one tap).'),
  presets: ordered(
    z.strictObject({ sit_mm: heightMm.optional(), stand_mm: heightMm.optional() }),
    'sit_mm',
    'stand_mm',
    true,
  )
    .default({})
    .describe('Saved heights above the floor. Without both, no move is offered.'),
  working_hours: weekHours
    .default(Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, dayRange.parse('08:00-18:00')])))
    .describe('Prompts come only in these. Days not named are free; left out: Monday to Friday 08:00-18:00.'),
  quiet_hours: weekHours.default({}).describe('No prompts in these. A range belongs to the day it starts on.'),
  sit: limitPair(whole(15, 55, 28), whole(20, 60, 30)).describe('How long to sit.'),
  stand: limitPair(whole(3, 40, 18), whole(5, 45, 22)).describe('How long to stand.'),
  still: limitPair(whole(20, 60, 50), whole(30, 60, 60)).describe('How long to go without a walk.'),
  walk: z
    .strictObject({
      reprompt_min: whole(10, 60, 30).describe('Minutes before a walk is asked for again.'),
      piggyback_from_still_min: whole(10, 60, 30).describe(
        'From this many minutes without a walk a posture prompt also asks for one.',
      ),
    })
    .prefault({}),
  presence: ordered(
    z.strictObject({
      leave_dbm: whole(-110, -30, -80).describe('Weaker than this: gone from the desk.'),
      enter_dbm: whole(-110, -30, -70).describe('Stronger than this: at the desk.'),
    }),
    'leave_dbm',
    'enter_dbm',
    true,
  )
    .prefault({})
    .describe('Signal strength of the own band at the desk.'),
  prompts: z
    .strictObject({ per_hour_max: whole(1, 8, 6), per_day_max: whole(4, 40, 24) })
    .prefault({})
    .describe('At most so many prompts.'),
  reprompt_min: whole(4, 20, 5).describe('Minutes before an ignored prompt is repeated.'),
  settle_after_return_s: whole(30, 300, 60).describe('Seconds of peace after coming back to the desk.'),
});

export const commands = z.strictObject({
  remote: z
    .enum(REMOTE_COMMANDS)
    .default('attended')
    .describe('Motion commands from afar: attended (somebody must be at the desk), open (moves when told) or off.'),
});
