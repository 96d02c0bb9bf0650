import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '#adapters/storage';
import { topics } from '#adapters/mqtt';
import { type MoveRow } from '#libs/application';
import { epoch, HOUR_MS, SECOND_MS } from '#libs/domain';
import { defaultHome, type HomePlan, type MotorInterval, type TruthRecord } from '#libs/simulation';
import { MqttObserver, startMosquitto } from '#libs/testing';
import { HUB_ID, type LabDay, startLabDay } from './lab-day.js';
import { ROOT, type Running } from './processes.js';

const TOPICS = topics(HUB_ID);
const POLL_MS = 20;
const DEADLINE_MS = 20 * SECOND_MS;
/** Faster than this the desk is well on its way (it cruises at 38 mm/s). */
const UNDER_WAY_MM_PER_S = 30;

/** Heights go out in whole millimetres. */
const ROUNDED_MM = 1;

type DeskTopic = Parameters<typeof TOPICS.of<'desk'>>[2];

/** What a sender can get wrong with a command to move. */
interface CommandFaults {
  readonly retain?: boolean;
  readonly ageS?: number;
  readonly id?: string;
  readonly bare?: boolean;
}

/** One person who never answers a prompt, so that nothing but commands can move the desk; nothing planned. */
function quietHome(): HomePlan {
  const home = defaultHome();
  const people = home.people.map((person) => ({
    ...person,
    day: [],
    answers: { ...person.answers, probability: 0, usesHandset: false },
  }));
  return { ...home, people };
}

/** A hub, a home and a broker as processes of their own, where a desk moves when it is told (`commands.remote: open`). */
export class SafetyScene {
  readonly deskId: string;
  private readonly plan: HomePlan;
  private readonly closers: (() => Promise<unknown>)[] = [];
  private running: Running | null = null;
  private day!: LabDay;
  private observer!: MqttObserver;

  private constructor() {
    this.plan = quietHome();
    this.deskId = this.plan.desks[0]?.id ?? '';
  }

