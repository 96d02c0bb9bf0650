import { compileCorpus, readCorpus } from '../../profiles/profile-corpus.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { TravelWatch } from './travel-watch.js';

const profile = compileCorpus(readCorpus('device-profiles')).find(({ id }) => id === 'linak-dpg') as DeskProfile;

/** A watch over a move from 700 to 1000 mm that began at 0 ms, after these samples. */
const watch = (...samples: readonly (readonly [atMs: number, heightMm: number, speedMmS: number])[]): TravelWatch => {
  const watch = new TravelWatch({ heightMm: 700, speedMmS: 0, atMs: 0 }, 1000, profile);
  for (const [atMs, heightMm, speedMmS] of samples) watch.observe({ atMs, heightMm, speedMmS });
  return watch;
};

describe('a move under way', () => {
  it.each([
    ['goes on before it started', watch([100, 700, 0]), 1400, 'driving'],
    ['never started', watch([100, 700, 0], [1900, 700, 0]), 2000, 'never-started'],
    ['is at its target only at rest', watch([5000, 999, 10]), 5000, 'driving'],
    ['is at its target within the tolerance', watch([5000, 998, 0]), 5000, 'at-target'],
    ['is not at its target beyond it', watch([5000, 997.9, 0]), 5000, 'driving'],
    ['goes on after a single zero speed', watch([1000, 750, 38], [1100, 750, 0]), 1700, 'driving'],
    [
      'goes on when the height changes at speed 0',
      watch([1000, 750, 38], [1700, 760, 0], [1900, 770, 0]),
      2100,
      'driving',
    ],
    ['stalls after lasting rest', watch([1000, 750, 38], [1100, 750, 0]), 1800, 'stalled'],
    ['does not stall on silence alone', watch([1000, 750, 38]), 1900, 'driving'],
    ['is silent when nothing is heard', watch([1000, 750, 38]), 2500, 'silent'],
    ['reverses by 5 mm', watch([1000, 750, 38], [1200, 745, -30]), 1200, 'reversed'],
    ['does not reverse by less', watch([1000, 750, 38], [1200, 745.1, -30]), 1200, 'driving'],
    ['runs past its target', watch([1000, 1000, 38], [1200, 1005, 38]), 1200, 'overran'],
    ['reverses from the start', watch([1000, 695, -38]), 1000, 'reversed'],
    ['is overdue past distance over slowest speed and margin', watch([15_001, 900, 5]), 15_001, 'overdue'],
    ['is in time until then', watch([15_000, 900, 5]), 15_000, 'driving'],
  ] as const)('%s', (_, travel, nowMs, verdict) => {
    expect(travel.judge(nowMs)).toBe(verdict);
  });

  it.each([
    ['no way back', watch([1000, 750, 38]), false],
    ['less than a reversal', watch([1000, 750, 38], [1200, 745.1, 0]), false],
    ['a reversal', watch([1000, 750, 38], [1200, 745, 0]), true],
    ['50 mm', watch([1000, 800, 38], [2000, 770, -38], [3000, 750, 0]), true],
    ['100 mm', watch([1000, 850, 38], [3000, 750, 0]), true],
    ['more', watch([1000, 850, 38], [3000, 749.9, 0]), false],
    ['50 mm and forth again', watch([1000, 800, 38], [3000, 750, 0], [3500, 755, 38]), false],
    ['a way past the target', watch([1000, 1000, 38], [1200, 1010, 38]), false],
  ] as const)('after %s it has backed off: %#', (_, travel, backedOff) => {
    expect(travel.backedOff).toBe(backedOff);
  });

  it('estimates its end from its own speed once it knows it', () => {
    expect(watch().remainingS()).toBeCloseTo(300 / 38);
    expect(watch([1000, 710, 20], [2000, 760, 60]).remainingS()).toBeCloseTo(240 / 60);
  });
});
