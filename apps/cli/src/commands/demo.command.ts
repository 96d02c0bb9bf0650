import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConsoleLogger } from '@nestjs/common';
import { type Command } from 'commander';
import { DateTime } from 'luxon';
import { type HubFeed } from '#libs/application';
import { loadConfig } from '#adapters/config';
import { type RunningHub, startHub } from '#apps/hub';
import { demoConfig } from '../demo-config.js';
import { startSimulator } from '../simulator-process.js';
import { untilAsked } from '../until-asked.js';
import { TerminalView } from '../view/terminal-view.js';

interface DemoOptions {
  readonly speed: string;
  readonly seed: string;
  readonly port: string;
}

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
    .option('--speed <n>', 'lab time at most this many times as fast while nothing moves', '240')
    .option('--seed <n>', 'another seed is another day', '1')
    .option('--port <n>', 'port of the health page (0: any free one)', '0')
    .addHelpText('after', '\nEnds with Ctrl-C. Exit codes: 0 stopped cleanly, 1 it could not start.')
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stance-demo-'));
  const asked = untilAsked();
  const socket = path.join(folder, 'home.sock');
  const simulator = await startSimulator(['--socket', socket, '--max-rate', options.speed, '--seed', options.seed]);
  try {
    const view = createView();
    const hub = await startDemoHub(folder, simulator.home, Number(options.port), (feed) =>
      feed.onItem((...told) => {
        view.show(...told);
      }),
    );
    view.banner(banner(hub));
    await asked;
    view.end();
    await hub.stop();
    view.banner(['stopped; nothing of the simulated home was kept']);
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
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
  const log = new ConsoleLogger({ logLevels: ['fatal'] });
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
