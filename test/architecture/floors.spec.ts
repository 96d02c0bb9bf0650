import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './tree.js';

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface CruiseReport {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

interface Plant {
  readonly rule: string;
  readonly file: string;
  /** What the file imports. */
  readonly imports: string;
}

/** One forbidden import per rule, in a small house of its own. */
const PLANTS: readonly Plant[] = [
  { rule: 'no-cycles', file: 'libs/domain/src/egg.ts', imports: './hen.js' },
  { rule: 'no-unresolved', file: 'libs/domain/src/lost.ts', imports: './nowhere.js' },
  { rule: 'domain-imports-nothing', file: 'libs/domain/src/reader.ts', imports: 'node:fs' },
  { rule: 'domain-imports-nothing', file: 'libs/domain/src/upwards.ts', imports: '#libs/application' },
  { rule: 'application-floor', file: 'libs/application/src/reader.ts', imports: 'node:fs' },
  { rule: 'application-floor', file: 'libs/application/src/schema.ts', imports: 'zod' },
  { rule: 'devices-floor', file: 'libs/devices/src/socket.ts', imports: 'node:net' },
  { rule: 'adapters-floor', file: 'libs/adapters/http/src/desk.ts', imports: '#libs/devices' },
  { rule: 'adapters-never-meet', file: 'libs/adapters/http/src/publish.ts', imports: '#adapters/mqtt' },
  { rule: 'simulation-written-twice', file: 'libs/simulation/src/desk.ts', imports: '#libs/devices' },
  { rule: 'simulation-written-twice', file: 'libs/simulation/src/schema.ts', imports: 'zod' },
  { rule: 'simulator-is-only-simulation', file: 'apps/simulator/src/main.ts', imports: '#libs/application' },
  { rule: 'no-import-of-roots', file: 'libs/adapters/http/src/root.ts', imports: '#apps/hub' },
  { rule: 'libraries-by-index', file: 'libs/application/src/deep.ts', imports: '../../domain/src/hen.js' },
  { rule: 'roots-and-tests-by-index', file: 'apps/cli/src/deep.ts', imports: '../../../libs/domain/src/hen.js' },
  { rule: 'roots-and-tests-by-index', file: 'test/deep.e2e-spec.ts', imports: '../libs/domain/src/hen.js' },
  { rule: 'apps-by-index', file: 'apps/cli/src/neighbour.ts', imports: '../../hub/src/inner.js' },
  { rule: 'motion-gates-are-independent', file: 'libs/domain/src/motion/gate.ts', imports: '../step.js' },
  { rule: 'testing-in-tests-only', file: 'apps/hub/src/fake.ts', imports: '#libs/testing' },
  { rule: 'no-dev-dependency-in-production', file: 'apps/hub/src/random.ts', imports: 'fast-check' },
  { rule: 'no-undeclared-package', file: 'apps/hub/src/accident.ts', imports: 'acorn' },
  { rule: 'noble-has-one-home', file: 'apps/hub/src/radio.ts', imports: '@stoprocent/noble' },
  { rule: 'mqtt-has-one-home', file: 'apps/hub/src/broker.ts', imports: 'aedes' },
  { rule: 'storage-has-one-home', file: 'apps/hub/src/database.ts', imports: 'typeorm' },
  { rule: 'metrics-have-one-home', file: 'apps/hub/src/count.ts', imports: 'prom-client' },
  { rule: 'peripherals-have-one-home', file: 'apps/hub/src/peripheral.ts', imports: '@stoprocent/bleno' },
  { rule: 'arguments-have-one-home', file: 'apps/hub/src/flags.ts', imports: 'commander' },
];

/** What the floors allow: none of these may be reported. */
const ALLOWED: readonly Omit<Plant, 'rule'>[] = [
  { file: 'libs/domain/src/hen.ts', imports: './egg.js' },
  { file: 'libs/domain/src/property.spec.ts', imports: 'fast-check' },
  { file: 'libs/application/src/calendar/day.ts', imports: 'luxon' },
  { file: 'libs/devices/src/profile.ts', imports: 'zod' },
  { file: 'libs/simulation/src/air.ts', imports: 'node:events' },
  { file: 'libs/adapters/mqtt/src/client.ts', imports: 'mqtt' },
  { file: 'libs/adapters/mqtt/src/contract.spec.ts', imports: '#libs/testing' },
  { file: 'apps/simulator/src/home.ts', imports: '#libs/simulation' },
  { file: 'apps/cli/src/main.ts', imports: '#apps/hub' },
];

const EMPTY = [
  'libs/domain/src/index.ts',
  'libs/domain/src/step.ts',
  'libs/application/src/index.ts',
  'libs/devices/src/index.ts',
  'libs/simulation/src/index.ts',
  'libs/testing/src/index.ts',
  'libs/adapters/mqtt/src/index.ts',
  'apps/hub/src/index.ts',
  'apps/hub/src/inner.ts',
];

async function cruise(folder: string, roots: readonly string[]): Promise<CruiseReport['summary']> {
  const binary = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [binary, '--config', path.join(folder, '.dependency-cruiser.cjs'), '--output-type', 'json', ...roots];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return (JSON.parse(stdout) as CruiseReport).summary;
}

const violations = (summary: CruiseReport['summary']): Violation[] =>
  summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));

function plantHouse(): string {
  const house = fs.mkdtempSync(path.join(os.tmpdir(), 'stance-floors-'));
  const write = (file: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    fs.writeFileSync(path.join(house, file), text);
  };
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
    fs.copyFileSync(path.join(ROOT, file), path.join(house, file));
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(house, 'node_modules'), 'dir');
  for (const file of EMPTY) write(file, 'export const here = true;\n');
  for (const { file, imports } of [...PLANTS, ...ALLOWED])
    write(file, `import '${imports}';\nexport const here = true;\n`);
  return house;
}

describe('The floors of the house', () => {
  it('hold: no import of the tree breaks a rule', async () => {
    const summary = await cruise(ROOT, ['apps', 'libs', 'test']);
    expect(violations(summary)).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(40);
  }, 120_000);

  describe('are guarded: in a house with planted violations', () => {
    let found: Violation[];
    const house = plantHouse();

    beforeAll(async () => {
      found = violations(await cruise(house, ['apps', 'libs', 'test']));
    }, 120_000);

    afterAll(() => {
      fs.rmSync(house, { recursive: true, force: true });
    });

    it.each(PLANTS)('$rule catches $file importing $imports', ({ rule, file }) => {
      expect(found.filter((violation) => violation.from === file).map((violation) => violation.rule)).toContain(rule);
    });

    it('nothing is reported that is allowed', () => {
      const allowed = ALLOWED.map(({ file }) => file);
      expect(found.filter(({ from, rule }) => allowed.includes(from) && rule !== 'no-cycles')).toEqual([]);
    });

    it('no rule is without its planted violation', () => {
      const config = fs.readFileSync(path.join(ROOT, '.dependency-cruiser.cjs'), 'utf8');
      const names = [...config.matchAll(/(?:name: |floor\(\s*|home\()'([a-z-]+)'/g)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(15);
      expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(names));
    });
  });
});
