import { type PersonId, type PromptId, type TxId } from '../../ids.js';
import { MODES, type Mode, type MotionPolicy, type PersonPolicy } from '../../policy.js';
import {
  type PostureBelief,
  estimate,
  foldBelief,
  initialBelief,
  lastMovingEvidence,
  presence,
} from '../../posture/belief.js';
import { type Prompt } from '../../prompt.js';
import { HOUR_MS, type EpochMs, type Interval, type Stamp } from '../../time.js';
import { type MotionEffect } from '../motion-effect.js';
import { type MotionEvent } from '../motion-event.js';
import { type TraceLine } from './lab.js';

/** An act of a person by which a prompt was confirmed, as the rules for acts judge it. */
export interface Act {
  readonly promptId: PromptId;
  readonly at: Stamp;
}

type Answered = Extract<MotionEvent, { type: 'PromptAnswered' }>;

interface Shown {
  readonly prompt: Prompt;
  readonly at: Stamp;
  readonly line: number;
}

/** What the ledger knows of one person. */
export class PersonLedger {
  belief: PostureBelief;
  mode: Mode;
  calendar: { working: readonly Interval[]; quiet: readonly Interval[]; dayEnds: EpochMs } | null = null;
  shown: Shown | null = null;
  /** Line at which the person was last not surely sitting or standing at the desk. */
  unsettledLine = -1;
  validTaps: Stamp[] = [];
  act: Act | null = null;

  constructor(
    readonly policy: PersonPolicy,
    at: Stamp,
  ) {
    this.belief = initialBelief(at);
    this.mode = policy.mode;
  }

  settled(at: Stamp): boolean {
    const { posture, confidence } = estimate(this.belief, at, this.policy);
    return (posture === 'sitting' || posture === 'standing') && confidence >= 0.8 && this.near(at);
  }

  /** Books a moment at which the person was not surely sitting or standing at the desk. */
  doubt(at: Stamp, line: number): void {
    if (this.shown !== null && !this.settled(at)) this.unsettledLine = line;
  }

  near(at: Stamp): boolean {
    const { atDesk, evidenceAgeMs } = presence(this.belief, at, this.policy);
    return atDesk === true && evidenceAgeMs <= 300_000;
  }

  lastMoving(): number {
    return lastMovingEvidence(this.belief)?.mono ?? -Infinity;
  }
}

export interface RunningMove {
  readonly txId: TxId;
  readonly origin: 'coach' | 'command';
  readonly personId: PersonId | null;
  readonly fromMm: number;
  readonly targetMm: number;
  readonly startedAt: Stamp;
  stoppedAt: Stamp | null;
  humanStop: boolean;
}

/**
 * The facts of one run of the process, booked line by line from what was observed: the judge's own book, kept without a look
 * at the supervisor's state. Only the lock-out outlives a restart.
 */
export class Ledger {
  persons = new Map<PersonId, PersonLedger>();
  up = false;
  upAt: Stamp | null = null;
  limits: { minMm: number; maxMm: number; at: Stamp } | null = null;
  reading: { heightMm: number; speedMmS: number; at: Stamp } | null = null;
  firstReadingAt: Stamp | null = null;
  jumpedAt: Stamp | null = null;
  /** Changes by hand; the later half of a press is its own entry. */
  hands: Stamp[] = [];
  overrides: Stamp[] = [];
  vetoes: { kind: 'sit' | 'stand' | null; at: Stamp }[] = [];
  faults: Stamp[] = [];
  humanStops: Stamp[] = [];
  dayBlockedUntil = 0;
  starts: Stamp[] = [];
  motor: { from: number; to: number }[] = [];
  active: RunningMove | null = null;
  locked = false;
  spent = new Set<PromptId>();
  commandIds = new Set<string>();
  line = 0;

  constructor(
    readonly policy: MotionPolicy,
    at: Stamp,
  ) {
    for (const person of policy.persons) this.persons.set(person.personId, new PersonLedger(person, at));
  }

  /** The book of the next run, after a restart. */
  reopened(at: Stamp): Ledger {
    const next = new Ledger(this.policy, at);
    next.locked = this.locked;
    next.line = this.line;
    return next;
  }

  /** Books what happened, before the supervisor's effects of it. */
  book(line: TraceLine): void {
    this.line += 1;
    if (line.kind === 'hand') this.hand(line.at);
    if (line.kind === 'fight') this.fight(line.at);
    if (line.kind === 'event') this.bookEvent(line.event);
  }

