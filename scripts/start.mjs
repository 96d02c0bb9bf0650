// `npm start`: sets up, then runs the hub with your config, or the simulated demo when there is none.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { main, ROOT, setup } from './setup.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A terminal sends Ctrl-C to the whole group and npm passes it on once more: within this time it is one request. */
const SAME_REQUEST_MS = 1_000;

function command(args) {
  if (args[0] !== undefined && !args[0].startsWith('-')) return args;
  const configured = (process.env.STANCE_CONFIG ?? '') !== '' || fs.existsSync(path.join(ROOT, 'stance.yaml'));
  return [configured ? 'run' : 'demo', ...args];
}

/** Runs the CLI in a process group of its own, so that a stop reaches it exactly once and it can park the desk first. */
function runCli(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--enable-source-maps', path.join(ROOT, 'dist/apps/cli/src/main.js'), ...args],
      {
        cwd: ROOT,
        stdio: 'inherit',
        detached: true,
      },
    );
    const lastAt = new Map();
    for (const signal of FORWARDED) {
      process.on(signal, () => {
        const now = performance.now();
        if (now - (lastAt.get(signal) ?? -Infinity) > SAME_REQUEST_MS) child.kill(signal);
        lastAt.set(signal, now);
      });
    }
    process.on('SIGWINCH', () => child.kill('SIGWINCH'));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      // A program that ends by the signal we passed on has stopped as asked.
      resolve(code ?? (lastAt.has(signal) ? 0 : 128 + os.constants.signals[signal]));
    });
  });
}

await main(async () => {
  await setup();
  process.exit(await runCli(command(process.argv.slice(2))));
});
