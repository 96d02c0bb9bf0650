import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/processes.js';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built `stance` in a folder without a config. */
function stance(folder: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, STANCE_CONFIG: undefined, STANCE_SOCKET: undefined };
    const child = spawn(process.execPath, [path.join(ROOT, 'dist/apps/cli/src/main.js'), ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.once('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

const RIGHT = `config_version: 1
time_zone: UTC
desks: [{ id: office, name: Office desk, profile: linak-dpg }]
bands: [{ id: wrist, name: Wrist, profile: infinitime }]
persons: [{ id: alex, name: Alex, desk: office, band: wrist, mode: notify }]
`;
/** Four faults in lines 2, 4 and 6: the person has no desk, too. */
const WRONG = `config_version: 1
time_zone: Middle/Earth
desks:
  - { id: Office Desk, name: Office desk, profile: linak-dpg }
persons:
  - { id: alex, name: Alex, mode: sometimes }
`;
/** A right file as far as it goes: what it names does not exist. */
const UNKNOWN = RIGHT.replace('linak-dpg', 'linak-dgp').replace('infinitime', 'infinitive');

describe('the stance command', () => {
  let folder: string;
  const file = (name: string): string => path.join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stance-cli-'));
    await writeFile(file('right.yaml'), RIGHT);
    await writeFile(file('wrong.yaml'), WRONG);
    await writeFile(file('unknown.yaml'), UNKNOWN);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('names its commands in --help, and its version', async () => {
    const [help, version] = await Promise.all([stance(folder, '--help'), stance(folder, '--version')]);
    expect(help.code).toBe(0);
    for (const command of ['demo', 'run', 'check', 'scan', 'state', 'desk'])
      expect(help.out).toContain(`  ${command} `);
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
  });

  it.each([
    [['demo'], '--speed'],
    [['run'], '--config'],
    [['check'], '--config'],
    [['scan'], '--seconds'],
    [['state'], '--json'],
    [['desk'], 'unlock'],
    [['desk', 'move'], '<target>'],
    [['desk', 'stop'], '--desk'],
    [['desk', 'unlock'], '--desk'],
  ])('%p --help says what there is, with its exit codes', async (command, option) => {
    const { code, out } = await stance(folder, ...command, '--help');
    expect(code).toBe(0);
    expect(out).toContain(option);
    if (command.join(' ') !== 'desk') expect(out).toContain('Exit codes: 0');
  });

  it.each([
    ['an unknown command', ['dance'], /unknown command 'dance'/],
    ['an unknown option', ['state', '--loud'], /unknown option '--loud'/],
    ['a target without a unit', ['desk', 'move', '720'], /720mm, 72cm, 28\.3in/],
    ['seconds that are no number', ['scan', '--seconds', 'soon'], /Write a number/],
  ])('ends with 2 and says why: %s', async (_what, args, why) => {
    const { code, out, err } = await stance(folder, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(why);
  });

  it.each([[['state']], [['desk', 'stop']]])(
    '%p without a hub ends with 3 and says how to start one',
    async (command) => {
      const { code, out, err } = await stance(folder, ...command, '--socket', file('none.sock'));
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toBe(
        `no hub answers on ${file('none.sock')}: start one with "stance run", or name its socket with --socket\n`,
      );
    },
  );

  it('check passes a right file and sums it up', async () => {
    const { code, out, err } = await stance(folder, 'check', '--config', 'right.yaml');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${file('right.yaml')} is right.`);
    expect(out).toContain('desks: office; bands: wrist; persons: alex');
    expect(out).toContain('radio: none');
  });

  it('check names every fault of a wrong file with its line and path, and ends with 1', async () => {
    const { code, out, err } = await stance(folder, 'check', '--config', 'wrong.yaml');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    const [head, ...faults] = err.trimEnd().split('\n');
    expect(head).toBe(`${file('wrong.yaml')} has 4 problems.`);
    expect(faults).toEqual([
      expect.stringMatching(/^ {2}line 2, column \d+: time_zone: /),
      expect.stringMatching(/^ {2}line 4, column \d+: desks\[0\]\.id: /),
      expect.stringMatching(/^ {2}line 6, column \d+: persons\[0\]\.desk: /),
      expect.stringMatching(/^ {2}line 6, column \d+: persons\[0\]\.mode: /),
    ]);
  });

  it('check names every profile that does not exist, and those that do', async () => {
    const { code, err } = await stance(folder, 'check', '--config', 'unknown.yaml');
    expect(code).toBe(1);
    const [head, ...faults] = err.trimEnd().split('\n');
    expect(head).toBe(`${file('unknown.yaml')} has 2 problems.`);
    expect(faults).toEqual([
      expect.stringMatching(
        /^ {2}desks\[0\]\.profile: there is no desk profile "linak-dgp"\. Name one of: .*linak-dpg/,
      ),
      expect.stringMatching(
        /^ {2}bands\[0\]\.profile: there is no band profile "infinitive"\. Name one of: .*infinitime/,
      ),
    ]);
  });

  it('run and check without a config say where they looked', async () => {
    for (const command of ['run', 'check']) {
      const { code, err } = await stance(folder, command);
      expect(code).toBe(1);
      expect(err).toContain(`There is no config file ${file('stance.yaml')}`);
    }
  });
});
