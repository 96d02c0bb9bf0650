// `npm run bench:<name> -- args`: sets up, compiles test/bench, runs test/bench/<name>.bench.ts.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { main, ROOT, setup, SetupError } from './setup.mjs';

// Ctrl-C reaches the bench itself, which cleans up; this process must outlive it.
process.on('SIGINT', () => undefined);

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  const node = (file, ...rest) =>
    spawnSync(process.execPath, [path.join(ROOT, file), ...rest], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
  await setup();
  if (node('node_modules/typescript/bin/tsc', '-p', 'test/bench/tsconfig.json') !== 0)
    throw new SetupError('Compiling test/bench failed.');
  process.exitCode = node(`dist/test/bench/${name}.bench.js`, ...args);
});
