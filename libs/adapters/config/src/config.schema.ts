import { z } from 'zod';
import { wallTime, whole } from './fields.schema.js';
import { band, commands, desk, hub, mqtt, person, radio } from './sections.schema.js';

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The one source of types, defaults, validation, JSON Schema and docs/configuration.md. Unknown keys are refused. */
export const configSchema = z.strictObject({
  config_version: z.literal(1).describe('Format of this file.'),
  hub: hub.prefault({}),
  time_zone: z
    .string()
    .refine(isTimeZone, {
      error: 'no such time zone',
      params: { fix: 'Write an IANA name, such as Europe/Berlin.' },
    })
    .optional()
    .describe('IANA name such as Europe/Berlin; left out, that of the machine, unless it only says UTC.'),
  units: z.enum(['mm', 'cm', 'inch']).default('cm').describe('How heights are shown.'),
  data_dir: z.string().min(1).default('./data').describe('Folder of the journal, relative to this file.'),
  publish_health: z
    .boolean()
    .default(false)
    .describe('Publish steps and heart rate too. Posture, timers, battery and link always go out.'),
  radios: z.array(radio).default([]).describe('Without one the hub runs, but hears nothing, and says so.'),
  mqtt: mqtt.optional().describe('Left out, the hub runs a small broker of its own on this machine only.'),
  http: z
    .strictObject({ port: whole(0, 65_535, 8_377).describe('On 127.0.0.1 only; 0 takes a free port.') })
    .prefault({}),
  commands: commands.prefault({}),
  desks: z.array(desk).default([]),
  bands: z.array(band).default([]),
  persons: z.array(person).default([]),
  day_starts_at: wallTime.default('04:00').describe('Local time at which a new day is counted.'),
});

/** A file that passed, defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>;
