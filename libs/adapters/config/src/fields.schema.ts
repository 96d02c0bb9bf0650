import { z } from 'zod';

/** Ids are MQTT levels and journal keys: docs/glossary.md, "id". */
const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const ADDRESS = /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const RANGE = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const TOPIC_LEVELS = /^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/;

/** The message of a format check is the advice that is shown for it; the cause is told by the loader. */
export const id = z
  .string()
  .regex(ID, 'Use lower-case letters and digits, joined by single dashes, such as "home-office".')
  .max(40);

export const shownName = z.string().trim().min(1).max(60);

export const address = z
  .string()
  .regex(ADDRESS, 'Write six pairs of hex digits joined by colons, such as "e1:1d:2f:0a:33:10".')
  .toLowerCase()
  .describe('Bluetooth address. Left out, the only device in reach that matches the profile is taken.')
  .optional();

export const wallTime = z.string().regex(TIME, 'Write hours and minutes in 24 h, in quotes, such as "04:00".');

export const topicLevels = z
  .string()
  .regex(TOPIC_LEVELS, 'Use lower-case letters, digits, "_" and "-", levels joined by "/".');

/** One stretch of local wall time. An end that is not later than the start is on the next day. */
export const dayRange = z
  .string()
  .regex(RANGE, 'Write start and end in 24 h, in quotes, such as "09:00-17:00"; "22:00-06:00" crosses midnight.')
  .refine((text) => text.slice(0, 5) !== text.slice(6), {
    error: 'start and end are the same',
    params: { fix: 'Write "00:00-24:00" for the whole day, or leave the day out for none.' },
  })
  .transform((text) => ({ from: text.slice(0, 5), to: text.slice(6) === '24:00' ? '00:00' : text.slice(6) }))
  .describe('Local time, such as "09:00-17:00"; an end that is not later is on the next day.');

export const weekHours = z.strictObject({
  mon: dayRange.optional(),
  tue: dayRange.optional(),
  wed: dayRange.optional(),
  thu: dayRange.optional(),
  fri: dayRange.optional(),
  sat: dayRange.optional(),
  sun: dayRange.optional(),
});

/** A whole number within the range the policy allows (docs/policy.md, "Defaults"). */
export const whole = (min: number, max: number, byDefault: number): z.ZodDefault<z.ZodNumber> =>
  z.int().min(min).max(max).default(byDefault);

/** Height above the floor: wider than any sit-stand desk on the market, narrow enough to catch a height in cm. */
export const heightMm = z.int().min(300).max(2_000);
