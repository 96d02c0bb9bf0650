import { bandId, deskId, type PersonId, type PromptId, personId, promptId, type TxId, txId } from '../../ids.js';
import { type Observation } from '../../observation.js';
import { type MotionPolicy, type PersonPolicy } from '../../policy.js';
import { type Answer, type Prompt, type Surface } from '../../prompt.js';
import { HOUR_MS, MINUTE_MS, SECOND_MS, epoch, later, monotonic, type Stamp } from '../../time.js';
import { type MotionEffect } from '../motion-effect.js';
import { type MotionEvent, type PastMove } from '../motion-event.js';
import { type MoveResult } from '../outcome.js';
import { initialSupervisor, type SupervisorState } from '../supervisor-state.js';
import { supervise } from '../supervisor.js';
import { type Drive, Mover } from './mover.js';

export const DESK = deskId('desk-one');

const person = (name: string, sitMm: number, standMm: number): PersonPolicy => ({
  personId: personId(name),
  deskId: DESK,
  bandId: bandId(`${name}-band`),
  mode: 'confirm',
  sit: { softMin: 28, hardMin: 30 },
  stand: { softMin: 18, hardMin: 22, absoluteMaxMin: 60 },
  still: { softMin: 50, hardMin: 60 },
  presets: { sitMm, standMm },
  presence: { enterDbm: -70, leaveDbm: -80 },
  settleAfterReturnS: 60,
  repromptMin: 5,
  walkRepromptMin: 30,
  piggybackFromStillMin: 30,
  prompts: { perHourMax: 6, perDayMax: 24 },
});

export const ANNA = person('anna', 720, 1100);
export const BEN = person('ben', 690, 1050);

/** A household with one desk, two persons and a shelf at 900 to 940 mm. */
export const HOUSEHOLD: MotionPolicy = {
  deskId: DESK,
  minMm: 640,
  maxMm: 1200,
  noGo: [{ fromMm: 900, toMm: 940 }],
  remoteCommands: 'attended',
  minMinutesBetweenMoves: 6,
  minSpeedMmS: 30,
  persons: [ANNA, BEN],
};

/** One line of what happened, in order: what went in, what came out, and what was true in the room. */
export type TraceLine =
  | { readonly kind: 'event'; readonly event: MotionEvent; readonly effects: readonly MotionEffect[] }
  | { readonly kind: 'restart'; readonly at: Stamp }
  /** A hand has moved the desk 10 mm or more while it was not ours to move. */
  | { readonly kind: 'hand'; readonly at: Stamp }
  /** A hand has driven the desk 10 mm or more against a move of ours. */
  | { readonly kind: 'fight'; readonly at: Stamp };

/** The reducer under test, or a broken one that the checks must catch. */
export type Supervise = typeof supervise;

/** What a process starts from; a right one ignores the state before. */
export type Boot = (at: Stamp, policy: MotionPolicy, before: SupervisorState) => SupervisorState;

interface Dweller {
  readonly policy: PersonPolicy;
  near: boolean;
  steps: number;
}

const SAMPLE_MS = 20 * SECOND_MS;
const READING_MS = 200;

/**
 * A room in which events happen: it owns time, the true height and the persons, drives the desk when told to, and writes
 * down everything. It delivers every wake-up that was asked for, on time.
 */
export class Lab {
  readonly trace: TraceLine[] = [];
  /** Every prompt shown, oldest first. */
  readonly prompts: PromptId[] = [];
  state: SupervisorState;
  now: Stamp = { mono: monotonic(5_000_000), epoch: epoch(1_760_000_000_000) };
  heightMm = 720;
  linkUp = false;
  nextDrive: Drive = 'arrived';
  readonly dwellers: readonly Dweller[];
  private mover: Mover | null = null;
  /** The journal's last word on the desk. */
  private lockJournaled = false;
  private rows: (PastMove & { readonly txId: TxId | null })[] = [];
  private wakeAt: number | null = null;
  /** When a move of ours was last told to stop or ended. */
  private ownMoveAt = -Infinity;
  private serial = 0;

  constructor(
    readonly policy: MotionPolicy,
    private readonly reduce: Supervise = supervise,
    private readonly boot: Boot = initialSupervisor,
  ) {
    this.state = initialSupervisor(this.now, policy);
    this.dwellers = policy.persons.map((one) => ({ policy: one, near: true, steps: 0 }));
  }

  /** A working day with link, limits and height read and everybody of `present` at the desk for three minutes. */
  settle(present: readonly PersonPolicy[] = this.policy.persons): this {
    for (const dweller of this.dwellers) {
      dweller.near = present.includes(dweller.policy);
      this.calendar(dweller.policy.personId, 'working');
    }
    this.connect();
    this.pass(3 * MINUTE_MS);
    return this;
  }

