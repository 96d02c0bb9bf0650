import { Socket } from 'node:net';
import { topics } from '#adapters/mqtt';
import { connectAsync, type MqttClient } from 'mqtt';
import { readBenchArguments } from './support/arguments.js';
import { type BenchHome, openBroker, openHome, QUIET_HOME } from './support/bench-home.js';
import { Opened, runBench, sleep, until } from './support/bench-run.js';
import { type Figure, figure, median, percentile } from './support/figures.js';
import { type BenchHub, startHub } from './support/hub-process.js';
import { brokerLatency, hubLatency } from './support/latency.js';

const INTRO = `Usage: npm run bench:hub -- [options]

The built hub as a process, with a simulated home (one desk, one band at 10 Hz, one person) at 1 x and a broker:
Mosquitto where it is installed, the embedded one otherwise.
`;

const DESK_ID = QUIET_HOME.desks[0]?.id ?? '';
const SPAWNS = 3;
const HEIGHT_WITHIN_MS = 30_000;
/** Before the load counts: code that runs for the first time is slower. */
const LOAD_WARM_UP_S = 2;

const { json, numbers } = readBenchArguments(INTRO, {
  warm: { default: 60, least: 0, most: 3_600, help: 'seconds from the first height to the idle window' },
  idle: { default: 60, least: 1, most: 3_600, help: 'length of the idle window in seconds' },
  load: { default: 20, least: 1, most: 600, help: 'seconds of 200 notifications a second' },
});

interface Scene {
  readonly home: BenchHome;
  readonly brokerUrl: string;
  readonly client: MqttClient;
  readonly opened: Opened;
}

const heightTopicOf = (hubId: string): string => topics(hubId).of('desk', DESK_ID, 'height');

/** Spawns a hub of an id nothing is retained of, and waits for the desk's true height at the subscriber. */
async function spawnHub(hubId: string, scene: Scene): Promise<{ readonly hub: BenchHub; readonly seconds: number }> {
  const { home, brokerUrl, client, opened } = scene;
  const topic = heightTopicOf(hubId);
  const trueText = String(Math.round(home.home.desks.get(DESK_ID)?.heightMm ?? NaN));
  const seenMs: number[] = [];
  const look = (heard: string, payload: Buffer): void => {
    if (heard === topic && payload.toString('utf8') === trueText) seenMs.push(performance.now());
  };
  client.on('message', look);
  await client.subscribeAsync(topic);
  const hub = await startHub({ hubId, brokerUrl, homeSocket: home.socket }, opened);
  const seen = (): boolean => {
    hub.assertRuns();
    return seenMs.length > 0;
  };
  await until(`height ${trueText} on ${topic}`, seen, HEIGHT_WITHIN_MS);
  client.off('message', look);
  return { hub, seconds: ((seenMs[0] ?? NaN) - hub.spawnedMs) / 1_000 };
}

/** Start-up three times, then idle with the last hub. */
async function measureQuiet(scene: Scene): Promise<readonly Figure[]> {
  const seconds: number[] = [];
  for (let run = 1; ; run += 1) {
    const started = await spawnHub(`bench-quiet-${run}`, scene);
    seconds.push(started.seconds);
    if (run === SPAWNS) {
      const idle = await measureIdle(started.hub);
      await started.hub.end();
      return [figure('spawn to true desk height at a subscriber, median of 3', median(seconds), 's'), ...idle];
    }
    await started.hub.end();
  }
}

async function measureIdle(hub: BenchHub): Promise<readonly Figure[]> {
  await sleep(numbers.warm * 1_000);
  const [cpuBefore, before] = [hub.cpuMs(), performance.now()];
  await sleep(numbers.idle * 1_000);
  hub.assertRuns();
  const [cpuAfter, rss] = [hub.cpuMs(), hub.rssMb()];
  if (cpuBefore === null || cpuAfter === null || rss === null) {
    console.error('No /proc here: CPU and memory are not measured.');
    return [];
  }
  return [
    figure('idle CPU', ((cpuAfter - cpuBefore) / (performance.now() - before)) * 100, '% of a core'),
    figure('idle RSS', rss, 'MB'),
  ];
}

async function measureLoad(scene: Scene): Promise<readonly Figure[]> {
  const { client: subscriber, home, brokerUrl, opened } = scene;
  const publisher = await connectAsync(brokerUrl);
  opened.add(() => publisher.endAsync(true));
  // Otherwise a message waits until the one before it is acknowledged, up to 40 ms, and the broker looks slow.
  if (publisher.stream instanceof Socket) publisher.stream.setNoDelay(true);
  const hubId = 'bench-load';
  const { hub } = await spawnHub(hubId, scene);
  const load = { home: home.home, deskId: DESK_ID, heightTopic: heightTopicOf(hubId), subscriber };
  await hubLatency({ ...load, seconds: LOAD_WARM_UP_S });
  const heights = await hubLatency({ ...load, seconds: numbers.load });
  const echoes = await brokerLatency(publisher, { subscriber, seconds: numbers.load });
  hub.assertRuns();
  await hub.end();
  const [hubP99, brokerP99] = [percentile(heights.arrivedMs, 0.99), percentile(echoes.arrivedMs, 0.99)];
  return [
    figure('HCI notification to subscriber at 200/s, p50', median(heights.arrivedMs), 'ms'),
    figure('HCI notification to subscriber at 200/s, p99', hubP99, 'ms'),
    figure("the broker's own round trip, p50", median(echoes.arrivedMs), 'ms'),
    figure("the broker's own round trip, p99", brokerP99, 'ms'),
    figure("p99 added over the broker's own", hubP99 - brokerP99, 'ms'),
    figure('heights published of those notified', (heights.arrivedMs.length / heights.sent) * 100, '%', 'higher'),
  ];
}

await runBench(json, async (opened) => {
  const broker = await openBroker(opened);
  console.log(`Broker: ${broker.kind}. About ${numbers.warm + numbers.idle + 2 * numbers.load + 30} s.`);
  const client = await connectAsync(broker.url);
  opened.add(() => client.endAsync(true));
  const stage = async (
    measure: (scene: Scene) => Promise<readonly Figure[]>,
    connectionIntervalMs?: number,
  ): Promise<readonly Figure[]> => {
    // One home after the other: two would share the processor.
    const own = new Opened();
    opened.add(() => own.close());
    const home = await openHome(own, connectionIntervalMs);
    const figures = await measure({ home, brokerUrl: broker.url, client, opened: own });
    await own.close();
    return figures;
  };
  const quiet = await stage(measureQuiet);
  // Packets cross at once: the grid of 200/s reaches the hub as it was sent, not in bursts of a connection event.
  const load = await stage(measureLoad, 0);
  return { bench: 'hub', results: [...load, ...quiet] };
});
