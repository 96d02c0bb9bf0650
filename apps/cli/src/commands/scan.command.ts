import { type Command } from 'commander';
import { type Heard, StanceError, hasCode } from '#libs/application';
import { hubLog, type RadioKind, scanWithoutHub } from '#apps/hub';
import { ControlClient } from '../control-client.js';
import { type SocketOptions, amount, readConfig, socketPath } from './options.js';

interface ScanOptions extends SocketOptions {
  readonly seconds: number;
  readonly json?: boolean;
}

/** `stance scan`: desks and bands in reach. A running hub listens itself; only without one is the radio opened here. */
export function addScanCommand(program: Command): void {
  program
    .command('scan')
    .description('list the Bluetooth devices in reach and the profiles that fit them')
    .option('-s, --seconds <n>', 'how long to listen', amount, 5)
    .option('--socket <path>', 'control socket of the hub')
    .option('-c, --config <file>', 'config of the hub (default: stance.yaml)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExit codes: 0 scanned, 1 there is no usable radio.')
    .action(async (options: ScanOptions) => {
      const heard = await scan(options);
      console.log(options.json === true ? JSON.stringify(heard, null, 2) : heardText(heard));
    });
}

async function scan(options: ScanOptions): Promise<readonly Heard[]> {
  const { seconds } = options;
  if (seconds === 0) throw new StanceError('cli.usage', 'Write the seconds as a number above 0.', { owner: 'user' });
  console.error(`listening for ${seconds} s …`);
  const socket = await socketPath(options).catch(() => null);
  if (socket !== null) {
    try {
      return await new ControlClient(socket).get<readonly Heard[]>(`scan?seconds=${seconds}`);
    } catch (error) {
      if (!hasCode(error, 'control.no-hub')) throw error;
    }
  }
  return scanWithoutHub(await configuredRadio(options.config), seconds, hubLog({ levels: ['warn', 'error'] }));
}

/** The radio of the config, or the first adapter where there is no config yet. */
async function configuredRadio(config: string | undefined): Promise<RadioKind> {
  const radio = await readConfig(config).then(
    ({ radios }) => radios[0],
    (error: unknown) => {
      if (hasCode(error, 'config.not-found')) return undefined;
      throw error;
    },
  );
  return radio ?? { kind: 'noble', adapter: 0 };
}

function heardText(heard: readonly Heard[]): string {
  if (heard.length === 0) return 'nothing heard: is the device awake, near, and free of other connections (phone app)?';
  return heard
    .map(({ advertisement, profile }) => {
      const name = (advertisement.name ?? '(no name)').padEnd(20);
      const fit =
        profile === null ? '' : `  ${profile.kind} profile ${profile.id} (${profile.vendor} ${profile.model})`;
      return `${advertisement.address}  ${String(advertisement.rssiDbm).padStart(4)} dBm  ${name}${fit}`;
    })
    .join('\n');
}
