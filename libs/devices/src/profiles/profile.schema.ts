import { z } from 'zod';
import { type Uuid } from '#libs/application';
import { FRAME_RULES } from './decode/frame-rules.js';

/** The Bluetooth base UUID that a 16-bit one is short for. */
const BLUETOOTH_BASE = '-0000-1000-8000-00805f9b34fb';

const id = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'kebab-case expected');
const name = z.string().regex(/^[a-z0-9]+(?:_[a-z0-9]+)*$/, 'snake_case expected');
const words = z.string().min(3);
const positive = z.number().positive();
const ms = z.int().positive();
const uuid = z
  .string('a UUID must be a quoted string')
  .regex(
    /^(?:[0-9a-f]{4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    'a UUID is 4 hex digits, or 128 bits with dashes, in lower case',
  )
  .transform((value): Uuid => (value.length === 4 ? `0000${value}${BLUETOOTH_BASE}` : value));
const pattern = z.string().refine((value) => {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}, 'not a regular expression');

const evidence = z.array(z.strictObject({ source: words, gives: words })).min(1);
const characteristics = z.record(name, z.strictObject({ service: uuid, uuid, frame: z.enum(FRAME_RULES).optional() }));

/** Peculiarities a driver knows how to live with. The list is closed: a new one needs code that honours it. */
const QUIRKS = [
  'alert-by-request-only',
  'alerts-may-be-hidden',
  'base-from-device',
  'do-not-pair',
  'needs-bond',
  'owner-before-move',
  'silent-at-rest',
  'single-central',
  'sleeps',
  'stale-motion-before-1-16',
  'steps-implausible',
  'steps-reset',
  'transient-zero-speed',
] as const;

const common = {
  id,
  vendor: words,
  model: words,
  /** `verified` on hardware by us, `captured` bytes by somebody, `documented` only. */
  status: z.enum(['verified', 'captured', 'documented']),
  families: z.array(id),
  match: z.strictObject({
    /** Any of these in the advertisement, and the name if a pattern is given. */
    service_uuids: z.array(uuid).min(1),
    name_pattern: pattern.optional(),
    /** Higher wins where two profiles fit one advertisement. */
    priority: z.int().min(0).max(100),
  }),
  session: z.strictObject({
    required: z.array(name).min(1),
    notify: z.array(name),
    connection: z.strictObject({
      min_interval_ms: z.number().min(7.5).max(4000),
      max_interval_ms: z.number().min(7.5).max(4000),
      latency: z.int().min(0).max(499),
      supervision_timeout_ms: ms.min(100).max(32_000),
    }),
  }),
  characteristics,
  /** Each with its reason. */
  quirks: z.partialRecord(z.enum(QUIRKS), words),
  evidence,
};

const desk = z.strictObject({
  ...common,
  kind: z.literal('desk'),
  driver: z.literal('linak'),
  scales: z.strictObject({ height_mm_per_count: positive, speed_mm_s_per_count: positive }),
  limits: z.strictObject({ range_mm: positive, base_min_mm: positive, base_max_mm: positive }),
  motion: z.strictObject({
    tolerance_mm: positive,
    reversal_mm: positive,
    min_speed_mm_s: positive,
    typical_speed_mm_s: positive,
  }),
  timing: z.strictObject({
    write_cadence_ms: ms,
    start_delay_ms: ms,
    stall_ms: ms,
    silence_ms: ms,
    run_on_ms: ms,
    poll_ms: ms,
    settle_interval_ms: ms,
    settle_reads: z.int().min(2),
    settle_limit_ms: ms,
    retarget_pause_ms: ms,
    loop_late_ms: ms,
    travel_margin_ms: ms,
    rearm_after_idle_ms: ms,
    request_timeout_ms: ms,
    request_attempts: z.int().min(1).max(5),
  }),
});

const band = z.strictObject({
  ...common,
  kind: z.literal('band'),
  driver: z.literal('infinitime'),
  scales: z.strictObject({ acceleration_counts_per_g: positive }),
  alert: z.strictObject({ window_ms: ms, max_text_bytes: z.int().min(1) }),
});

/** Shape of a file in `device-profiles/`. Unknown keys are refused. */
export const profileSchema = z.discriminatedUnion('kind', [desk, band]);
/** Shape of a file in `device-profiles/families/`: a service that several devices share. */
export const familySchema = z.strictObject({ id, summary: words, notify: z.array(name), characteristics, evidence });

export type DeskProfile = z.infer<typeof desk>;
export type BandProfile = z.infer<typeof band>;
export type Profile = DeskProfile | BandProfile;
export type Family = z.infer<typeof familySchema>;
