import { type Command } from 'commander';
import { checkSetup } from '#apps/hub';
import { configPath, readConfig } from './options.js';

/** `stance check`: every fault of the config at once. Only the device profiles are read, nothing is opened. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check the config and list every fault with line and path')
    .option('-c, --config <file>', 'config to check (default: stance.yaml)')
    .addHelpText('after', '\nExit codes: 0 the config is right, 1 it is not.')
    .action(async (options: { readonly config?: string }) => {
      const config = await readConfig(options.config);
      checkSetup(config);
      const radio = config.radios[0];
      console.log(`${configPath(options.config)} is right.`);
      console.log(
        `  desks: ${namesOf(config.desks)}; bands: ${namesOf(config.bands)}; persons: ${namesOf(config.persons)}`,
      );
      console.log(
        `  broker: ${config.mqtt?.url ?? 'the embedded one (loopback, MQTT 3.1.1; Home Assistant wants its own broker)'}`,
      );
      console.log(
        `  radio: ${radio === undefined ? 'none: the hub would hear nothing' : `${radio.kind} on adapter ${radio.adapter}`}`,
      );
    });
}

const namesOf = (things: readonly { readonly id: string }[]): string => things.map(({ id }) => id).join(', ') || 'none';
