import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EmbeddedBroker } from '#adapters/mqtt';
import { defaultHome, type HomePlan, serveHome, SimulatedHome } from '#libs/simulation';
import { startMosquitto } from '#libs/testing';
import { type Opened } from './bench-run.js';

const DEFAULT = defaultHome();

/** The default home, one desk, one band, one person, on a day on which nothing happens, at 1 x: the band sends at 10 Hz. */
export const QUIET_HOME: HomePlan = {
  ...DEFAULT,
  maxRate: 1,
  people: DEFAULT.people.map((person) => ({ ...person, day: [] })),
};

export interface BenchHome {
  readonly home: SimulatedHome;
  readonly socket: string;
}

/** The quiet home in this process, served to a hub. `connectionIntervalMs` as in `HomeOptions`. */
export async function openHome(opened: Opened, connectionIntervalMs?: number): Promise<BenchHome> {
  const home = await SimulatedHome.start(QUIET_HOME, { connectionIntervalMs });
  opened.add(() => {
    home.stop();
  });
  const socket = path.join(await openFolder(opened), 'home.sock');
  const served = await serveHome(home, socket);
  opened.add(() => served.close());
  return { home, socket };
}

export async function openFolder(opened: Opened): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stance-bench-'));
  opened.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Mosquitto where it is installed, as in a household; otherwise the hub's own broker, in this process. */
export async function openBroker(opened: Opened): Promise<{ readonly url: string; readonly kind: string }> {
  try {
    const broker = await startMosquitto();
    opened.add(() => broker.stop());
    return { url: broker.url, kind: 'Mosquitto' };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}; measuring with the embedded broker`);
    const broker = new EmbeddedBroker();
    const { url } = await broker.start();
    opened.add(() => broker.stop());
    return { url, kind: 'embedded broker' };
  }
}
