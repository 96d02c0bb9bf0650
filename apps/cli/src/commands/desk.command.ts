import { type Command, InvalidArgumentError, Option } from 'commander';
import { type HeightUnits, type HomeState, MOVE_RESULT_TEXT, StanceError, heightText } from '#libs/application';
import { type MoveReport, type StopReport } from '#adapters/http';
import { ControlClient } from '../control-client.js';
import { EXIT } from '../exit-code.js';
import { type SocketOptions, socketPath } from './options.js';

interface DeskOptions extends SocketOptions {
  readonly desk?: string;
}

const MM_PER = { mm: 1, cm: 10, in: 25.4 } as const;
const PRESET = /^[a-z][a-z0-9-]*$/;
const HEIGHT = /^(\d+(?:\.\d+)?)(mm|cm|in)$/;

/** `720mm`, `72cm`, `28.3in`, or the name of a preset. */
export function parseTarget(text: string): { readonly height_mm: number } | { readonly preset: string } {
  const height = HEIGHT.exec(text);
  if (height !== null) return { height_mm: Number(height[1]) * MM_PER[height[2] as keyof typeof MM_PER] };
  if (PRESET.test(text)) return { preset: text };
  throw new InvalidArgumentError(
    'Write a height with its unit (720mm, 72cm, 28.3in) or the name of a preset (sit, stand).',
  );
}

/** `stance desk move|stop|unlock`. */
export function addDeskCommand(program: Command): void {
  const desk = program.command('desk').description('move, stop or unlock a desk through the running hub');
  const common = (command: Command): Command =>
    command
      .addOption(new Option('-d, --desk <id>', 'which desk; may be left out where there is one'))
      .option('--socket <path>', 'control socket of the hub')
      .option('-c, --config <file>', 'config of the hub (default: stance.yaml)');

  common(desk.command('move'))
    .description('move to a height or a preset and wait for the end; Ctrl-C stops waiting, not the desk')
    .argument('<target>', '720mm, 72cm, 28.3in, sit or stand', parseTarget)
    .addHelpText('after', '\nExit codes: 0 arrived, 1 refused or did not arrive, 3 no hub answers.')
    .action(async (target: ReturnType<typeof parseTarget>, options: DeskOptions) => {
      const { client, deskId, units } = await connect(options);
      const report = await client.post<MoveReport>(`desks/${deskId}/move`, target);
      console.log(reportText(report, units));
      if (report.kind !== 'move-ended' || report.result !== 'arrived') process.exitCode = EXIT.failed;
    });

  common(desk.command('stop'))
    .description('stop a desk at once')
    .addHelpText('after', '\nExit codes: 0 sent, 1 the desk has no link, 3 no hub answers.')
    .action(async (options: DeskOptions) => {
      const { client, deskId } = await connect(options);
      const { sent } = await client.post<StopReport>(`desks/${deskId}/stop`);
      console.log(
        sent ? `${deskId}: stop sent` : `${deskId}: not connected, so no stop could be sent; use its own buttons`,
      );
      if (!sent) process.exitCode = EXIT.failed;
    });

  common(desk.command('unlock'))
    .description('unlock a desk that an obstacle locked out: look at the desk first')
    .addHelpText('after', '\nExit codes: 0 unlocked, 3 no hub answers.')
    .action(async (options: DeskOptions) => {
      const { client, deskId } = await connect(options);
      await client.post(`desks/${deskId}/unlock`);
      console.log(`${deskId}: unlocked`);
    });
}

function reportText(report: MoveReport, units: HeightUnits): string {
  if (report.kind === 'command-refused') return `not moved: ${report.text}`;
  const at = report.heightMm === null ? '' : ` at ${heightText(report.heightMm, units)}`;
  return `${MOVE_RESULT_TEXT[report.result]}${at}`;
}

async function connect(
  options: DeskOptions,
): Promise<{ readonly client: ControlClient; readonly deskId: string; readonly units: HeightUnits }> {
  const client = new ControlClient(await socketPath(options));
  const { desks, units } = await client.get<HomeState & { readonly units: HeightUnits }>('state');
  const [only, ...others] = desks;
  const deskId = options.desk ?? (others.length === 0 ? only?.id : undefined);
  if (deskId === undefined) {
    const known = desks.map(({ id }) => id).join(', ');
    throw known === ''
      ? new StanceError('cli.no-desk', 'this hub has no desk', { owner: 'user' })
      : new StanceError('cli.usage', `there are several desks: name one with --desk: ${known}`, { owner: 'user' });
  }
  return { client, deskId, units };
}
