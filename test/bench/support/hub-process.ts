import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Opened } from './bench-run.js';
import { openFolder, QUIET_HOME } from './bench-home.js';

const MAIN = 'dist/apps/cli/src/main.js';
const ENDS_WITHIN_MS = 5_000;
/** USER_HZ, in which Linux counts processor time on every architecture Node runs on: 100 a second. */
const TICK_MS = 10;
/** Fields 14 and 15 of /proc/PID/stat, counted from the third, after the name in parentheses (man 5 proc). */
const [UTIME, STIME] = [11, 12];

/** A built hub, running. */
export interface BenchHub {
  /** Machine time of the spawn, ms. */
  readonly spawnedMs: number;
  /** Throws with its output when it has ended by itself. */
  assertRuns(): void;
  /** Processor time so far, ms; null where there is no /proc. */
  cpuMs(): number | null;
  /** Resident memory now, MB; null where there is no /proc. */
  rssMb(): number | null;
  end(): Promise<void>;
}

export interface HubOptions {
  readonly hubId: string;
  readonly brokerUrl: string;
  readonly homeSocket: string;
}

/** Spawns the built hub with a fresh data folder. */
export async function startHub(options: HubOptions, opened: Opened): Promise<BenchHub> {
  const folder = await openFolder(opened);
  const config = path.join(folder, 'stance.yaml');
  await writeFile(config, configOf(options));
  const args = [MAIN, 'run', '--config', config, '--simulated', options.homeSocket];
  const spawnedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const ended = (): Promise<void> => end(child);
  opened.add(ended);
  return {
    spawnedMs,
    assertRuns: () => {
      if (!running(child)) throw new Error(`the hub ended with ${String(child.exitCode)}:\n${output}`);
    },
    cpuMs: () => cpuMs(child.pid),
    rssMb: () => rssMb(child.pid),
    end: ended,
  };
}

/** The config of the quiet home as a person would write it; JSON is YAML. Observe: no prompt disturbs the measurement. */
const configOf = ({ hubId, brokerUrl }: HubOptions): string =>
  JSON.stringify({
    config_version: 1,
    hub: { id: hubId, name: 'Bench (simulated)' },
    time_zone: 'UTC',
    data_dir: './data',
    radios: [{ id: 'air', kind: 'noble', adapter: 0 }],
    mqtt: { url: brokerUrl, publish_min_interval_ms: 0 },
    http: { port: 0 },
    desks: QUIET_HOME.desks.map(({ id, name, address }) => ({ id, name, profile: 'linak-dpg', address })),
    bands: QUIET_HOME.bands.map(({ id, address }) => ({ id, name: id, profile: 'infinitime', address })),
    persons: QUIET_HOME.people.map(({ id, deskId, bandId, sitMm, standMm }) => ({
      id,
      name: id,
      desk: deskId,
      band: bandId,
      mode: 'observe',
      presets: { sit_mm: sitMm, stand_mm: standMm },
    })),
  });

const running = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

async function end(child: ChildProcess): Promise<void> {
  if (!running(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await exited;
  clearTimeout(killer);
}

function procFile(pid: number | undefined, name: string): string | null {
  const file = `/proc/${String(pid)}/${name}`;
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function cpuMs(pid: number | undefined): number | null {
  const stat = procFile(pid, 'stat');
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS;
}

function rssMb(pid: number | undefined): number | null {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(procFile(pid, 'status') ?? '')?.[1];
  return kib === undefined ? null : (Number(kib) * 1_024) / 1e6;
}
