import { type PersonId, type PromptId, type TxId } from '../../ids.js';
import { MODES, type MotionPolicy, type PersonPolicy } from '../../policy.js';
import { foldBelief } from '../../posture/belief.js';
import { type Prompt } from '../../prompt.js';
import { HOUR_MS, type Stamp } from '../../time.js';
import { type MotionEffect } from '../motion-effect.js';
import { type MotionEvent } from '../motion-event.js';
import { type MoveResult } from '../outcome.js';
import { type TraceLine } from './lab.js';
import { PersonLedger, type Shown } from './person-ledger.js';

type Answered = Extract<MotionEvent, { type: 'PromptAnswered' }>;

export interface RunningMove {
  readonly txId: TxId;
  readonly origin: 'coach' | 'command';
  readonly personId: PersonId | null;
  readonly fromMm: number;
  readonly targetMm: number;
  readonly startedAt: Stamp;
  stoppedAt: Stamp | null;
  humanStop: boolean;
  /** The desk reported an obstacle meanwhile. */
  obstacle: boolean;
  veto: Veto | null;
}

interface Veto {
  readonly kind: 'sit' | 'stand' | null;
  readonly at: Stamp;
}

/** A finished motion as the journal has it, or one that a restart cut short. */
interface Row {
  readonly own: RunningMove | null;
  readonly from: Stamp;
  readonly to: Stamp;
  readonly result: MoveResult | null;
}

/**
 * The facts of one run of the process, booked line by line from what was observed: the judge's own book, kept without a look
 * at the supervisor's state. What the journal has outlives a restart: the lock-out, and
 * what forbids because of moves whose rows are closed.
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
  vetoes: Veto[] = [];
  faults: Stamp[] = [];
  humanStops: Stamp[] = [];
  dayBlockedUntil = 0;
  starts: Stamp[] = [];
  motor: { from: number; to: number }[] = [];
  active: RunningMove | null = null;
  endedAt: Stamp | null = null;
  rows: Row[] = [];
  locked = false;
  /** The block for the day as far as two closed rows bear it out. */
  private journaledBlock = 0;
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
    next.dayBlockedUntil = this.journaledBlock;
    next.journaledBlock = this.journaledBlock;
    const cut = this.active === null ? [] : [{ own: this.active, from: this.active.startedAt, to: at, result: null }];
    for (const row of [...this.rows, ...cut]) next.remember(row);
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
      if (effect.type === 'EndMove' && this.active !== null) this.end(effect.at, this.active, effect.outcome.result);
      if (effect.type === 'JournalHandMove')
        this.rows.push({ own: null, from: effect.from, to: effect.to, result: null });
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
    if (event.type === 'Observed') this.bookObserved(event);
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

  private bookObserved(event: Extract<MotionEvent, { type: 'Observed' }>): void {
    this.bookReading(event);
    if (event.source !== this.policy.deskId || event.observation.kind !== 'desk-error') return;
    if (this.active !== null) this.active.obstacle = true;
    else if (this.endedAt !== null && event.at.mono - this.endedAt.mono <= 3_000) this.locked = true;
  }

  /** What a row forbids in the next run. */
  private remember(row: Row): void {
    const { own, from, to, result } = row;
    this.rows.push(row);
    this.motor.push({ from: from.mono, to: to.mono });
    if (own === null || result === 'overridden') this.overrides.push(to);
    if (own === null) return;
    this.starts.push(from);
    if (result !== 'cancelled' && result !== 'overridden') return;
    if (own.veto !== null) this.vetoes.push(own.veto);
    if (own.humanStop) this.humanStops.push(own.veto?.at ?? to);
  }

  /** This book without what the runs before it told. */
  withoutHistory(openedAt: Stamp): Ledger {
    const since = ({ mono }: Stamp): boolean => mono >= openedAt.mono;
    return Object.assign(Object.create(Ledger.prototype) as Ledger, this, {
      motor: this.motor.filter(({ from }) => from >= openedAt.mono),
      overrides: this.overrides.filter(since),
      starts: this.starts.filter(since),
      vetoes: this.vetoes.filter(({ at }) => since(at)),
      dayBlockedUntil: 0,
    });
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
    if (active !== null) active.veto ??= { kind, at: event.at };
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
      obstacle: false,
      veto: null,
    };
    this.starts.push(at);
  }

  private end(at: Stamp, active: RunningMove, result: MoveResult): void {
    this.motor.push({ from: active.startedAt.mono, to: at.mono });
    this.rows.push({ own: active, from: active.startedAt, to: at, result });
    if (['cancelled', 'overridden'].includes(result) && active.humanStop) this.journaledBlock = this.dayBlockedUntil;
    if (active.obstacle) this.locked = true;
    this.endedAt = at;
    this.active = null;
  }
}
