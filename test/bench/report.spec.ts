import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LINAK_MECHANICS } from '#libs/simulation';
import { figure, figureWithGoal, percentile, printReport, spread } from './support/figures.js';
import { brakeMs, trapezoidMs } from './support/trapezoid.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/performance.md'), 'utf8');

describe('The figures of a bench', () => {
  it('are nearest-rank percentiles: values that were measured', () => {
    const sample = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.95, 1].map((share) => percentile(sample, share))).toEqual([1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('end in one line of JSON, without a goal unless one is obvious', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const results = [...spread('error', [0.25, 0.5], 'mm').slice(2), figureWithGoal(figure('dips', 1, 'dips'), 0)];
    printReport({ bench: 'move', results }, true);
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(JSON.parse(lines.at(-1)!)).toEqual({
      bench: 'move',
      results: [
        { name: 'error, max', value: 0.5, unit: 'mm', goal: null, better: 'lower', ok: null },
        { name: 'dips', value: 1, unit: 'dips', goal: 0, better: 'lower', ok: false },
      ],
    });
    expect(lines.slice(0, -1)).toEqual(['error, max  0.5 mm', 'dips        1 dips  goal 0 dips: MISSED']);
  });

  it('hold a move against the trapezoid of its physics: 380 mm are 10 s of cruise, 0.38 s of ramps, 0.12 s of delay', () => {
    expect(trapezoidMs(380, LINAK_MECHANICS)).toBeCloseTo(10_500, 6);
    // 1 mm never reaches cruise: 0.1 s up, 0.1 s down.
    expect(trapezoidMs(1, LINAK_MECHANICS)).toBeCloseTo(320, 6);
    expect(brakeMs(-38, LINAK_MECHANICS)).toBeCloseTo(360, 6);
  });
});

describe('docs/performance.md', () => {
  it.each(['hub', 'move'])('has the figures of bench:%s with command, date and machine', (bench) => {
    const section = PAGE.split(`<!-- bench:${bench} -->`)[1]?.split(`<!-- /bench:${bench} -->`)[0] ?? '';
    expect(section).toMatch(
      new RegExp(
        `Command: \`npm run bench:${bench} -- .*--json\`, \\d{4}-\\d\\d-\\d\\d, on \\d+ cores .*Node \\d+`,
        'u',
      ),
    );
    const rows = [...section.matchAll(/^\| (?!figure|-)(.+?) +\| (-?\d\S*) (\S.*?) +\|/gmu)];
    expect(rows.length).toBeGreaterThan(7);
  });

  it('is written by a script that refuses what no bench has said', () => {
    const write = (): unknown =>
      execFileSync(process.execPath, [path.join(ROOT, 'scripts/performance.mjs')], { input: '{}\n', stdio: 'pipe' });
    expect(write).toThrow(/run the bench with --json/u);
  });
});