  static async open(): Promise<SafetyScene> {
    const scene = new SafetyScene();
    try {
      await scene.start();
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  get hub(): Running {
    if (this.running === null) throw new Error('no hub is running');
    return this.running;
  }

  get labEpochMs(): number {
    return this.day.home.clock.epochMs();
  }

  /** The topic of the desk as a subscriber knows it. */
  topic(property: DeskTopic): string {
    return TOPICS.of('desk', this.deskId, property);
  }

  /** What a subscriber was told last; undefined: nothing since the last start of a hub. */
  told(property: DeskTopic): string | undefined {
    return this.observer.last(this.topic(property));
  }

  hubStatus(): string | undefined {
    return this.observer.last(TOPICS.status);
  }

  async untilTold(property: DeskTopic, payload: string): Promise<void> {
    await this.observer.untilLast(this.topic(property), payload, DEADLINE_MS);
  }

  /** Reasons of all refusals a subscriber heard of since the last start of a hub. */
  refusals(): readonly (readonly string[])[] {
    return this.observer
      .payloads(this.topic('event'))
      .map((text) => JSON.parse(text) as { readonly event_type: string; readonly guards?: readonly string[] })
      .flatMap(({ guards = [], event_type }) => (event_type === 'command-refused' ? [guards] : []));
  }

  /** Resolves when a subscriber has heard of this many refusals, with the reasons of the last one. */
  async refused(count: number): Promise<readonly string[]> {
    await this.observer.until(`${count} refusals`, () => this.refusals().length >= count, DEADLINE_MS);
    return this.refusals().at(-1) ?? [];
  }

  /** Somebody on the broker tells the desk to move. */
  async command(heightMm: number, { retain = false, ageS = 0, id, bare = false }: CommandFaults = {}): Promise<void> {
    // The age of a command is judged by the machine's clock, not by the lab's.
    const fields = { value: heightMm, created: Date.now() / SECOND_MS - ageS, ...(id === undefined ? {} : { id }) };
    await this.publish('target/set', bare ? String(heightMm) : JSON.stringify(fields), retain);
  }

  async publish(property: 'target/set' | 'stop/set', payload: string, retain = false): Promise<void> {
    await this.observer.publish(this.topic(property), payload, { retain });
  }

  /** Asks the home for something: `{ do: 'obstruct', … }`. */
  get ask(): LabDay['home']['request'] {
    return this.day.home.request;
  }

  async desk(): Promise<{ readonly heightMm: number; readonly speedMmPerS: number }> {
    const desk = (await this.ask({ do: 'status' })).desks[this.deskId];
    if (desk === undefined) throw new Error(`no desk ${this.deskId}`);
    return desk;
  }

  async untilUnderWay(): Promise<void> {
    await poll('the desk moves', async () => Math.abs((await this.desk()).speedMmPerS) > UNDER_WAY_MM_PER_S);
  }

  /** Resolves when the truth holds this many runs of the motor: one is told when the desk has come to rest. */
  async runs(count: number): Promise<readonly MotorInterval[]> {
    await poll(`${count} runs of the motor`, async () => (await this.motors()).length >= count);
    return this.motors();
  }

  truth(): Promise<readonly TruthRecord[]> {
    return this.ask({ do: 'truth', since: 0 });
  }

  async motors(): Promise<readonly MotorInterval[]> {
    return (await this.truth()).filter((record) => record.kind === 'motor');
  }

  /** Whether the height a subscriber was told last is where the desk stands. */
  async isHeightTrue(): Promise<boolean> {
    return Math.abs(Number(this.told('height') ?? Number.NaN) - (await this.desk()).heightMm) <= ROUNDED_MM;
  }

  async untilHeightIsTrue(): Promise<void> {
    await poll('the true height', () => this.isHeightTrue());
  }

  /** Lets lab time pass; at up to 240 x while nothing happens. */
  passes(ms: number): Promise<void> {
    const { clock } = this.day.home;
    return new Promise((resolve) => void clock.at(clock.monotonicMs() + ms, resolve));
  }

  /** `stance …` at the hub's control socket. */
  async stance(...args: readonly string[]): Promise<number | null> {
    const main = path.join(ROOT, 'dist/apps/cli/src/main.js');
    const child = spawn(process.execPath, [main, ...args, '--socket', this.day.controlSocket], { stdio: 'ignore' });
    await once(child, 'exit');
    return child.exitCode;
  }

  /** Ends the hub and resolves with its exit code. */
  async endHub(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const code = await this.hub.end(signal);
    this.running = null;
    await this.observer.caughtUp();
    return code;
  }

  /** Starts the next hub on the data of the last one, and resolves when it is on the desk's link and knows its height. */
  async startHub(): Promise<void> {
    this.observer.forget();
    this.running = await this.day.startHub();
    await this.untilReady();
  }

  private async untilReady(): Promise<void> {
    await this.untilTold('status', 'online');
    await this.observer.until(
      'the height',
      () => Number.isFinite(Number(this.told('height') ?? Number.NaN)),
      DEADLINE_MS,
    );
  }

  /** The journal's moves, once the hub has ended. */
  async moves(): Promise<readonly MoveRow[]> {
    const journal = await openJournal({ directory: path.join(this.day.folder, 'data') });
    try {
      const { startEpochMs } = this.plan;
      return await journal.moves(epoch(startEpochMs), epoch(startEpochMs + 24 * HOUR_MS));
    } finally {
      await journal.close();
    }
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  private async start(): Promise<void> {
    const broker = await startMosquitto();
    this.closers.push(() => broker.stop());
    this.observer = await MqttObserver.connect(broker.url);
    this.closers.push(() => this.observer.end());
    this.day = await startLabDay(this.plan, broker.url, 'open');
    this.closers.push(() => this.day.stop());
    this.running = this.day.hub;
    await this.untilReady();
  }
}

async function poll(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
