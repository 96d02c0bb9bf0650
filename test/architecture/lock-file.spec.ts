import { textOf } from './tree.js';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type LockedPackages = Readonly<Record<string, LockedPackage>>;

const lockOf = (text: string): LockedPackages => (JSON.parse(text) as { packages: LockedPackages }).packages;

/** Node's own search: beside the package, then in every folder above it. */
function isLocked(packages: LockedPackages, from: string, name: string): boolean {
  if (`${from === '' ? '' : `${from}/`}node_modules/${name}` in packages) return true;
  return from !== '' && isLocked(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

const missing = (packages: LockedPackages): string[] =>
  Object.entries(packages).flatMap(([from, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !isLocked(packages, from, name))
      .map((name) => `${name}, wanted by ${from}`),
  );

describe('The lock file', () => {
  const packages = lockOf(textOf('package-lock.json'));

  it('has every package that another one names, so that npm ci takes it on every platform', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(300);
    expect(missing(packages)).toEqual([]);
  });

  it('names no place to download from: that is the business of the machine that installs', () => {
    expect(Object.entries(packages).flatMap(([name, { resolved }]) => (resolved === undefined ? [] : [name]))).toEqual(
      [],
    );
  });

  it('would notice a platform package that was left out', () => {
    const broken: LockedPackages = {
      'node_modules/knife': {
        version: '1.0.0',
        optionalDependencies: { '@knife/linux': '1.0.0', '@knife/darwin': '1.0.0' },
      },
      'node_modules/knife/node_modules/@knife/linux': { version: '1.0.0' },
    };
    expect(missing(broken)).toEqual(['@knife/darwin, wanted by node_modules/knife']);
  });
});