  /** Hands one event over and acts on what comes back. */
  emit(event: MotionEvent): readonly MotionEffect[] {
    const { state, effects } = this.reduce(this.state, event, this.policy);
    this.state = state;
    this.trace.push({ kind: 'event', event, effects });
    for (const effect of effects) this.act(effect);
    // A late event may ask for a wake-up that is overdue.
    if (this.wakeAt !== null && this.wakeAt < this.now.mono) this.wake();
    return effects;
  }

  observe(
    source: PersonPolicy['deskId'] | NonNullable<PersonPolicy['bandId']>,
    observation: Observation,
  ): readonly MotionEffect[] {
    return this.emit({ type: 'Observed', at: this.now, source, observation });
  }

  /** The desk reports its true height. */
  reading(speedMmS = 0): readonly MotionEffect[] {
    return this.linkUp ? this.observe(DESK, { kind: 'height', heightMm: this.heightMm, speedMmS }) : [];
  }

  connect(reads: { readonly limits: boolean; readonly height: boolean } = { limits: true, height: true }): void {
    this.linkUp = true;
    this.emit({ type: 'LinkChanged', at: this.now, source: DESK, up: true });
    if (reads.limits) this.emit({ type: 'LimitsRead', at: this.now, minMm: 620, maxMm: 1270 });
    if (reads.height) this.reading();
  }

  disconnect(): void {
    this.linkUp = false;
    this.emit({ type: 'LinkChanged', at: this.now, source: DESK, up: false });
  }

  calendar(who: PersonId, hours: 'working' | 'quiet' | 'free'): void {
    const day = { from: epoch(this.now.epoch - HOUR_MS), to: epoch(this.now.epoch + 20 * HOUR_MS) };
    const working = hours === 'free' ? [] : [day];
    const quiet = hours === 'quiet' ? [day] : [];
    this.emit({ type: 'CalendarResolved', at: this.now, personId: who, working, quiet, dayEnds: day.to });
  }

  show(who: PersonPolicy, targetMm: number | null, desk = DESK): PromptId {
    const id = promptId(`prompt-${++this.serial}`);
    this.prompts.push(id);
    this.emit({ type: 'PromptShown', at: this.now, prompt: this.promptOf(id, who, targetMm, desk) });
    return id;
  }

  promptOf(id: PromptId, { personId: who, presets }: PersonPolicy, targetMm: number | null, desk = DESK): Prompt {
    const preset = targetMm === presets.sitMm ? 'sit' : 'stand';
    const proposal = targetMm === null ? null : ({ deskId: desk, targetMm, preset } as const);
    const expiresAt = later(this.now, 90 * SECOND_MS);
    return {
      id,
      personId: who,
      kind: preset,
      cause: 'soft',
      piggyback: false,
      proposal,
      issuedAt: this.now,
      expiresAt,
      dwellMs: 0,
    };
  }

  answer(who: PersonPolicy, id: PromptId, answer: Answer, surface: Surface): readonly MotionEffect[] {
    return this.emit({ type: 'PromptAnswered', at: this.now, personId: who.personId, promptId: id, answer, surface });
  }

  ask(who: PersonPolicy, id: PromptId, targetMm: number): readonly MotionEffect[] {
    const request = { origin: 'coach', personId: who.personId, promptId: id } as const;
    return this.emit({ type: 'MoveRequested', at: this.now, txId: this.tx(), targetMm, request });
  }

  command(targetMm: number, about: Partial<CommandFacts> = {}): readonly MotionEffect[] {
    const facts: CommandFacts = {
      surface: 'mqtt',
      commandId: `command-${++this.serial}`,
      ageMs: 300,
      retained: false,
      ...about,
    };
    return this.emit({
      type: 'MoveRequested',
      at: this.now,
      txId: this.tx(),
      targetMm,
      request: { origin: 'command', ...facts },
    });
  }

  stop(surface: Surface): readonly MotionEffect[] {
    return this.emit({ type: 'StopRequested', at: this.now, surface });
  }

  /** Somebody holds a key of the handset: 40 mm/s, readings five times a second, then a last one at rest. */
  press(deltaMm: number): void {
    this.pass(3_600);
    if (this.mover !== null) return;
    // What moves within 3 s of our own move may be its run-on.
    this.pass(Math.max(0, this.ownMoveAt + 3_200 - this.now.mono));
    if (this.state.desk.reading === null) this.reading();
    const from = this.heightMm;
    const steps = Math.max(2, Math.round(Math.abs(deltaMm) / 8));
    for (let step = 1; step <= steps; step++) {
      this.pass(READING_MS);
      this.heightMm = from + (deltaMm * step) / steps;
      this.reading(Math.sign(deltaMm) * 40);
      const far = Math.abs(this.heightMm - from) >= 10 && step >= 2;
      if (far && this.linkUp) this.trace.push({ kind: 'hand', at: this.now });
    }
    this.reading();
  }

