import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command } from 'commander';
import { DateTime } from 'luxon';
import { type HubFeed, type Undo } from '#libs/application';
import { loadConfig } from '#adapters/config';
import { hubLog, type RunningHub, startHub } from '#apps/hub';
import { demoConfig } from '../demo-config.js';
import { startSimulator, type SimulatorProcess } from '../simulator-process.js';
import { untilAsked } from '../until-asked.js';
import { statusText } from '../view/story.js';
import { TerminalView } from '../view/terminal-view.js';
import { amount } from './options.js';

interface DemoOptions {
  readonly speed: number;
  readonly seed: number;
  readonly port: number;
}

/** The live last line of a terminal is redrawn this often. */
const STATUS_EVERY_MS = 250;
/** The demo's home keeps its day in UTC, so that it looks the same everywhere. */
const DEMO_ZONE = 'UTC';
/** Heights of the simulated person, mm. */
const DEMO_PRESETS = { sitMm: 722, standMm: 1104 } as const;
const NAMES: Readonly<Record<string, string>> = {
  desk: 'Desk (simulated)',
  band: 'Band (simulated)',
  alex: 'Alex (simulated)',
};

/** `stance demo`: the hub in a simulated home, told as a story. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('run the hub in a simulated home (desk, band and person): no hardware, nothing is kept')
    .option('--speed <n>', 'lab time at most this many times as fast while nothing moves', amount, 240)
    .option('--seed <n>', 'another seed is another day', amount, 1)
    .option('--port <n>', 'port of the health page (0: any free one)', amount, 0)
    .addHelpText('after', '\nEnds with Ctrl-C. Exit codes: 0 stopped cleanly, 1 it could not start.')
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stance-demo-'));
  const asked = untilAsked();
  let simulator: SimulatorProcess | null = null;
  try {
    const { speed, seed, port } = options;
    const socket = path.join(folder, 'home.sock');
    simulator = await startSimulator(['--socket', socket, '--max-rate', String(speed), '--seed', String(seed)]);
    await tell(folder, simulator, port, asked);
  } finally {
    await simulator?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The story from the start of the hub until somebody asks for the end. How things are put away is no part of it. */
async function tell(folder: string, { home }: SimulatorProcess, port: number, asked: Promise<void>): Promise<void> {
  const view = createView();
  let silence: Undo = () => undefined;
  const hub = await startDemoHub(folder, home, port, (feed) => {
    silence = feed.onItem((...told) => {
      view.show(...told);
    });
  });
  view.banner(banner(hub));
  const status = setInterval(() => {
    view.status(statusText(hub.home.state(), 'cm'), hub.clock.stamp());
  }, STATUS_EVERY_MS);
  await asked;
  clearInterval(status);
  silence();
  view.end();
  await hub.stop();
  view.banner(['stopped; nothing of the simulated home was kept']);
}

const createView = (): TerminalView =>
  new TerminalView(
    process.stdout,
    { of: (id) => NAMES[id] ?? id, units: 'cm' },
    (at) => DateTime.fromMillis(at, { zone: DEMO_ZONE }).toFormat('HH:mm:ss'),
    process.env,
  );

async function startDemoHub(
  folder: string,
  home: { readonly socket: string; readonly desks: readonly string[]; readonly bands: readonly string[] },
  httpPort: number,
  watch: (feed: HubFeed) => void,
): Promise<RunningHub> {
  const [deskAddress, bandAddress] = [home.desks[0] ?? '', home.bands[0] ?? ''];
  const file = path.join(folder, 'stance.yaml');
  await writeFile(file, demoConfig({ deskAddress, bandAddress, ...DEMO_PRESETS }, { timeZone: DEMO_ZONE, httpPort }));
  const log = hubLog({ levels: ['fatal'] });
  return startHub({ config: await loadConfig(file), simulatedHome: home.socket, log, watch });
}

function banner(hub: RunningHub): string[] {
  const broker = new URL(hub.brokerUrl ?? 'mqtt://127.0.0.1');
  return [
    '',
    'Stance demo: a SIMULATED home. Desk, band and person are simulated; lab time runs fast while nothing moves.',
    `  MQTT    ${hub.brokerUrl ?? ''}      mosquitto_sub -h ${broker.hostname} -p ${broker.port} -t 'stance/#' -v`,
    `  Health  ${hub.httpUrl}/health/ready`,
    `  CLI     npx stance state --socket ${hub.controlSocket}`,
    '  Ctrl-C ends it; nothing is kept.',
    '',
  ];
}
