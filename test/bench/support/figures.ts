/** One measured figure as both benches print it. `goal` and `ok` are null where no goal is set. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number | null;
  readonly better: 'lower' | 'higher';
  readonly ok: boolean | null;
}

/** The last line of a bench with `--json`. */
export interface BenchReport {
  readonly bench: string;
  readonly results: readonly Figure[];
}

/** The smallest value that `share` of the sample does not exceed (nearest rank); NaN of an empty sample. */
export const percentile = (sample: readonly number[], share: number): number => {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

export const median = (sample: readonly number[]): number => percentile(sample, 0.5);

const DECIMALS = 3;

/** A figure without a goal; rounded to what a reader can use. */
export const figure = (name: string, value: number, unit: string, better: Figure['better'] = 'lower'): Figure => ({
  name,
  value: Number(value.toFixed(DECIMALS)),
  unit,
  goal: null,
  better,
  ok: null,
});

/** A figure that has an obvious goal: exactly none of a fault, all of a success. */
export const figureWithGoal = (base: Figure, goal: number): Figure => ({
  ...base,
  goal,
  ok: base.better === 'lower' ? base.value <= goal : base.value >= goal,
});

/** p50, p95 and max of one quantity. */
export const spread = (name: string, sample: readonly number[], unit: string): readonly Figure[] => [
  figure(`${name}, p50`, percentile(sample, 0.5), unit),
  figure(`${name}, p95`, percentile(sample, 0.95), unit),
  figure(`${name}, max`, percentile(sample, 1), unit),
];

/** Prints the table, and with `json` the report as the last line. */
export function printReport(report: BenchReport, json: boolean): void {
  const rows = report.results.map(({ name, value, unit, goal, ok }) => [
    name,
    `${value} ${unit}`,
    goal === null ? '' : `goal ${goal} ${unit}: ${ok === true ? 'met' : 'MISSED'}`,
  ]);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const valueWidth = Math.max(...rows.map(([, value = '']) => value.length));
  for (const [name = '', value = '', goal = ''] of rows)
    console.log(`${name.padEnd(width)}  ${value.padStart(valueWidth)}  ${goal}`.trimEnd());
  if (json) console.log(JSON.stringify(report));
}
