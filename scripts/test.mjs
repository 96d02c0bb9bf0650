// `npm test`: sets up, then specs and checks side by side, and one plain last line with the count of all of them.
// `npm test -- <jest arguments>` runs a subset of the specs only.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { hasProgram, main, ROOT, setup } from './setup.mjs';

const BIN = (name) => path.join(ROOT, 'node_modules', name);
/** Each one counts as one test. They run one after the other beside the specs, with a lower priority. */
const CHECKS = [
  {
    name: 'types (tsc --noEmit)',
    args: [BIN('typescript/bin/tsc'), '--noEmit', '--incremental', 'false', '-p', 'tsconfig.json'],
  },
  { name: 'lint (eslint, zero warnings)', args: [BIN('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  {
    name: 'format (prettier --check)',
    args: [BIN('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  },
  { name: 'dead code (knip)', args: [BIN('knip/bin/knip.js')] },
];
/** What specs skip without, and how to get it. */
const WANTED = [
  { program: 'mosquitto', install: 'apt-get install mosquitto (Debian, Ubuntu) or brew install mosquitto' },
  { program: 'mosquitto_sub', install: 'apt-get install mosquitto-clients (Debian, Ubuntu) or brew install mosquitto' },
];
/** Specs are waited for, so they come first when both cores are busy. */
const CHECK_NICENESS = 10;
const children = new Set();

function run(args, { quiet, niceness = 0 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    children.add(child);
    if (niceness > 0 && child.pid !== undefined) os.setPriority(child.pid, niceness);
    let log = '';
    child.stdout?.on('data', (chunk) => (log += chunk));
    child.stderr?.on('data', (chunk) => (log += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code: code ?? 1, log });
    });
  });
}

async function runChecks() {
  const results = [];
  for (const { name, args } of CHECKS) {
    const startedAt = performance.now();
    const { code, log } = await run(args, { quiet: true, niceness: CHECK_NICENESS });
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(
      `${code === 0 ? 'PASS' : 'FAIL'} check: ${name} (${seconds} s)${code === 0 ? '' : `\n${log.trimEnd()}`}`,
    );
    results.push({ name, failed: code !== 0 });
  }
  return results;
}

async function runJest(args) {
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stance-jest-')), 'report.json');
  const sequencer = path.join(ROOT, 'scripts', 'long-first.sequencer.cjs');
  const own = ['--maxWorkers=2', `--testSequencer=${sequencer}`, '--json', `--outputFile=${report}`];
  const { code } = await run([BIN('jest/bin/jest.js'), ...own, ...args], { quiet: false });
  const result = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, 'utf8')) : null;
  fs.rmSync(path.dirname(report), { recursive: true, force: true });
  return { code, ...count(code, result) };
}

/** A spec file that could not run counts as one failure, and so does a Jest that ended badly without naming one. */
function count(code, result) {
  const passed = result?.numPassedTests ?? 0;
  const named = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  const skipped = (result?.testResults ?? []).flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status !== 'passed' && test.status !== 'failed')
      .map((test) => test.fullName),
  );
  const failures = (result?.testResults ?? []).flatMap((file) => [
    ...(file.status === 'failed' && file.assertionResults.length === 0
      ? [`${path.relative(ROOT, file.name)} could not run`]
      : []),
    ...file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${path.relative(ROOT, file.name)}: ${test.fullName}`),
  ]);
  return { passed, failed: named === 0 && code !== 0 ? 1 : named, skipped, failures };
}

function printSkips(skipped) {
  if (skipped.length === 0) return;
  console.log(`\nSkipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
  for (const { program, install } of WANTED) {
    if (!hasProgram(program)) console.log(`  ${program} is not installed: ${install}`);
  }
}

await main(async () => {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      for (const child of children) child.kill(signal);
      process.exit(130);
    });
  }
  const failOnSkip = process.argv.includes('--fail-on-skip') || process.env.CI_FAIL_ON_SKIP === '1';
  const jestArgs = process.argv.slice(2).filter((arg) => arg !== '--fail-on-skip');
  await setup();
  const [specs, checks] = await Promise.all([runJest(jestArgs), jestArgs.length === 0 ? runChecks() : []]);
  const failedChecks = checks.filter((check) => check.failed).map((check) => `check: ${check.name}`);
  const failures = [...specs.failures, ...failedChecks];
  const failed = specs.failed + failedChecks.length;
  const skipped = specs.skipped.length;

  printSkips(specs.skipped);
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
  if (skipped > 0 && failOnSkip) console.log('\nSkips count as failures here (--fail-on-skip).');
  if (failed > 0 || (skipped > 0 && failOnSkip)) process.exitCode = 1;
  console.log(`\n${specs.passed + checks.length - failedChecks.length} passed, ${failed} failed, ${skipped} skipped`);
});
