import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { stringify } from 'yaml';
import { topics } from '#adapters/mqtt';
import { type Posture, POSTURES } from '#libs/domain';
import { connectHome, type HomeConnection, type HomePlan, type TruthRecord } from '#libs/simulation';
import { type LivePosture } from './day-check.js';
import { hubReady, type Running, simulatorReady, startProgram } from './processes.js';

/** One hub process in one simulated home process on one broker, and a subscriber that writes down what it is told. */
export interface LabDay {
  readonly folder: string;
  readonly home: HomeConnection;
  /** The hub that was started first. */
  readonly hub: Running;
  readonly controlSocket: string;
  readonly live: readonly LivePosture[];
  readonly messages: ReadonlyMap<string, readonly string[]>;
  /** Resolves when lab time has reached the instant (ms after the start of the plan). */
  reaches(ms: number): Promise<void>;
  /** The simulator's truth so far. */
  truth(): Promise<readonly TruthRecord[]>;
  /** Another hub with the same config and data, once the one before has ended. */
  startHub(): Promise<Running>;
  stop(): Promise<void>;
}

export const HUB_ID = 'lab';
const TOPICS = topics(HUB_ID);

/** `commands.remote` of the config: whether a command needs somebody at the desk. */
type Remote = 'attended' | 'open';

/** The config of a hub in the plan's home, as a person would write it. Null: the hub's own broker. */
export function configOf(plan: HomePlan, brokerUrl: string | null, remote: Remote = 'attended'): string {
  const everyDay = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, '06:00-22:00']),
  );
  return stringify({
    config_version: 1,
    hub: { id: HUB_ID, name: 'Lab hub (simulated)' },
    time_zone: 'UTC',
    data_dir: './data',
    radios: [{ id: 'air', kind: 'noble', adapter: 0 }],
    ...(brokerUrl === null ? {} : { mqtt: { url: brokerUrl, publish_min_interval_ms: 0 } }),
    http: { port: 0 },
    commands: { remote },
    desks: plan.desks.map(({ id, address }) => ({ id, name: `${id} (simulated)`, profile: 'linak-dpg', address })),
    bands: plan.bands.map(({ id, address }) => ({ id, name: `${id} (simulated)`, profile: 'infinitime', address })),
    persons: plan.people.map(({ id, deskId, bandId, sitMm, standMm }) => ({
      id,
      name: `${id} (simulated)`,
      desk: deskId,
      band: bandId,
      mode: 'confirm',
      presets: { sit_mm: sitMm, stand_mm: standMm },
      working_hours: everyDay,
    })),
  });
}

export async function startLabDay(plan: HomePlan, brokerUrl: string, remote?: Remote): Promise<LabDay> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stance-day-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    await writeFile(path.join(folder, 'stance.yaml'), configOf(plan, brokerUrl, remote));
    return { ...(await start(plan, brokerUrl, folder, closers)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  plan: HomePlan,
  brokerUrl: string,
  folder: string,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<LabDay, 'stop'>> {
  const file = (name: string): string => path.join(folder, name);
  await writeFile(file('plan.json'), JSON.stringify(plan));
  const socket = file('home.sock');
  const truthFile = file('truth.jsonl');
  const args = ['--socket', socket, '--plan', file('plan.json'), '--truth', truthFile];
  const simulator = await startProgram('dist/apps/simulator/src/main.js', args, simulatorReady);
  closers.push(() => simulator.end());
  const home = await connectHome(socket);
  closers.push(() => {
    home.close();
    return Promise.resolve();
  });
  const heard = await subscribe(brokerUrl, () => home.clock.epochMs(), plan.people[0]?.id ?? '');
  closers.push(() => heard.client.endAsync(true));
  const startHub = async (): Promise<Running> => {
    const args = ['run', '--config', file('stance.yaml'), '--simulated', socket];
    const hub = await startProgram('dist/apps/cli/src/main.js', args, hubReady);
    closers.push(() => hub.end('SIGKILL'));
    return hub;
  };
  const hub = await startHub();
  return {
    folder,
    home,
    hub,
    startHub,
    controlSocket: file('data/hub.sock'),
    live: heard.live,
    messages: heard.messages,
    reaches: (ms) =>
      new Promise(
        (resolve) =>
          void home.clock.at(home.clock.monotonicMs() + (plan.startEpochMs + ms - home.clock.epochMs()), resolve),
      ),
    truth: async () =>
      (await readFile(truthFile, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TruthRecord),
  };
}

/** Follows one person's posture with its confidence, stamped in lab time, and keeps every payload by topic. */
async function subscribe(
  brokerUrl: string,
  labEpochMs: () => number,
  personId: string,
): Promise<{ readonly client: MqttClient; readonly live: LivePosture[]; readonly messages: Map<string, string[]> }> {
  const client = await connectAsync(brokerUrl);
  const live: LivePosture[] = [];
  const messages = new Map<string, string[]>();
  let [posture, confidence]: [Posture, number] = ['unknown', 0];
  client.on('message', (topic, payload) => {
    const text = payload.toString('utf8');
    messages.set(topic, [...(messages.get(topic) ?? []), text]);
    if (topic === TOPICS.of('person', personId, 'posture'))
      posture = POSTURES.find((known) => known === text) ?? 'unknown';
    else if (topic === TOPICS.of('person', personId, 'confidence')) confidence = Number(text) / 100;
    else return;
    live.push({ at: labEpochMs(), posture, confidence });
  });
  await client.subscribeAsync([TOPICS.all, 'homeassistant/#']);
  return { client, live, messages };
}
