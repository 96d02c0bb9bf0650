import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = path.resolve(__dirname, '../..');

/** A built program of ours, running. */
export interface Running {
  readonly child: ChildProcess;
  /** Everything it has printed so far, both streams. */
  readonly output: () => string;
  /** Sends the signal and resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a built program and resolves with the first line of its standard output that `ready` accepts. */
export async function startProgram<T>(
  main: string,
  args: readonly string[],
  ready: (line: string) => T | null,
  deadlineMs = 30_000,
): Promise<Running & { readonly first: T }> {
  const child = spawn(process.execPath, [path.join(ROOT, main), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  try {
    const first = await firstLine(child, ready, deadlineMs);
    return { child, output: () => output, end, first };
  } catch (cause) {
    await end('SIGKILL');
    throw new Error(`${main} did not get ready:\n${output}`, { cause });
  }
}

function firstLine<T>(
  child: ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> },
  ready: (line: string) => T | null,
  deadlineMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`nothing within ${deadlineMs} ms`));
    }, deadlineMs);
    child.once('exit', (code) => {
      reject(new Error(`ended with ${String(code)}`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = ready(line);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

/** The one JSON line a simulator prints when its home stands. */
export const simulatorReady = (line: string): { readonly socket: string } | null =>
  line.startsWith('{') ? (JSON.parse(line) as { readonly socket: string }) : null;

/** The line a hub prints when it is up. */
export const hubReady = (line: string): string | null => (line.includes('stance is up') ? line : null);
