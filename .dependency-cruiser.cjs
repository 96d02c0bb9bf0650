'use strict';
// The floors of docs/architecture.md as rules. test/architecture/floors.spec.ts runs them over the tree and proves each
// one with a planted violation.

/** Specs and what serves only them. */
const TEST_CODE = '(\\.(spec|e2e-spec)\\.ts$)|(/spec-support/)|(^test/)|(^libs/testing/)';
/** Installed packages, wherever node_modules is. */
const packages = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})(/|$)`;
const ANY_PACKAGE = '(^|/)node_modules/';

/** A rule: production code of `from` may import only what `to` lists. */
const floor = (name, comment, from, allowed, more = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST_CODE },
  to: { pathNot: [from, ...allowed], ...more },
});

/** A foreign package has one home: only there its errors, types and quirks are known. */
const home = (name, folder, ...names) => ({
  name,
  comment: `${names.join(', ')}: imported by ${folder} only.`,
  severity: 'error',
  from: { path: '^(apps|libs)/', pathNot: [`^${folder}/`, TEST_CODE] },
  to: { path: packages(...names) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no bottom floor.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved',
      comment: 'Every import resolves. Optional native packages may be absent.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@(abandonware|stoprocent)/' },
    },
    floor('domain-imports-nothing', 'The core is pure TypeScript: no package, not even node:.', '^libs/domain/', []),
    floor('application-floor', 'Use cases know the domain, the container and calendars.', '^libs/application/', [
      '^libs/domain/',
      packages('@nestjs/common', 'luxon'),
    ]),
    floor('devices-floor', 'Profiles and drivers know the ports; files are read to load profiles.', '^libs/devices/', [
      '^libs/(domain|application)/',
      packages('zod', 'yaml'),
      '^(fs|fs/promises|path)$',
    ]),
    {
      name: 'adapters-floor',
      comment: 'An adapter sees the ports, the domain and its one foreign thing.',
      severity: 'error',
      from: { path: '^libs/adapters/', pathNot: TEST_CODE },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(adapters|domain|application)/' },
    },
    {
      name: 'adapters-never-meet',
      comment: 'Siblings meet in the roots, by ports.',
      severity: 'error',
      from: { path: '^libs/adapters/([^/]+)/', pathNot: TEST_CODE },
      to: { path: '^libs/adapters/', pathNot: '^libs/adapters/$1/' },
    },
    floor(
      'simulation-written-twice',
      'The other side of the wire is encoded from the protocol documents, never with our own decoders.',
      '^libs/simulation/',
      ['^libs/domain/', packages('@stoprocent/bleno', '@stoprocent/bluetooth-hci-socket')],
      { dependencyTypesNot: ['core'] },
    ),
    {
      name: 'simulator-is-only-simulation',
      comment: 'The simulated home is a process of its own and knows nothing of the hub.',
      severity: 'error',
      from: { path: '^apps/simulator/', pathNot: TEST_CODE },
      to: { path: '^(apps|libs)/', pathNot: '^(apps|libs)/(simulator|simulation)/' },
    },
    {
      name: 'no-import-of-roots',
      comment: 'Imports go down only: nothing below imports an app.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libraries-by-index',
      comment: 'Another library is entered by its src/index.ts.',
      severity: 'error',
      from: { path: '^libs/((?:adapters/)?[^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/(?:adapters/)?[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'roots-and-tests-by-index',
      comment:
        'Apps and end-to-end tests enter a library by its src/index.ts. test/support holds the one deep path Jest needs.',
      severity: 'error',
      from: { path: '^(apps|test)/', pathNot: '^test/support/' },
      to: { path: '^libs/', pathNot: '^libs/(?:adapters/)?[^/]+/src/index\\.ts$' },
    },
    {
      name: 'apps-by-index',
      comment: 'One app enters another by its src/index.ts.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'motion-gates-are-independent',
      comment: 'The supervisor never reads planner state (docs/safety.md, S-15).',
      severity: 'error',
      from: { path: '^libs/domain/src/motion/', pathNot: TEST_CODE },
      to: { path: '^libs/domain/src/(coach|dwell|person|step)' },
    },
    {
      name: 'testing-in-tests-only',
      comment: 'Fakes and contract suites never reach production code.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment: 'What the built hub imports is a dependency. Types are erased.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '(^|/)node_modules/@types/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that is only there by accident is not imported.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], path: ANY_PACKAGE, pathNot: '(^|/)node_modules/@types/' },
    },
    home('noble-has-one-home', 'libs/adapters/noble', '@abandonware/noble', '@stoprocent/noble'),
    home('mqtt-has-one-home', 'libs/adapters/mqtt', 'mqtt', 'aedes'),
    home('storage-has-one-home', 'libs/adapters/storage', 'typeorm', 'sqlite3'),
    home('metrics-have-one-home', 'libs/adapters/http', 'prom-client'),
    home('peripherals-have-one-home', 'libs/simulation', '@stoprocent/bleno'),
    home('arguments-have-one-home', 'apps/cli', 'commander'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['development', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