  /** Steps and a swinging arm: a walk past the desk, band in range. */
  walk(who: PersonPolicy): void {
    const dweller = this.dwellers.find(({ policy }) => policy === who);
    if (dweller === undefined || who.bandId === null) return;
    for (let second = 0; second < 16; second++) {
      dweller.steps += 2;
      this.observe(who.bandId, { kind: 'steps', total: dweller.steps });
      this.observe(who.bandId, { kind: 'acceleration', xG: second % 2, yG: 0.9, zG: 0.4 });
      this.pass(SECOND_MS);
    }
  }

  /** The process ends and starts again; what the journal has of lock-outs and moves is told, nothing else is kept. */
  restart(): void {
    this.mover = null;
    this.wakeAt = null;
    this.linkUp = false;
    this.trace.push({ kind: 'restart', at: this.now });
    this.state = this.boot(this.now, this.policy, this.state);
    if (this.lockJournaled) this.emit({ type: 'LockRestored', at: this.now });
    this.emit({ type: 'HistoryRestored', at: this.now, moves: this.rows });
    for (const { policy } of this.dwellers) this.calendar(policy.personId, 'working');
  }

  /** Lets time go by: bands report, a running desk moves, due wake-ups come. */
  pass(ms: number): void {
    const end = this.now.mono + ms;
    for (let next = this.nextInstant(end); next <= end; next = this.nextInstant(end)) {
      this.now = later(this.now, next - this.now.mono);
      if (this.wakeAt !== null && this.wakeAt <= next) this.wake();
      if (next % SAMPLE_MS === 0) this.sample();
      if (next % READING_MS === 0) this.drive();
      if (next === end) return;
    }
  }

  private nextInstant(end: number): number {
    const grid = this.mover === null ? SAMPLE_MS : READING_MS;
    const onGrid = (Math.floor(this.now.mono / grid) + 1) * grid;
    return Math.min(end, onGrid, Math.max(this.wakeAt ?? Infinity, this.now.mono));
  }

  private wake(): void {
    this.wakeAt = null;
    this.emit({ type: 'Ticked', at: this.now });
  }

  private sample(): void {
    for (const { policy, near } of this.dwellers) {
      if (policy.bandId !== null) this.observe(policy.bandId, { kind: 'rssi', dbm: near ? -55 : -92 });
    }
  }

  private drive(): void {
    const { mover } = this;
    if (mover === null) return;
    const { heightMm, speedMmS, fought, result } = mover.next(this.heightMm, this.now);
    this.heightMm = heightMm;
    if (fought) this.trace.push({ kind: 'fight', at: this.now });
    this.reading(speedMmS);
    if (result !== null && this.mover === mover) this.finish(mover.txId, result);
  }

  private finish(id: TxId, result: MoveResult): void {
    this.mover = null;
    const heightMm = result === 'link-lost' ? null : this.heightMm;
    this.emit({ type: 'MotorStopped', at: this.now, txId: id, outcome: { result, heightMm } });
  }

  private act(effect: MotionEffect): void {
    if (effect.type === 'StartMotor') this.mover = new Mover(effect.txId, effect.targetMm, this.nextDrive, this.now);
    if (effect.type === 'StartMotor') this.nextDrive = 'arrived';
    if (effect.type === 'StopMotor') this.mover?.abort(this.now);
    if (effect.type === 'EndMove') this.mover = null;
    if (effect.type === 'EndMove' || effect.type === 'StopMotor') this.ownMoveAt = this.now.mono;
    if (effect.type === 'WakeDeskAt') this.wakeAt = effect.at;
    this.write(effect);
  }

  /** What the journal keeps of it. */
  private write(effect: MotionEffect): void {
    if (effect.type === 'LockOut' || effect.type === 'Unlock') this.lockJournaled = effect.type === 'LockOut';
    this.writeMove(effect);
  }

  private writeMove(effect: MotionEffect): void {
    if (effect.type === 'StartMotor') {
      const { txId: id, origin, at: from, targetMm } = effect;
      this.rows.push({ txId: id, origin, from, to: null, result: null, targetMm });
    }
    if (effect.type === 'EndMove') {
      const { txId: id, at: to, outcome } = effect;
      this.rows = this.rows.map((row) => (row.txId === id ? { ...row, to, result: outcome.result } : row));
    }
    if (effect.type === 'JournalHandMove') {
      const { from, to, toMm: targetMm } = effect;
      this.rows.push({ txId: null, origin: 'hand', from, to, result: null, targetMm });
    }
  }

  private tx(): TxId {
    return txId(`tx-${++this.serial}`);
  }
}

export interface CommandFacts {
  readonly surface: Surface;
  readonly commandId: string;
  readonly ageMs: number | null;
  readonly retained: boolean;
}
