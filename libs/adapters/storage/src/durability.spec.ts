import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { epoch, personId } from '#libs/domain';
import { openJournal } from './index.js';

const HOOKS = fileURLToPath(new URL('./spec-support/typescript-hooks.mjs', import.meta.url));
const WRITER = fileURLToPath(new URL('./spec-support/append-until-killed.ts', import.meta.url));
const ALWAYS = [epoch(0), epoch(Number.MAX_SAFE_INTEGER)] as const;

/** Runs a writer on the folder, kills it without warning after so many acknowledgements, and returns them. */
async function acknowledgedUntilKilled(directory: string, enough: number): Promise<number[]> {
  const writer = spawn(process.execPath, ['--conditions=development', '--import', HOOKS, WRITER, directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let complaints = '';
  writer.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out.split('\n').length > enough) writer.kill('SIGKILL');
  });
  writer.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const signal = await new Promise<string | null>((resolve) => {
    writer.on('close', (_code, by) => {
      resolve(by);
    });
  });
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${complaints}`);
  // The last line may be cut off: then nobody was told that number.
  return out.split('\n').slice(0, -1).map(Number);
}

describe('a hub that is killed without warning', () => {
  it.each([1, 250])('has every append on disk that it acknowledged, each as a whole (%d or more)', async (enough) => {
    const directory = await mkdtemp(join(tmpdir(), 'stance-killed-'));
    const acknowledged = await acknowledgedUntilKilled(directory, enough);
    const journal = await openJournal({ directory });
    const spans = (await journal.spans(personId('alex'), ...ALWAYS)).map((row) => Number(row.from));
    const moves = (await journal.moves(...ALWAYS)).map((row) => Number(row.startedAt));
    await journal.close();
    await rm(directory, { recursive: true });

    expect(acknowledged.length).toBeGreaterThanOrEqual(enough);
    const onDisk = new Set(spans);
    expect(acknowledged.filter((n) => !onDisk.has(n))).toEqual([]);
    expect(moves).toEqual(spans);
    expect(journal.notices).toEqual([]);
  });
});
