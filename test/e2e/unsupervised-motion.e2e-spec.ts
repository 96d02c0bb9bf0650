import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger } from '@nestjs/common';
import { loadConfig } from '#adapters/config';
import { NobleCentral } from '#adapters/noble';
import { openJournal } from '#adapters/storage';
import { type RunningHub, startHub } from '#apps/hub';
import { type BleLink, type CharacteristicRef, type MoveRow } from '#libs/application';
import { epoch, MINUTE_MS, SECOND_MS } from '#libs/domain';
import { defaultHome, type MotorInterval, serveHome, SimulatedHome, type TruthRecord } from '#libs/simulation';
import { explainMotion } from '../support/day-check.js';
import { configOf } from '../support/lab-day.js';

/** docs/protocols/linak.md, "Control frames". */
const linak = (id: string): string => `99fa${id}-338a-1024-8a49-009c0215f78a`;
const COMMAND: CharacteristicRef = { service: linak('0001'), characteristic: linak('0002') };
const REFERENCE: CharacteristicRef = { service: linak('0030'), characteristic: linak('0031') };
const WAKE = Uint8Array.of(0xfe, 0x00);
/** 1000 mm above a base of 624.6 mm, in 0.1 mm. */
const ROGUE_TARGET = Uint8Array.of(0xaa, 0x0e);
/** As often as the driver writes: one write keeps the motors running for 0.4 s and more. */
const REWRITE_MS = 200;
const ROGUE_WRITES = 3;

/** 12 min: beyond the 120 s after a connect in which nothing may move, before the first prompt of the day. */
const SLICE_MS = 12 * MINUTE_MS;
const LONGEST_RUN_MS = MINUTE_MS;

interface Verdicts {
  readonly truth: readonly TruthRecord[];
  readonly moves: readonly MoveRow[];
}

const motors = (truth: readonly TruthRecord[]): readonly MotorInterval[] =>
  truth.filter((record) => record.kind === 'motor');

describe('one move frame written past the supervisor on the hub’s own link', () => {
  const plan = { ...defaultHome(), seed: 11 };
  const [desk] = plan.desks;
  const closers: (() => Promise<unknown> | undefined)[] = [];
  const links: BleLink[] = [];
  let home: SimulatedHome;
  let hub: RunningHub;
  let folder: string;
  let answer: unknown;
  /** The slice after a move the hub was asked for, and the same slice after the rogue frames. */
  let asked: Verdicts;
  let rogue: Verdicts;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stance-rogue-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    closers.push(captureLinks(links));
    home = await SimulatedHome.start(plan);
    closers.push(() => {
      home.stop();
      return undefined;
    });
    const socket = path.join(folder, 'home.sock');
    const served = await serveHome(home, socket);
    closers.push(() => served.close());
    const file = path.join(folder, 'stance.yaml');
    await writeFile(file, configOf(plan, null, 'open'));
    const log = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
    hub = await startHub({ config: await loadConfig(file), simulatedHome: socket, log });
    closers.push(() => hub.stop());
    await reach(home, 3 * MINUTE_MS);
    answer = await post(hub.controlSocket, `/control/desks/${desk?.id ?? ''}/move`, { height_mm: 800 });
    await rest(home);
    asked = await verdicts();
    await drivePastTheSupervisor(links.find(({ address }) => address === desk?.address));
    await rest(home);
    await reach(home, SLICE_MS);
    await hub.stop();
    rogue = await verdicts();
  }, LONGEST_RUN_MS);

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const verdicts = async (): Promise<Verdicts> => {
    const journal = await openJournal({ directory: path.join(folder, 'data') });
    const moves = await journal.moves(epoch(plan.startEpochMs), epoch(plan.startEpochMs + SLICE_MS));
    await journal.close();
    return { truth: home.truth.records(), moves };
  };

  it('the hub moved the desk when it was asked to, and every millimetre of that is explained', () => {
    expect(answer).toMatchObject({ kind: 'move-ended', result: 'arrived' });
    expect(motors(asked.truth)).toHaveLength(1);
    expect(explainMotion(asked.truth, asked.moves)).toEqual({
      explained: 1,
      unexplainedMotion: [],
      rowsWithoutMotion: [],
    });
  });

  it('the rogue frames truly moved the desk, by the reference input of the hub’s link', () => {
    const [, moved, ...more] = motors(rogue.truth);
    expect(more).toEqual([]);
    expect(moved?.cause).toBe('reference');
    expect((moved?.toMm ?? 0) - (moved?.fromMm ?? 0)).toBeGreaterThan(5);
  });

  it('the check finds exactly that run of the motor unexplained', () => {
    expect(explainMotion(rogue.truth, rogue.moves)).toEqual({
      explained: 1,
      unexplainedMotion: [motors(rogue.truth)[1]],
      rowsWithoutMotion: [],
    });
  });

  it('and what the hub wrote down about it, a move by hand, does not explain it away', () => {
    expect(rogue.moves.map(({ origin }) => origin)).toEqual(['command', 'hand']);
  });
});

/** Keeps every link the hub's radio opens: the desk takes one central, so there is no other way to its motor. */
function captureLinks(links: BleLink[]): () => undefined {
  const connect = NobleCentral.prototype.connect;
  const spy = jest.spyOn(NobleCentral.prototype, 'connect').mockImplementation(async function (
    this: NobleCentral,
    ...args: Parameters<typeof connect>
  ) {
    const link = await connect.apply(this, args);
    links.push(link);
    return link;
  });
  return () => {
    spy.mockRestore();
    return undefined;
  };
}

async function drivePastTheSupervisor(link: BleLink | undefined): Promise<void> {
  if (link === undefined) throw new Error('the hub has no link to the desk');
  await link.write(COMMAND, WAKE, { withResponse: false });
  for (let write = 0; write < ROGUE_WRITES; write += 1) {
    await link.write(REFERENCE, ROGUE_TARGET, { withResponse: false });
    await sleep(REWRITE_MS);
  }
}

/** Resolves when lab time is this far into the day. */
const reach = (home: SimulatedHome, ms: number): Promise<void> =>
  after(home, home.plan.startEpochMs + ms - home.clock.epochMs());

const after = (home: SimulatedHome, ms: number): Promise<void> =>
  new Promise((resolve) => void home.clock.after(ms, resolve));

/** A motor interval is told when the desk has come to rest: 5 s after the last frame it has. */
const rest = (home: SimulatedHome): Promise<void> => after(home, 5 * SECOND_MS);

function post(socketPath: string, url: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ socketPath, path: url, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(JSON.parse(text));
      });
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}
