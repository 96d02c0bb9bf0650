// Makes a fresh clone runnable: checks Node, installs what the lock file says, builds what changed. No dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const NODE_FLOOR = [20, 19];
const INSTALL_STAMP = path.join(ROOT, 'node_modules', '.stance-setup.json');
const BUILD_STAMP = path.join(ROOT, 'dist', '.stance-build.json');
const APPS = ['hub', 'cli', 'simulator'];
/** Lines of a failed command's output that are shown: npm names the cause first, compilers name it last. */
const LOG_HEAD_LINES = 12;
const LOG_TAIL_LINES = 30;

/** A failure that is told to the person in one paragraph, without a stack trace. */
export class SetupError extends Error {}

const at = (...parts) => path.join(ROOT, ...parts);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(value)}\n`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])) return;
  throw new SetupError(
    `Stance needs Node.js ${NODE_FLOOR.join('.')} or newer; this is ${process.versions.node}. ` +
      'Install a current LTS release (https://nodejs.org) or use a version manager: the repository has an .nvmrc.',
  );
}

/** Says that a long step goes on: one rewritten line on a terminal, a plain line now and then in a log. */
function startProgress(label) {
  const startedAt = process.hrtime.bigint();
  const seconds = () => Math.round(Number(process.hrtime.bigint() - startedAt) / 1e9);
  const live = process.stdout.isTTY === true;
  process.stdout.write(live ? `${label} ...` : `${label} ...\n`);
  const tick = setInterval(
    () => process.stdout.write(live ? `\r${label} ... ${seconds()} s` : `${label} ... ${seconds()} s\n`),
    live ? 1_000 : 15_000,
  );
  return (word) => {
    clearInterval(tick);
    process.stdout.write(`${live ? '\r' : ''}${label} ... ${word} (${seconds()} s)\n`);
  };
}

/** Runs a command quietly; resolves with its exit code and everything it printed. */
function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 1, log: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, log: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** The beginning and the end of a failed command's output, without colours and empty lines. */
function essence(log) {
  const lines = stripVTControlCharacters(log)
    .split('\n')
    .filter((line) => !/^(npm error)?\s*$/.test(line));
  const left = lines.length - LOG_HEAD_LINES - LOG_TAIL_LINES;
  if (left <= 0) return lines.join('\n');
  return [...lines.slice(0, LOG_HEAD_LINES), `... ${left} lines ...`, ...lines.slice(-LOG_TAIL_LINES)].join('\n');
}

/** Whether npm's own record of what is installed has every required package of the lock file in the locked version. */
function installedByHand(lockText) {
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (installed == null) return false;
  return Object.entries(JSON.parse(lockText).packages).every(
    ([name, entry]) =>
      name === '' ||
      entry.optional === true ||
      entry.devOptional === true ||
      installed[name]?.version === entry.version,
  );
}

async function npmCi(extra, label) {
  const done = startProgress(label);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...extra], {
    shell: process.platform === 'win32',
  });
  done(result.code === 0 ? 'done' : 'failed');
  return result;
}

async function install() {
  const lockText = fs.readFileSync(at('package-lock.json'), 'utf8');
  const lock = sha256(lockText);
  if (readJson(INSTALL_STAMP)?.lock === lock) return;
  if (installedByHand(lockText)) {
    writeJson(INSTALL_STAMP, { lock });
    return;
  }
  const full = await npmCi([], 'Installing dependencies (once; native parts compile, about 2 min)');
  if (full.code !== 0) {
    // A lock file that does not match package.json cannot be installed with fewer packages either.
    if (full.log.includes('EUSAGE')) throw new SetupError(`npm ci refused the lock file:\n${essence(full.log)}`);
    console.log(essence(full.log));
    console.log(
      'The complete install failed; trying again without the optional native Bluetooth packages. ' +
        'The hub then starts without a radio, and `npm test` cannot run. ' +
        'To get everything: install a C++ compiler, make and python3 (Debian: apt-get install g++ make python3), remove node_modules and repeat.',
    );
    const reduced = await npmCi(['--omit=optional'], 'Installing without optional packages');
    if (reduced.code !== 0) throw new SetupError(`npm ci failed:\n${essence(reduced.log)}`);
  }
  writeJson(INSTALL_STAMP, { lock });
}

/** Every file the build reads: [path, fingerprint of size and time]. Specs are not built. */
function sources() {
  const found = {};
  const walk = (folder) => {
    for (const entry of fs.readdirSync(at(folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (/\.(ts|json)$/.test(name) && !/\.(spec|e2e-spec)\.ts$/.test(name)) found[name] = fingerprint(name);
    }
  };
  for (const folder of ['apps', 'libs']) if (fs.existsSync(at(folder))) walk(folder);
  return found;
}

function fingerprint(name) {
  const { size, mtimeMs } = fs.statSync(at(name));
  return `${size}:${Math.trunc(mtimeMs)}`;
}

const buildSettings = () =>
  sha256(
    ['tsconfig.json', 'nest-cli.json', 'package.json', 'package-lock.json']
      .map((name) => fs.readFileSync(at(name), 'utf8'))
      .join('\0'),
  );

function sameFiles(before, now) {
  const names = Object.keys(now);
  return names.length === Object.keys(before).length && names.every((name) => before[name] === now[name]);
}

async function build() {
  // Taken before the build starts: a file saved during it is built the next time.
  const files = sources();
  const settings = buildSettings();
  const last = readJson(BUILD_STAMP);
  if (last?.settings === settings && sameFiles(last.files, files)) return;
  // What was removed or renamed must not live on in dist; otherwise TypeScript's incremental build is enough.
  const keep = last?.settings === settings && Object.keys(last.files).every((name) => name in files);
  fs.rmSync(keep ? BUILD_STAMP : at('dist'), { recursive: true, force: true });
  const apps = APPS.filter((app) => fs.existsSync(at('apps', app, 'src', 'main.ts')));
  if (apps.length === 0) return;
  const done = startProgress('Building');
  const nest = at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  for (const app of apps) {
    const { code, log } = await run(process.execPath, [nest, 'build', app]);
    if (code === 0) continue;
    done('failed');
    throw new SetupError(`Building apps/${app} failed:\n${essence(log)}`);
  }
  done('done');
  writeJson(BUILD_STAMP, { settings, files });
}

/** Brings the working tree to "installed and built"; returns at once when it is. */
export async function setup() {
  checkNode();
  await install();
  await build();
}

/** Runs a script's main function; a `SetupError` is printed without its stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}

/** Whether a program can be found on the PATH or where Debian keeps daemons. */
export const hasProgram = (name) =>
  [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'].some((folder) =>
    fs.existsSync(path.join(folder, name)),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setup);
