import { seededRandom } from '../home/random.js';
import { BandClock } from './band-clock.js';
import { BandSensors } from './band-sensors.js';
import { type WristActivity } from './wrist.js';

/** Runs the sensors in ticks of 5 ms real time and counts what leaves the watch. */
function wear(activity: WristActivity, realMs: number, rate: number, perSecond = 180) {
  const axes: (readonly number[])[] = [];
  const counts = { steps: 0, pulse: 0 };
  const sensors = new BandSensors(perSecond, seededRandom(7), {
    motion: (each) => axes.push(each),
    steps: () => (counts.steps += 1),
    pulse: () => (counts.pulse += 1),
  });
  sensors.activity = activity;
  for (let ms = 0; ms <= realMs; ms += 5) sensors.tick({ nowMs: ms * rate, rate });
  const norms = axes.map((each) => Math.hypot(...each) / 1.024);
  const mean = norms.reduce((sum, each) => sum + each, 0) / norms.length;
  const madMg = norms.reduce((sum, each) => sum + Math.abs(each - mean), 0) / norms.length;
  return { ...counts, motion: axes.length, stepCount: sensors.stepCount, madMg };
}

describe('the sensors of the band', () => {
  it('at 1 x motion leaves at 10 Hz and walking makes about 100 steps a minute', () => {
    const { motion, stepCount, steps } = wear('walking', 60_000, 1);
    expect(motion).toBeGreaterThan(590);
    expect(motion).toBeLessThanOrEqual(601);
    expect(Math.abs(stepCount - 100)).toBeLessThanOrEqual(1);
    expect(steps).toBeLessThanOrEqual(60);
  });

  it.each([1, 10, 60, 240])('at %d x no more than 200 notifications leave in a real second', (rate) => {
    const { motion, steps, pulse } = wear('walking', 10_000, rate);
    expect(motion + steps + pulse).toBeLessThan(10 * 200);
    expect(motion).toBeGreaterThan(10 * Math.min(9, rate * 0.5));
  });

  it('a watch on a table goes silent', () => {
    expect(wear('off', 60_000, 1)).toMatchObject({ motion: 0, steps: 0, stepCount: 0 });
  });

  it('wrist movement sits at the measured medians: about 3 mg sitting, 9 standing, 200 walking', () => {
    const mad = (activity: WristActivity) => wear(activity, 60_000, 1).madMg;
    expect(mad('resting')).toBeGreaterThan(2);
    expect(mad('resting')).toBeLessThan(5);
    expect(mad('typing')).toBeLessThan(15);
    expect(mad('standing')).toBeGreaterThan(5);
    expect(mad('standing')).toBeLessThan(15);
    expect(mad('walking')).toBeGreaterThan(150);
  });
});

describe("the band's own clock", () => {
  it('is set by Current Time and reads back as the standard says', () => {
    const clock = new BandClock();
    expect(clock.set(Buffer.from('e907010f0e1e2d032101', 'hex'), 1_000)).toBe(true);
    expect(clock.read(1_000).toString('hex')).toBe('e907010f0e1e2d030000'); // 2025-01-15 14:30:45, Wednesday
    expect(clock.read(1_500).toString('hex')).toBe('e907010f0e1e2d038000');
    expect(clock.set(Buffer.from('e907', 'hex'), 1_000)).toBe(false);
  });

  it('its day ends at its own midnight', () => {
    const clock = new BandClock();
    clock.set(Buffer.from('e907010f173b3b030001', 'hex'), 0); // 23:59:59
    expect(clock.day(1_000) - clock.day(999)).toBe(1);
  });
});
