import { type PathProblem } from './problem.js';

type Row = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

interface Placed {
  readonly path: Path;
  readonly row: Row;
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const section = (value: unknown): Row => (isRow(value) ? value : {});

const placed = (data: Row, list: string): Placed[] =>
  (Array.isArray(data[list]) ? (data[list] as unknown[]) : []).flatMap((row, index) =>
    isRow(row) ? [{ path: [list, index], row }] : [],
  );

/** All rows but the first that share a text value of the key. */
function repeated(
  rows: readonly Placed[],
  key: string,
): { readonly at: Placed; readonly first: Placed; readonly value: string }[] {
  const seen = new Map<string, Placed>();
  return rows.flatMap((at) => {
    const raw = at.row[key];
    if (typeof raw !== 'string') return [];
    const value = raw.toLowerCase();
    const first = seen.get(value);
    if (first === undefined) seen.set(value, at);
    return first === undefined ? [] : [{ at, first, value }];
  });
}

function idProblems(data: Row): PathProblem[] {
  const devices = [...placed(data, 'desks'), ...placed(data, 'bands')];
  return [placed(data, 'radios'), devices, placed(data, 'persons')].flatMap((rows) =>
    repeated(rows, 'id').map(({ at, value }) => ({
      path: [...at.path, 'id'],
      cause: `the id "${value}" is taken`,
      fix: 'Give each its own; desks and bands share one set of ids.',
    })),
  );
}

function deviceProblems(data: Row): PathProblem[] {
  const devices = [...placed(data, 'desks'), ...placed(data, 'bands')];
  const sameAddress = repeated(devices, 'address').map(({ at, value }) => ({
    path: [...at.path, 'address'],
    cause: `${value} is the address of another device here`,
    fix: 'Each device has its own address: run `stance scan` to see them.',
  }));
  const shared = new Set(repeated(devices, 'profile').map(({ value }) => value));
  const ambiguous = devices
    .filter(({ row }) => row.address === undefined && shared.has(String(row.profile).toLowerCase()))
    .map(({ path, row }) => ({
      path: [...path, 'profile'],
      cause: `several devices have the profile ${JSON.stringify(row.profile)} and this one has no address`,
      fix: 'Add its address: run `stance scan` to see it.',
    }));
  return [...sameAddress, ...ambiguous];
}

function referenceProblems(data: Row): PathProblem[] {
  const dangling = (key: 'desk' | 'band'): PathProblem[] => {
    const ids = placed(data, `${key}s`).map(({ row }) => String(row.id));
    return placed(data, 'persons').flatMap(({ path, row }) => {
      const value = row[key];
      if (typeof value !== 'string' || ids.includes(value)) return [];
      const fix = ids.length === 0 ? `Add it under ${key}s.` : `Write one of: ${ids.join(', ')}.`;
      return [{ path: [...path, key], cause: `there is no ${key} "${value}"`, fix }];
    });
  };
  const sharedBand = repeated(placed(data, 'persons'), 'band').map(({ at, first, value }) => ({
    path: [...at.path, 'band'],
    cause: `the band "${value}" is worn by ${JSON.stringify(first.row.id)} already`,
    fix: 'Each person wears their own band.',
  }));
  return [...dangling('desk'), ...dangling('band'), ...sharedBand];
}

const outside = (mm: number, low: unknown, high: unknown): boolean =>
  (typeof low === 'number' && mm < low) || (typeof high === 'number' && mm > high);

const inside = (mm: number, zone: unknown): boolean => {
  const { from_mm: from, to_mm: to } = section(zone);
  return typeof from === 'number' && typeof to === 'number' && mm >= from && mm <= to;
};

/** A saved height the supervisor would refuse every time (S-08) is a fault of the file. */
function presetProblems(data: Row): PathProblem[] {
  const desks = new Map(placed(data, 'desks').map(({ row }) => [row.id, row]));
  return placed(data, 'persons').flatMap(({ path, row }) => {
    const desk = section(desks.get(row.desk));
    const limits = section(desk.limits);
    const zones: unknown[] = Array.isArray(desk.no_go) ? desk.no_go : [];
    return Object.entries(section(row.presets)).flatMap(([preset, mm]) => {
      if (typeof mm !== 'number') return [];
      const at = { path: [...path, 'presets', preset], fix: 'Change the preset, or the limits and no_go of the desk.' };
      if (outside(mm, limits.min_mm, limits.max_mm))
        return [{ ...at, cause: `${mm} mm is outside the limits of the desk` }];
      if (zones.some((zone) => inside(mm, zone)))
        return [{ ...at, cause: `${mm} mm lies in a no_go zone of the desk` }];
      return [];
    });
  });
}

function passwordProblems(data: Row): PathProblem[] {
  const mqtt = section(data.mqtt);
  const given = ['password', 'password_file', 'password_env'].filter((key) => mqtt[key] !== undefined);
  const tooMany = given.slice(1).map((key) => ({
    path: ['mqtt', key],
    cause: `${String(given[0])} gives the password already`,
    fix: 'Keep one of the two.',
  }));
  if (given[0] === undefined || mqtt.username !== undefined) return tooMany;
  return [...tooMany, { path: ['mqtt', given[0]], cause: 'there is a password but no username', fix: 'Add username.' }];
}

/**
 * Faults between parts of the file. Reads the data as it stands in the file, checked or not, so that a wrong reference
 * shows in the same run as a wrong number.
 */
export function crossCheck(file: unknown): PathProblem[] {
  const data = section(file);
  return [idProblems, deviceProblems, referenceProblems, presetProblems, passwordProblems].flatMap((check) =>
    check(data),
  );
}
