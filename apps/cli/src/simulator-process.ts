import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable, type Writable } from 'node:stream';
import { StanceError } from '#libs/application';
import { installationRoot } from '#apps/hub';

/** What the simulator says in its one line when its home stands. */
export interface SimulatorReady {
  readonly ready: true;
  readonly socket: string;
  readonly desks: readonly string[];
  readonly bands: readonly string[];
}

export interface SimulatorProcess {
  readonly home: SimulatorReady;
  stop(): Promise<void>;
}

/** Starts `apps/simulator` as a process of its own. It ends with this one, whatever happens. */
export async function startSimulator(args: readonly string[]): Promise<SimulatorProcess> {
  const main = path.join(installationRoot(), 'dist/apps/simulator/src/main.js');
  const child = spawn(process.execPath, [main, '--parent', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      child.once('exit', () => {
        resolve();
      });
      child.kill('SIGTERM');
    });
  try {
    return { home: await firstLine(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A home stands within about two seconds; a machine busy with an install takes longer. */
const STANDS_WITHIN_MS = 30_000;

function firstLine(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<SimulatorReady> {
  return new Promise((resolve, reject) => {
    let errors = '';
    const deadline = setTimeout(() => {
      reject(new StanceError('demo.simulator-silent', `the simulated home did not get ready: ${errors.trim()}`));
    }, STANDS_WITHIN_MS);
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.once('exit', (code) => {
      clearTimeout(deadline);
      reject(
        new StanceError(
          'demo.simulator-ended',
          `the simulated home ended with code ${code ?? 'none'}: ${errors.trim()}`,
        ),
      );
    });
    createInterface({ input: child.stdout }).once('line', (text) => {
      clearTimeout(deadline);
      resolve(JSON.parse(text) as SimulatorReady);
    });
  });
}
