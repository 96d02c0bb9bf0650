import { type Command, Option } from 'commander';
import { hubLog, startHub } from '#apps/hub';
import { untilAsked } from '../until-asked.js';
import { readConfig } from './options.js';

interface RunOptions {
  readonly config?: string;
  readonly simulated?: string;
  readonly logJson?: boolean;
}

/** `stance run`: the hub, in the foreground, until Ctrl-C or SIGTERM. */
export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('run the hub with a config until Ctrl-C')
    .option('-c, --config <file>', 'config (default: stance.yaml)')
    .option('--log-json', 'write the log as JSON lines')
    .addOption(new Option('--simulated <socket>', 'use a running simulated home as radio and clock (tests)'))
    .addHelpText('after', '\nExit codes: 0 stopped cleanly, 1 it could not start.')
    .action(async (options: RunOptions) => {
      const config = await readConfig(options.config);
      const log = hubLog({ json: options.logJson === true });
      const asked = untilAsked();
      const hub = await startHub({ config, simulatedHome: options.simulated ?? null, log });
      log.log(
        `stance is up: broker ${hub.brokerUrl ?? 'none'}, health ${hub.httpUrl}/health/ready, socket ${hub.controlSocket}`,
        'hub',
      );
      await asked;
      await hub.stop();
    });
}
