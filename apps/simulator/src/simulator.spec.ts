import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectHome, defaultHome } from '#libs/simulation';
import { readArguments } from './arguments.js';
import { startSimulator } from './simulator.js';

describe('the simulator', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stance-simulator-'));
  const file = (name: string) => path.join(folder, name);
  const socket = file('home.sock');

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes its plan from the default or from a file, and single figures from the command line', async () => {
    expect(await readArguments(['--socket', socket])).toEqual({
      socket,
      plan: defaultHome(),
      truthFile: null,
      parent: false,
    });
    writeFileSync(file('plan.json'), JSON.stringify({ ...defaultHome(), seed: 1, people: [] }));
    const args = ['--plan', file('plan.json'), '--seed', '9', '--max-rate', '30', '--start', '2026-03-29T00:30:00Z'];
    expect(await readArguments(['--socket', socket, ...args, '--truth', 'x.jsonl', '--parent'])).toEqual({
      socket,
      plan: { ...defaultHome(), seed: 9, maxRate: 30, startEpochMs: Date.UTC(2026, 2, 29, 0, 30), people: [] },
      truthFile: 'x.jsonl',
      parent: true,
    });
    expect(await readArguments(['--help'])).toBeNull();
  });

  it.each([
    [[], /--socket PATH is missing/],
    [['--socket', 's', '--max-rate', '0'], /--max-rate 0: must be a number from 1 to 1000/],
    [['--socket', 's', '--seed', 'abc'], /--seed abc/],
    [['--socket', 's', '--start', 'monday'], /ISO instant/],
    [['--socket', 's', '--plan', '/no/such/plan.json'], /--plan .*ENOENT/],
    [['--bogus'], /bogus/],
  ])('says what is wrong with %j', async (args, words) => {
    await expect(readArguments(args)).rejects.toThrow(words);
  });

  it('refuses a plan without its lists', async () => {
    writeFileSync(file('empty.json'), '{"desks": []}');
    await expect(readArguments(['--socket', socket, '--plan', file('empty.json')])).rejects.toThrow('no list "bands"');
  });

  it('serves the home, says its addresses, writes the truth as it happens, and leaves no socket behind', async () => {
    const simulator = await startSimulator({
      socket,
      plan: defaultHome(),
      truthFile: file('truth.jsonl'),
      parent: false,
    });
    expect(simulator.ready).toEqual({
      ready: true,
      socket,
      desks: ['e1:1d:2f:0a:33:10'],
      bands: ['d4:3a:7c:51:08:e2'],
    });
    const home = await connectHome(socket);
    expect((await home.request({ do: 'status' })).people).toEqual({
      'person-1': { posture: 'sitting', place: 'desk' },
    });
    await simulator.stop();
    await expect(home.request({ do: 'status' })).rejects.toThrow(/no simulated home/);
    expect(existsSync(socket)).toBe(false);
    expect(JSON.parse(readFileSync(file('truth.jsonl'), 'utf8'))).toEqual({
      kind: 'posture',
      personId: 'person-1',
      posture: 'sitting',
      place: 'desk',
      at: defaultHome().startEpochMs,
    });
    // bleno asks for its device once more before it is quiet.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  });
});