  /** Books what the supervisor ordered. */
  bookEffects(event: MotionEvent, effects: readonly MotionEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'StartMotor') this.start(event, effect);
      if (effect.type === 'StopMotor' && this.active !== null) this.active.stoppedAt ??= event.at;
      if (effect.type === 'EndMove' && this.active !== null) this.end(effect.at, this.active);
    }
  }

  motorMs(at: Stamp): number {
    return this.motor.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, at.mono - 600_000)), 0);
  }

  kindOf(person: PersonPolicy, targetMm: number): 'sit' | 'stand' | null {
    const near = (mm: number | null): boolean => mm !== null && Math.abs(mm - targetMm) <= 5;
    return near(person.presets.sitMm) ? 'sit' : near(person.presets.standMm) ? 'stand' : null;
  }

  private hand(at: Stamp): void {
    this.hands.push(at);
    this.overrides.push(at);
  }

  private fight(at: Stamp): void {
    this.overrides.push(at);
    this.humanStop(at);
  }

  private bookEvent(event: MotionEvent): void {
    for (const person of this.persons.values()) this.bookPerson(person, event);
    if (event.type === 'Observed') this.bookReading(event);
    if (event.type === 'LinkChanged' && event.source === this.policy.deskId) this.bookLink(event.up, event.at);
    if (event.type === 'LimitsRead' && this.up) this.limits = { minMm: event.minMm, maxMm: event.maxMm, at: event.at };
    if (event.type === 'ClockJumped') this.jump(event.at);
    this.bookOrder(event);
  }

  private bookOrder(event: MotionEvent): void {
    if (event.type === 'StopRequested') this.stop(event);
    if (event.type === 'MoveRequested' && event.request.origin === 'command')
      this.commandIds.add(event.request.commandId);
    if (event.type === 'MotorStopped') this.stopped(event);
    if (event.type === 'LockRestored') this.locked = true;
    if (event.type === 'Unlocked' && ['cli', 'handset'].includes(event.surface)) this.locked = false;
  }

  private bookPerson(person: PersonLedger, event: MotionEvent): void {
    person.doubt(event.at, this.line);
    if ('source' in event || event.type === 'PromptAnswered' || event.type === 'ClockJumped') {
      person.belief = foldBelief(person.belief, event, person.policy);
    }
    if (event.type === 'PromptShown') this.show(person, event.prompt, event.at);
    person.doubt(event.at, this.line);
    if ('personId' in event && event.personId === person.policy.personId) this.bookOwn(person, event);
  }

  private bookOwn(person: PersonLedger, event: MotionEvent): void {
    if (event.type === 'PromptAnswered') this.answer(person, event);
    if (event.type === 'CalendarResolved') person.calendar = event;
    if (event.type === 'ModeLowered' && MODES.indexOf(event.mode) < MODES.indexOf(person.mode))
      person.mode = event.mode;
  }

  private show(person: PersonLedger, prompt: Prompt, at: Stamp): void {
    if (prompt.personId !== person.policy.personId || person.shown?.prompt.id === prompt.id) return;
    person.shown = { prompt, at, line: this.line };
    person.act = null;
  }

  private answer(person: PersonLedger, event: Answered): void {
    const shown = person.shown?.prompt.id === event.promptId ? person.shown : null;
    if (event.answer !== 'accepted') person.act = null;
    if (event.answer === 'refused') this.refuse(person, event, shown?.prompt ?? null);
    if (shown !== null && event.at.mono < shown.at.mono + 90_000) this.answerOpen(person, event, shown);
  }

  private answerOpen(person: PersonLedger, event: Answered, shown: Shown): void {
    const proved = this.proves(person, event, shown);
    if (event.answer !== 'accepted') person.shown = null;
    else if (proved && person.act === null) person.act = { promptId: event.promptId, at: event.at };
  }

  /** Whether this answer proves its person at the desk; a band tap that does is an act of its own. */
  private proves(person: PersonLedger, { surface, at }: Answered, shown: Shown): boolean {
    if (surface === 'handset') return true;
    if (surface === 'mqtt' || surface === 'cli') return at.mono - this.lastEvidence(at, person) <= 10_000;
    const tap = surface === 'band' && person.unsettledLine < shown.line && at.mono - person.lastMoving() > 60_000;
    if (tap) person.validTaps.push(at);
    return tap;
  }

  /** Monotonic time of the last proof that somebody (or this person) was at the desk, -Infinity if none. */
  lastEvidence(at: Stamp, person?: PersonLedger): number {
    const whose = person === undefined ? [...this.persons.values()] : [person];
    const acts = [...this.hands, ...whose.flatMap(({ validTaps }) => validTaps)].map(({ mono }) => mono);
    const from = this.jumpedAt?.mono ?? 0;
    return Math.max(-Infinity, ...acts.filter((mono) => mono <= at.mono && mono >= from));
  }

  private refuse(person: PersonLedger, event: { readonly at: Stamp }, prompt: Prompt | null): void {
    const own = this.active !== null && this.active.personId === person.policy.personId;
    if (own) {
      this.stop({ surface: 'band', at: event.at });
      return;
    }
    const target = prompt?.proposal?.targetMm;
    const kind = target === undefined ? null : this.kindOf(person.policy, target);
    if (kind !== null) this.vetoes.push({ kind, at: event.at });
  }

  private bookReading(event: Extract<MotionEvent, { type: 'Observed' }>): void {
    const { observation, source, at } = event;
    if (source !== this.policy.deskId || observation.kind !== 'height' || !this.up) return;
    const last = this.reading;
    if ([this.upAt, last?.at].some((known) => known !== null && known !== undefined && at.mono < known.mono)) return;
    if (last !== null) this.bookMotor(last, observation.heightMm, at);
    this.reading = { heightMm: observation.heightMm, speedMmS: observation.speedMmS, at };
    this.firstReadingAt ??= at;
  }

  /** A height that changed from one reading to the next of the same second: the motor ran in between. */
  private bookMotor(last: { readonly heightMm: number; readonly at: Stamp }, heightMm: number, at: Stamp): void {
    if (this.active === null && last.heightMm !== heightMm && at.mono - last.at.mono <= 1_000)
      this.motor.push({ from: last.at.mono, to: at.mono });
  }

  private bookLink(up: boolean, at: Stamp): void {
    Object.assign(this, { up, upAt: at, limits: null, reading: null, firstReadingAt: null });
  }

  private jump(at: Stamp): void {
    this.jumpedAt = at;
    for (const person of this.persons.values()) Object.assign(person, { act: null, shown: null });
  }

  private stop(event: { readonly surface: string; readonly at: Stamp }): void {
    const { active } = this;
    const person = active === null ? undefined : this.mover(active);
    const kind = active === null || person === undefined ? null : this.kindOf(person.policy, active.targetMm);
    this.vetoes.push({ kind, at: event.at });
    for (const one of this.persons.values()) one.act = null;
    if (event.surface !== 'hub') this.humanStop(event.at);
  }

  private mover({ personId }: RunningMove): PersonLedger | undefined {
    return personId === null ? undefined : this.persons.get(personId);
  }

  private humanStop(at: Stamp): void {
    const { active } = this;
    const person = active === null ? undefined : this.mover(active);
    if (active === null || person === undefined || active.humanStop) return;
    active.humanStop = true;
    this.humanStops.push(at);
    if (this.humanStops.filter(({ mono }) => at.mono - mono <= 4 * HOUR_MS).length < 2) return;
    const ends = person.calendar?.dayEnds ?? 0;
    this.dayBlockedUntil = ends > at.epoch ? ends : at.epoch + 24 * HOUR_MS;
  }

  private stopped({ outcome, at, txId }: Extract<MotionEvent, { type: 'MotorStopped' }>): void {
    if (outcome.result === 'obstructed') this.locked = true;
    if (this.active?.txId !== txId) return;
    if (outcome.result === 'overridden') this.fight(at);
    if (outcome.result === 'timed-out' || outcome.result === 'link-lost') this.faults.push(at);
  }

  private start(event: MotionEvent, effect: Extract<MotionEffect, { type: 'StartMotor' }>): void {
    const coach = event.type === 'MoveRequested' && event.request.origin === 'coach' ? event.request : null;
    if (coach !== null) this.spent.add(coach.promptId);
    const { txId, origin, fromMm, targetMm, at } = effect;
    this.active = {
      txId,
      origin,
      personId: coach?.personId ?? null,
      fromMm,
      targetMm,
      startedAt: at,
      stoppedAt: null,
      humanStop: false,
    };
    this.starts.push(at);
  }

  private end(at: Stamp, active: RunningMove): void {
    this.motor.push({ from: active.startedAt.mono, to: at.mono });
    this.active = null;
  }
}
