import { HELP, readArguments, UsageError } from './arguments.js';
import { startSimulator } from './simulator.js';

const USAGE = 2;

async function main(): Promise<void> {
  const wanted = await readArguments(process.argv.slice(2));
  if (wanted === null) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await startSimulator(wanted);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // bleno's own timers would keep the process for another second.
    void simulator.stop().finally(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (wanted.parent) process.stdin.on('end', end).on('error', end).resume();
  process.stdout.write(`${JSON.stringify(simulator.ready)}\n`);
}

main().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`simulator: ${words}\n`);
  process.exit(error instanceof UsageError ? USAGE : 1);
});
