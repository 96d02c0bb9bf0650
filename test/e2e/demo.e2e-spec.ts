import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MINUTE_MS } from '#libs/domain';
import { MqttObserver } from '#libs/testing';
import { ROOT, type Running, startProgram } from '../support/processes.js';

const CLI = 'dist/apps/cli/src/main.js';
/** The saved heights of the demo's person. */
const STAND_MM = 1_104;
/** The first move of the story has to come within two minutes (the day before it runs fast). */
const FIRST_MOVE_MS = 2 * MINUTE_MS;
const LONGEST_RUN_MS = 3 * MINUTE_MS;
const DESK_HEIGHT = 'stance/demo/desk/desk/height';

interface Asked {
  readonly code: number | null;
  readonly output: string;
}

/** Runs one `stance` command to its end. */
function stance(args: readonly string[]): Promise<Asked> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(ROOT, CLI), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
}

/** The demo, as `npm start` runs it, with a temporary folder of its own to look into. */
async function startDemo(temporary: string): Promise<Running & { readonly first: string }> {
  const kept = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    return await startProgram(CLI, ['demo'], (line) => /mqtt:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? null);
  } finally {
    if (kept === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = kept;
  }
}

/** Command lines of processes that name the folder: the simulated home has its socket there. */
const processesNaming = (folder: string): readonly string[] =>
  execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder));

/** Resolves with the output once it holds the words; rejects with the output when the demo takes too long. */
async function told({ output }: Running, words: RegExp): Promise<string> {
  const deadline = performance.now() + FIRST_MOVE_MS;
  while (!words.test(output())) {
    if (performance.now() > deadline) throw new Error(`no ${String(words)} in:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return output();
}

describe('stance demo, as somebody sees it who has just cloned the repository', () => {
  let temporary: string;
  let demo: Awaited<ReturnType<typeof startDemo>>;
  let observer: MqttObserver;
  let story: string;
  let state: Asked;
  let scan: Asked;
  let stop: Asked;
  let endedWith: number | null;
  let last: string;
  let leftBehind: readonly string[];
  let running: readonly string[];
  let secondStart: string;

  beforeAll(async () => {
    temporary = await mkdtemp(path.join(tmpdir(), 'stance-demo-spec-'));
    demo = await startDemo(temporary);
    observer = await MqttObserver.connect(demo.first);
    const socket = /--socket (\S+)/.exec(await told(demo, /--socket \S+/))?.[1] ?? '';
    await told(demo, /arrived at/);
    [state, scan, stop] = await Promise.all([
      stance(['state', '--socket', socket]),
      stance(['scan', '--socket', socket, '--seconds', '2']),
      stance(['desk', 'stop', '--socket', socket]),
    ]);
    story = await told(demo, /prompt · Time to sit/);
    const before = demo.output().length;
    endedWith = await demo.end('SIGINT');
    last = demo.output().slice(before);
    leftBehind = await readdir(temporary);
    running = processesNaming(temporary);
    await observer.end();
    const again = await startDemo(temporary);
    secondStart = await told(again, /Desk \(simulated\) +connected/);
    await again.end('SIGINT');
  }, LONGEST_RUN_MS);

  afterAll(async () => {
    await demo.end('SIGKILL');
    await rm(temporary, { recursive: true, force: true });
  });

  it('tells its story in order: found, connected, sitting, a prompt, the answer, the move, standing, a prompt to sit', () => {
    const chapters = [
      /mqtt:\/\/127\.0\.0\.1:\d+/,
      /Desk \(simulated\) +found/,
      /Desk \(simulated\) +connected/,
      /Alex \(simulated\) +sitting/,
      /Alex \(simulated\) +prompt · Time to stand/,
      /Alex \(simulated\) +answers on the band · accepted/,
      /Desk \(simulated\) +moving to 110\.4 cm/,
      /Desk \(simulated\) +█+░* [\d.]+ cm → 110\.4 cm, \d+ s left/,
      /Desk \(simulated\) +arrived at 110\.\d cm/,
      /Alex \(simulated\) +standing/,
      /Alex \(simulated\) +prompt · Time to sit/,
    ];
    const places = chapters.map((chapter) => story.search(chapter));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('says that everything is simulated, and uses no escape codes where the output is no terminal', () => {
    expect(story).toContain('SIMULATED');
    expect(story).not.toContain('\u001b');
  });

  it('a subscriber on the printed broker sees the desk rise to the height of standing', () => {
    const heights = observer.payloads(DESK_HEIGHT).map(Number).filter(Number.isFinite);
    expect(heights.length).toBeGreaterThan(10);
    expect(Math.abs(Math.max(...heights) - STAND_MM)).toBeLessThanOrEqual(2);
    expect(Math.min(...heights)).toBeLessThan(800);
  });

  it('and the posture of the person before and after', () => {
    expect(observer.payloads('stance/demo/person/alex/posture')).toEqual(
      expect.arrayContaining(['sitting', 'standing']),
    );
    expect(observer.payloads('stance/demo/status')).toContain('online');
  });

  it('answers stance state, scan and desk stop by its socket', () => {
    expect(state).toMatchObject({ code: 0 });
    expect(state.output).toMatch(
      /Stance demo \(simulated\)[^]*person alex: [^]*desk desk: connected, 110\.\d cm, idle/,
    );
    expect(scan).toMatchObject({ code: 0 });
    expect(stop).toEqual({ code: 0, output: 'desk: stop sent\n' });
  });

  it('ends with code 0 at Ctrl-C, says so in one line, and leaves nothing behind', () => {
    expect(endedWith).toBe(0);
    expect(last.trim()).toBe('stopped; nothing of the simulated home was kept');
    expect(leftBehind).toEqual([]);
    expect(running).toEqual([]);
  });

  it('works again when it is started again', () => {
    expect(secondStart).toMatch(/Desk \(simulated\) +connected/);
  });
});
