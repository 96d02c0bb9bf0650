import { type Random } from '../home/random.js';

/** What the wearer's arm does. `off` lies on a table. */
export type WristActivity = 'off' | 'resting' | 'typing' | 'standing' | 'walking';

const UNITS_PER_G = 1_024;
const FULL_SCALE = 2 * UNITS_PER_G;
/** About 100 steps a minute. */
export const STEPS_PER_MINUTE = 100;
const STRIDE_HZ = STEPS_PER_MINUTE / 60;

/**
 * Noise per axis and swing in mg. Chosen so that the mean amplitude deviation over 10 s falls near the measured medians at
 * the wrist: sitting 3, standing 9, walking 220 mg (own count over the public selfBACK recordings, see docs/policy.md).
 */
const NOISE_MG: Record<WristActivity, number> = { off: 0, resting: 4, typing: 10, standing: 11, walking: 90 };
const SWING_MG: Record<WristActivity, number> = { off: 0, resting: 0, typing: 0, standing: 0, walking: 340 };

const toUnits = (g: number): number => Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(g * UNITS_PER_G)));

/** One reading of the accelerometer, X Y Z in 1/1024 g, `atMs` only for the phase of the stride. */
export function wristAcceleration(
  activity: WristActivity,
  atMs: number,
  random: Random,
): readonly [number, number, number] {
  const noise = NOISE_MG[activity] / 1_000;
  const swing = (SWING_MG[activity] / 1_000) * Math.sin((2 * Math.PI * STRIDE_HZ * atMs) / 1_000);
  const arm = activity === 'walking' || activity === 'standing' ? [0.96, 0.2, -0.2] : [-0.06, 0.25, -0.96];
  const length = Math.hypot(...arm);
  const [x = 0, y = 0, z = 0] = arm.map(
    (axis) => (axis / length) * (1 + swing) + (noise ? random.normal(0, noise) : 0),
  );
  return [toUnits(x), toUnits(y), toUnits(z)];
}

const PULSE_BPM: Record<WristActivity, number> = { off: 0, resting: 64, typing: 66, standing: 73, walking: 98 };

/** Heart rate in beats per minute; 0 when nobody wears the watch. */
export const wristPulseBpm = (activity: WristActivity, random: Random): number =>
  activity === 'off' ? 0 : Math.round(random.normal(PULSE_BPM[activity], 2));
