import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { loadConfig } from '#adapters/config';
import { startHub } from './start-hub.js';

/** The hub without the CLI, for service managers and images: `STANCE_CONFIG=stance.yaml node dist/apps/hub/src/main.js`. */
const log = new ConsoleLogger({ json: true });
try {
  const config = await loadConfig(process.env.STANCE_CONFIG ?? 'stance.yaml');
  const hub = await startHub({ config, simulatedHome: null, log });
  const end = (): void => void hub.stop().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  log.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
