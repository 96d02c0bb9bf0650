import { LINAK_MECHANICS as MECHANICS } from './mechanics.js';
import { restingAt, stepDesk, type DeskState } from './physics.js';

const STEP_MS = 5;

/** Drives to the aim with a write every `cadenceMs`, each driving `driveMs`; gives the run from the first write to rest. */
const run = (fromMm: number, aimMm: number, cadenceMs: number, driveMs: number) => {
  let state: DeskState = restingAt(fromMm);
  let topMm = 0;
  for (let ms = 0; ms < 120_000; ms += STEP_MS) {
    if (ms % cadenceMs === 0 && state.heightMm !== aimMm)
      state = { ...state, drive: { cause: 'reference', aimMm, leftMs: driveMs, delayMs: 0 } };
    state = stepDesk(state, STEP_MS, MECHANICS);
    topMm = Math.max(topMm, Math.abs(state.speedMmPerS));
    if (!state.drive && state.speedMmPerS === 0) return { ms: ms + STEP_MS, heightMm: state.heightMm, topMm };
  }
  throw new Error('never came to rest');
};

const trapezoidMs = (travelMm: number) => {
  const { cruiseMmPerS: v, accelerationMmPerS2: a } = MECHANICS;
  return travelMm >= (v * v) / a ? (travelMm / v + v / a) * 1_000 : 2 * Math.sqrt(travelMm / a) * 1_000;
};

describe('the physics of a Linak desk', () => {
  it.each([
    [100, 480],
    [480, 100],
    [100, 110],
    [100, 103],
    [640, 5],
  ])('moves from %d to %d mm in the time of the analytic trapezoid within 5 %, give or take 50 ms', (from, to) => {
    const { ms, heightMm } = run(from, to, 200, 450);
    expect(heightMm).toBe(to);
    const expected = trapezoidMs(Math.abs(to - from));
    expect(Math.abs(ms - expected)).toBeLessThan(50 + 0.05 * expected);
  });

  it('never passes cruise speed and takes about 11 s for the 410 mm that were measured on a real desk', () => {
    const { ms, topMm } = run(410, 0.5, 200, 450);
    expect(topMm).toBeLessThanOrEqual(MECHANICS.cruiseMmPerS);
    expect(ms).toBeGreaterThan(10_500);
    expect(ms).toBeLessThan(11_700);
  });

  it('one write alone drives for its time and ramps down for 0.38 s', () => {
    const { ms } = run(100, 600, 200_000, 500);
    expect(ms).toBeGreaterThanOrEqual(500 + 330);
    expect(ms).toBeLessThanOrEqual(500 + 400);
  });

  it.each([
    ['up', 1 as const, 649, 650],
    ['down', -1 as const, 2, 0],
  ])('stays within its limits when jogged %s at the end of the stroke', (_name, direction, from, limit) => {
    let state: DeskState = { ...restingAt(from), drive: { cause: 'jog', direction, leftMs: 5_000, delayMs: 0 } };
    for (let ms = 0; ms < 6_000; ms += STEP_MS) {
      state = stepDesk(state, STEP_MS, MECHANICS);
      expect(state.heightMm).toBeGreaterThanOrEqual(0);
      expect(state.heightMm).toBeLessThanOrEqual(MECHANICS.strokeMm);
    }
    expect(state).toEqual({ heightMm: limit, speedMmPerS: 0, drive: null });
  });

  it('waits for the start delay before it moves', () => {
    const drive = { cause: 'reference', aimMm: 300, leftMs: 400, delayMs: 120 } as const;
    let state: DeskState = { ...restingAt(100), drive };
    for (let ms = 0; ms < 120; ms += STEP_MS) state = stepDesk(state, STEP_MS, MECHANICS);
    expect(state).toEqual({ heightMm: 100, speedMmPerS: 0, drive: { ...drive, delayMs: 0 } });
    expect(stepDesk(state, STEP_MS, MECHANICS).heightMm).toBeGreaterThan(100);
  });
});
