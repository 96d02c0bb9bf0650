#!/usr/bin/env node
import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { hasCode } from '#libs/application';
import { stanceVersion } from '#apps/hub';
import { addCheckCommand } from './commands/check.command.js';
import { addDemoCommand } from './commands/demo.command.js';
import { addDeskCommand } from './commands/desk.command.js';
import { addRunCommand } from './commands/run.command.js';
import { addScanCommand } from './commands/scan.command.js';
import { addStateCommand } from './commands/state.command.js';
import { EXIT } from './exit-code.js';

function exitCodeOf(error: unknown): number {
  if (hasCode(error, 'control.no-hub')) return EXIT.noHub;
  return hasCode(error, 'cli.usage') ? EXIT.usage : EXIT.failed;
}

const program = new Command('stance')
  .description(
    'Reads how you sit and stand, says it over MQTT, and cycles the desk so that no position is held too long.',
  )
  .version(stanceVersion())
  .exitOverride();

for (const add of [addDemoCommand, addRunCommand, addCheckCommand, addScanCommand, addStateCommand, addDeskCommand])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = exitCodeOf(error);
  }
}
