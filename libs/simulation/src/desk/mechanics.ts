import { type Random } from '../home/random.js';

/** A figure of the furniture and where it comes from. */
interface Figure {
  readonly value: number;
  readonly source: string;
}

const figure = (value: number, source: string): Figure => ({ value, source });

/** The motor's figures as data, each with its source. */
export const LINAK_FIGURES = {
  cruiseMmPerS: figure(38, 'IDASEN data sheet speed, also rhyst/linak-controller #7: 410 mm in 11 s'),
  accelerationMmPerS2: figure(
    100,
    'ramp of 0.38 s from 38 mm/s, docs/protocols/linak.md; with it 410 mm take 11.2 s (rhyst/linak-controller #7: 11 s)',
  ),
  startDelayMs: figure(120, 'own assumption: relays and brake of the controller, not documented'),
  referenceDriveMinMs: figure(
    390,
    'rhyst/linak-controller #48, #73: writes every 300 ms run clean, every 400 ms stutter now and then',
  ),
  referenceDriveMaxMs: figure(500, 'rhyst/linak-controller #48, #74: writes every 500 ms always stutter'),
  jogDriveMs: figure(1000, 'rhyst/linak-controller reference/desk-internals.md: about 1 s per up or down write'),
  restErrorSdMm: figure(0.4, 'rhyst/linak-controller CHANGELOG 1.1.0: the reference input arrives within about 1 mm'),
  restErrorMaxMm: figure(1, 'same'),
  deadBandMm: figure(1, 'anetczuk/linak_bt_desk linak_device.py: less than 1 mm away counts as there'),
  strokeMm: figure(650, 'IDASEN 620 to 1270 mm, newAM/idasen'),
} as const;

/** What the physics integrates with: heights in mm above the lowest position, times in ms. */
export interface DeskMechanics {
  readonly cruiseMmPerS: number;
  readonly accelerationMmPerS2: number;
  readonly startDelayMs: number;
  readonly referenceDriveMinMs: number;
  readonly referenceDriveMaxMs: number;
  readonly jogDriveMs: number;
  readonly restErrorSdMm: number;
  readonly restErrorMaxMm: number;
  readonly deadBandMm: number;
  readonly strokeMm: number;
}

export const LINAK_MECHANICS: DeskMechanics = {
  cruiseMmPerS: LINAK_FIGURES.cruiseMmPerS.value,
  accelerationMmPerS2: LINAK_FIGURES.accelerationMmPerS2.value,
  startDelayMs: LINAK_FIGURES.startDelayMs.value,
  referenceDriveMinMs: LINAK_FIGURES.referenceDriveMinMs.value,
  referenceDriveMaxMs: LINAK_FIGURES.referenceDriveMaxMs.value,
  jogDriveMs: LINAK_FIGURES.jogDriveMs.value,
  restErrorSdMm: LINAK_FIGURES.restErrorSdMm.value,
  restErrorMaxMm: LINAK_FIGURES.restErrorMaxMm.value,
  deadBandMm: LINAK_FIGURES.deadBandMm.value,
  strokeMm: LINAK_FIGURES.strokeMm.value,
};

/** How long one reference write drives: it differs from write to write, which is why 400 ms stutters only sometimes. */
export const drawReferenceDriveMs = (mechanics: DeskMechanics, random: Random): number =>
  random.between(mechanics.referenceDriveMinMs, mechanics.referenceDriveMaxMs);

/** Where a reference move really ends, relative to what was asked for. */
export const drawRestErrorMm = (mechanics: DeskMechanics, random: Random): number =>
  Math.max(-mechanics.restErrorMaxMm, Math.min(mechanics.restErrorMaxMm, random.normal(0, mechanics.restErrorSdMm)));
