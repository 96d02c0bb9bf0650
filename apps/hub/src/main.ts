import 'reflect-metadata';
import { loadConfig } from '#adapters/config';
import { hubLog } from './hub-log.js';
import { startHub } from './start-hub.js';

/** The hub without the CLI, for service managers and images: `STANCE_CONFIG=stance.yaml node dist/apps/hub/src/main.js`. */
const log = hubLog({ json: true });
try {
  const config = await loadConfig(process.env.STANCE_CONFIG ?? 'stance.yaml');
  const hub = await startHub({ config, simulatedHome: null, log });
  const end = (): void => {
    hub.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error(String(error), 'hub');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
} catch (error) {
  log.error(error instanceof Error ? error.message : String(error), 'hub');
  process.exitCode = 1;
}
