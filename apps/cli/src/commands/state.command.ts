import { type Command } from 'commander';
import {
  type BandSnapshot,
  type DeskSnapshot,
  type HeightUnits,
  type HomeState,
  type PersonSnapshot,
  durationText,
  guardsText,
  heightText,
} from '#libs/application';
import { ControlClient } from '../control-client.js';
import { type SocketOptions, socketPath } from './options.js';

type State = HomeState & {
  readonly hub: { readonly name: string; readonly simulated: boolean };
  readonly units: HeightUnits;
};

/** `stance state`: what the running hub believes now, and why. */
export function addStateCommand(program: Command): void {
  program
    .command('state')
    .description('show desks, bands and persons as the running hub sees them')
    .option('--socket <path>', 'control socket of the hub')
    .option('-c, --config <file>', 'config of the hub (default: stance.yaml)')
    .option('--json', 'print the whole state as JSON')
    .addHelpText('after', '\nExit codes: 0 shown, 3 no hub answers.')
    .action(async (options: SocketOptions & { readonly json?: boolean }) => {
      const state = await new ControlClient(await socketPath(options)).get<State>('state');
      console.log(options.json === true ? JSON.stringify(state, null, 2) : stateText(state));
    });
}

function stateText({ hub, units, desks, bands, persons }: State): string {
  return [
    `${hub.name}${hub.simulated ? ' (simulated home)' : ''}`,
    ...persons.flatMap((person) => personLines(person)),
    ...desks.map((desk) => deskLine(desk, units)),
    ...bands.map(bandLine),
  ].join('\n');
}

function personLines({ id, mode, posture, reasonsText, dwellS, prompt, guards }: PersonSnapshot): string[] {
  const lines = [
    `person ${id}: ${posture.posture} for ${durationText(dwellS * 1000)}, ${Math.round(posture.confidence * 100)} % sure; mode ${mode}`,
  ];
  if (reasonsText !== '') lines.push(`  because: ${reasonsText}`);
  if (prompt !== null) lines.push(`  prompt open: ${prompt.kind} (${prompt.cause})`);
  if (guards.length > 0) lines.push(`  holding back: ${guardsText(guards)}`);
  return lines;
}

function deskLine(desk: DeskSnapshot, units: HeightUnits): string {
  const height = desk.heightMm === null ? 'height unknown' : heightText(desk.heightMm, units);
  const refused = desk.guards.length === 0 ? '' : `; last request refused: ${guardsText(desk.guards)}`;
  return `desk ${desk.id}: ${desk.link ? 'connected' : 'not connected'}, ${height}, ${desk.motion}${refused}`;
}

function bandLine(band: BandSnapshot): string {
  const battery = band.batteryPercent === null ? '' : `, battery ${band.batteryPercent} %`;
  return `band ${band.id}: ${band.link ? 'connected' : 'not connected'}${battery}`;
}
