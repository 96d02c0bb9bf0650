import fs from 'node:fs';
import path from 'node:path';

/** Names of all `"type": "module"` packages, nested ones too: jest on Node 20 can only run them down-levelled to CommonJS. */
function esmPackages(root) {
  const found = new Set();
  const visit = (dir, name) => {
    try {
      const manifest = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
      if (manifest.type === 'module') found.add(name);
    } catch {
      return;
    }
    walk(path.join(dir, 'node_modules'));
  };
  const walk = (folder) => {
    if (!fs.existsSync(folder)) return;
    for (const entry of fs.readdirSync(folder)) {
      if (entry.startsWith('.')) continue;
      if (!entry.startsWith('@')) visit(path.join(folder, entry), entry);
      else
        for (const scoped of fs.readdirSync(path.join(folder, entry)))
          visit(path.join(folder, entry, scoped), `${entry}/${scoped}`);
    }
  };
  walk(root);
  return [...found];
}

const swc = (parser, transform) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', keepClassNames: true, parser, transform },
  },
];

export default {
  testEnvironment: 'node',
  // `development` makes the #libs, #adapters and #apps imports resolve to the TypeScript sources.
  testEnvironmentOptions: { customExportConditions: ['development', 'node', 'node-addons'] },
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker-tmp/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Both noble packages and bleno get the virtual HCI socket: their real host stacks run over the simulated air.
    '^@(abandonware|stoprocent)/bluetooth-hci-socket$': '<rootDir>/test/support/hci-socket.cjs',
  },
  transform: {
    '^.+\\.ts$': swc({ syntax: 'typescript', decorators: true }, { legacyDecorator: true, decoratorMetadata: true }),
    '^.+\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esmPackages('node_modules').join('|')})/)`],
  coverageProvider: 'v8',
  collectCoverageFrom: ['{apps,libs}/**/*.ts', '!**/main.ts'],
  testTimeout: 20_000,
};
