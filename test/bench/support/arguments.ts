import { parseArgs } from 'node:util';

/** One number a bench takes on its command line. */
export interface NumberOption {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly help: string;
}

export interface BenchArguments<K extends string> {
  readonly json: boolean;
  readonly numbers: Readonly<Record<K, number>>;
}

const USAGE = 2;

/** The bench's arguments; prints the help or the mistake and ends the process where there is nothing to run. */
export function readBenchArguments<K extends string>(
  intro: string,
  options: Readonly<Record<K, NumberOption>>,
): BenchArguments<K> {
  const known = Object.entries<NumberOption>(options);
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        ...Object.fromEntries(known.map(([name]) => [name, { type: 'string' as const }])),
      },
    });
    if (values.help) {
      console.log(help(intro, known));
      process.exit(0);
    }
    const given = values as Readonly<Record<string, string | boolean | undefined>>;
    const numbers = known.map(([name, option]) => [name, numberOf(name, given[name], option)] as const);
    return { json: values.json, numbers: Object.fromEntries(numbers) as Record<K, number> };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nTry --help.`);
    process.exit(USAGE);
  }
}

function numberOf(name: string, text: string | boolean | undefined, { least, most, ...option }: NumberOption): number {
  if (text === undefined) return option.default;
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`--${name} ${String(text)}: must be a whole number from ${least} to ${most}`);
  return value;
}

const help = (intro: string, known: readonly (readonly [string, NumberOption])[]): string =>
  [
    intro,
    ...known.map(([name, option]) => `  ${`--${name} N`.padEnd(18)} ${option.help} (default ${option.default})`),
    '  --json             one JSON object as the last line',
    '  --help             show this text',
  ].join('\n');
