import { LINAK_MECHANICS, type Random, seededRandom } from '#libs/simulation';
import { readBenchArguments } from './support/arguments.js';
import { runBench, sleep } from './support/bench-run.js';
import { type BenchDesk, openDesks } from './support/desk-row.js';
import { type Figure, figure, figureWithGoal, percentile, spread } from './support/figures.js';
import { brakeMs, trapezoidMs } from './support/trapezoid.js';

const INTRO = `Usage: npm run bench:move -- [options]

Random moves (at least 50 mm) of several simulated desks side by side, each at 1 x over real noble and the real driver.
Judged by the simulator's truth, never by what the hub believes.
`;

const SHORTEST_MM = 50;
/** Between two moves of one desk: longer than the pause a driver owes the desk after its last stop. */
const PAUSE_MS = 1_000;
const STOPS = 10;
/** A stop comes this long after the call, ms: during the ramp up, and in full travel. */
const STOP_AFTER_MS = [400, 3_000] as const;
/** Way a stopped move must still have before it: 3 s of travel do not use it up. */
const STOP_TRAVEL_MM = 200;

interface Moved {
  readonly result: string;
  readonly targetMm: number;
  readonly restMm: number;
  /** Call to motor at rest over the trapezoid; null when the motor never ran. */
  readonly ratio: number | null;
  readonly starts: number;
  readonly dips: number;
}

interface Stopped {
  readonly result: string;
  /** Stop call to motor at rest. */
  readonly restMs: number;
  /** What the motor needs to brake from the speed it had at the call. */
  readonly rampMs: number;
}

const { json, numbers } = readBenchArguments(INTRO, {
  seed: { default: 4711, least: 0, most: 2 ** 31, help: 'of targets, physics and air' },
  moves: { default: 100, least: 1, most: 10_000, help: 'how many, all desks together' },
  desks: { default: 8, least: 1, most: 50, help: 'how many side by side' },
});

/** A target inside the desk's own range at least `leastMm` away from where it truly is. */
function drawTarget({ session, trueMm }: BenchDesk, random: Random, leastMm: number): number {
  const { minMm, maxMm } = session.limits;
  for (;;) {
    const targetMm = Math.ceil(minMm) + Math.floor(random.between(0, Math.floor(maxMm) - Math.ceil(minMm)));
    if (Math.abs(targetMm - trueMm()) >= leastMm) return targetMm;
  }
}

async function move(desk: BenchDesk, random: Random): Promise<Moved> {
  const targetMm = drawTarget(desk, random, SHORTEST_MM);
  const fromMm = desk.trueMm();
  const calledMs = desk.nowMs();
  const { result } = await desk.session.moveTo(targetMm, new AbortController().signal);
  const runs = await desk.restedSince(calledMs);
  const last = runs.at(-1);
  return {
    result,
    targetMm,
    restMm: desk.trueMm(),
    ratio: last ? (last.to - calledMs) / trapezoidMs(Math.abs(targetMm - fromMm), LINAK_MECHANICS) : null,
    starts: runs.reduce((sum, { starts }) => sum + starts, 0),
    dips: runs.reduce((sum, { dips }) => sum + dips, 0),
  };
}

async function stopMidway(desk: BenchDesk, random: Random): Promise<Stopped> {
  const moving = desk.session.moveTo(drawTarget(desk, random, STOP_TRAVEL_MM), new AbortController().signal);
  await sleep(random.between(...STOP_AFTER_MS));
  const calledMs = desk.nowMs();
  const rampMs = brakeMs(desk.trueSpeedMmPerS(), LINAK_MECHANICS);
  await desk.session.stop();
  const { result } = await moving;
  const last = (await desk.restedSince(calledMs)).at(-1);
  return { result, restMs: last ? last.to - calledMs : 0, rampMs };
}

/** Takes turns until `count` are done: every desk works on its own, all at once. */
async function share<T>(
  desks: readonly BenchDesk[],
  count: number,
  work: (desk: BenchDesk) => Promise<T>,
): Promise<readonly T[]> {
  const done: T[] = [];
  let left = count;
  await Promise.all(
    desks.map(async (desk) => {
      while (left > 0) {
        left -= 1;
        done.push(await work(desk));
        await sleep(PAUSE_MS);
      }
    }),
  );
  return done;
}

function moveFigures(moves: readonly Moved[]): readonly Figure[] {
  const errors = moves.map(({ restMm, targetMm }) => restMm - targetMm);
  const ratios = moves.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  const per = (of: (move: Moved) => number): number =>
    moves.reduce((sum, move) => sum + of(move), 0) / Math.max(1, moves.length);
  return [
    ...spread('true rest height beside target', errors.map(Math.abs), 'mm'),
    figure('true rest height minus target, lowest', Math.min(...errors), 'mm', 'higher'),
    figure('true rest height minus target, p50', percentile(errors, 0.5), 'mm'),
    figure('true rest height minus target, highest', Math.max(...errors), 'mm'),
    figure('duration over trapezoid, p50', percentile(ratios, 0.5), 'ratio'),
    figure('duration over trapezoid, p95', percentile(ratios, 0.95), 'ratio'),
    figureWithGoal(
      figure(
        'motor starts per move',
        per(({ starts }) => starts),
        'starts',
      ),
      1,
    ),
    figureWithGoal(
      figure(
        'dips per move',
        per(({ dips }) => dips),
        'dips',
      ),
      0,
    ),
    figure('moves', moves.length, 'moves', 'higher'),
    ...outcomes(moves),
  ];
}

function outcomes(moves: readonly Moved[]): readonly Figure[] {
  const counts = new Map([['arrived', 0]]);
  for (const { result } of moves) counts.set(result, (counts.get(result) ?? 0) + 1);
  return [...counts].map(([result, count]) =>
    figure(`outcome ${result}`, count, 'moves', result === 'arrived' ? 'higher' : 'lower'),
  );
}

function stopFigures(stops: readonly Stopped[]): readonly Figure[] {
  return [
    ...spread(
      'stop call to motor at rest',
      stops.map(({ restMs }) => restMs),
      'ms',
    ),
    ...spread(
      "stop call to motor at rest, beyond the motor's own ramp",
      stops.map(({ restMs, rampMs }) => restMs - rampMs),
      'ms',
    ),
    figure('stops ending as cancelled', stops.filter(({ result }) => result === 'cancelled').length, 'stops', 'higher'),
  ];
}

await runBench(json, async (opened) => {
  const desks = await openDesks(numbers.desks, numbers.seed, opened);
  const draws = new Map(desks.map(({ id }) => [id, seededRandom(numbers.seed).fork(`bench ${id}`)]));
  const drawsOf = ({ id }: BenchDesk): Random => draws.get(id) ?? seededRandom(numbers.seed);
  const [machineMs, labMs] = [performance.now(), desks[0]?.nowMs() ?? 0];
  const moves = await share(desks, numbers.moves, (desk) => move(desk, drawsOf(desk)));
  const stops = await share(desks, STOPS, (desk) => stopMidway(desk, drawsOf(desk)));
  const labRan = (desks[0]?.nowMs() ?? 0) - labMs;
  return {
    bench: 'move',
    results: [
      ...moveFigures(moves),
      ...stopFigures(stops),
      // 1: the machine kept up, so that lab time, in which the truth is stamped, was real time.
      figure('machine time over lab time', (performance.now() - machineMs) / labRan, 'ratio'),
    ],
  };
});
