import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { type HubConfig, loadConfig } from '#adapters/config';
import { controlSocketOf } from '#apps/hub';

/** Where the config is: `--config`, else `STANCE_CONFIG`, else `stance.yaml` here. */
export const configPath = (option: string | undefined): string =>
  path.resolve(option ?? process.env.STANCE_CONFIG ?? 'stance.yaml');

export const readConfig = (option: string | undefined): Promise<HubConfig> => loadConfig(configPath(option));

/** An option's number: not negative, decimals allowed. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Write a number.');
  return value;
}

export interface SocketOptions {
  readonly socket?: string;
  readonly config?: string;
}

/** The running hub's socket: `--socket`, else `STANCE_SOCKET`, else that of the config. */
export async function socketPath(options: SocketOptions): Promise<string> {
  return options.socket ?? process.env.STANCE_SOCKET ?? controlSocketOf(await readConfig(options.config));
}
