import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { defaultHome, type HomePlan } from '#libs/simulation';

export const HELP = `Usage: simulator --socket PATH [options]

A simulated home: desks, fitness bands and people on a virtual Bluetooth LE air, with a clock of its own.
Prints one line of JSON when the home stands and ends on SIGTERM or SIGINT.

  --socket PATH          unix socket to serve the home on (mode 0600), removed at the end
  --plan FILE.json       the home as data; "default" is one desk, one band, one person (default)
  --seed N               seed of everything that is left to chance
  --start ISO            lab time at the start, such as 2026-01-12T09:00:00Z
  --max-rate N           rate of the lab clock while nothing happens, 1 to 1000 (default 240)
  --truth FILE.jsonl     write every true fact to this file, one JSON object per line
  --parent               end when standard input closes
  --help                 show this text
`;

export interface SimulatorArguments {
  readonly socket: string;
  readonly plan: HomePlan;
  readonly truthFile: string | null;
  readonly parent: boolean;
}

/** A mistake in the arguments or the plan; its message says what to change. */
export class UsageError extends Error {}

const FASTEST = 1_000;

/** Null when only help is wanted. Rejects with `UsageError`. */
export async function readArguments(args: readonly string[]): Promise<SimulatorArguments | null> {
  const values = parse(args);
  if (values.help) return null;
  if (values.socket === undefined) throw new UsageError('--socket PATH is missing: where shall the home be served?');
  const base = await readPlan(values.plan);
  return {
    socket: values.socket,
    plan: {
      ...base,
      seed: numberOf('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER) ?? base.seed,
      maxRate: numberOf('--max-rate', values['max-rate'], 1, FASTEST) ?? base.maxRate,
      startEpochMs: instantOf(values.start) ?? base.startEpochMs,
    },
    truthFile: values.truth ?? null,
    parent: values.parent,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        socket: { type: 'string' },
        plan: { type: 'string', default: 'default' },
        seed: { type: 'string' },
        start: { type: 'string' },
        'max-rate': { type: 'string' },
        truth: { type: 'string' },
        parent: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most))
    throw new UsageError(`${name} ${text}: must be a number from ${least} to ${most}`);
  return value;
}

function instantOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Date.parse(text);
  if (Number.isNaN(value)) throw new UsageError(`--start ${text}: must be an ISO instant such as 2026-01-12T09:00:00Z`);
  return value;
}

async function readPlan(file: string): Promise<HomePlan> {
  if (file === 'default') return defaultHome();
  let plan: unknown;
  try {
    plan = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--plan ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lists = ['desks', 'bands', 'people'] as const;
  const given = typeof plan === 'object' && plan !== null ? (plan as Record<string, unknown>) : {};
  for (const list of lists) if (!Array.isArray(given[list])) throw new UsageError(`--plan ${file}: no list "${list}"`);
  return { ...defaultHome(), ...given };
}
