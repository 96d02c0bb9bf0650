import { type MotionPolicy } from '../../policy.js';
import { type Stamp } from '../../time.js';
import { type MotionEvent } from '../motion-event.js';
import { type TraceLine } from './lab.js';
import { Ledger, type RunningMove } from './ledger.js';
import { type Act, type PersonLedger } from './person-ledger.js';

export const RULES = [
  'S-01',
  'S-02',
  'S-04',
  'S-05',
  'S-06',
  'S-07',
  'S-08',
  'S-09',
  'S-10',
  'S-12',
  'S-13',
  'S-14',
] as const;
export type Rule = (typeof RULES)[number];

type Request = Extract<MotionEvent, { type: 'MoveRequested' }>;

/** What the judge sees when a move is asked for: the book of this run, and what the runs before it would have allowed. */
interface Case {
  readonly book: Ledger;
  readonly request: Request;
  readonly at: Stamp;
  /** The coach's person, null for commands and strangers. */
  readonly person: PersonLedger | null;
  readonly before: Ledger | null;
}

const age = (at: Stamp, since: Stamp | number | null | undefined): number =>
  since === null || since === undefined ? Infinity : at.mono - (typeof since === 'number' ? since : since.mono);

const isCoach = ({ request }: Case): boolean => request.request.origin === 'coach';

const travelMs = ({ book, request }: Case): number =>
  book.reading === null ? 0 : (Math.abs(request.targetMm - book.reading.heightMm) / book.policy.minSpeedMmS) * 1_000;

/** The act that still counts, if there is one. */
const actOf = (person: PersonLedger | null, at: Stamp): Act | null =>
  person !== null && age(at, person.act?.at) <= 30_000 ? person.act : null;

function confirmed({ book, request, person, at }: Case): boolean {
  const act = actOf(person, at);
  if (act === null || request.request.origin !== 'coach') return false;
  const offered = person?.shown?.prompt.id === act.promptId ? person.shown.prompt.proposal : null;
  const matches = offered?.deskId === book.policy.deskId && offered.targetMm === request.targetMm;
  return act.promptId === request.request.promptId && matches && !book.spent.has(act.promptId);
}

/** Whether the height lies within what the desk and the household allow. */
function allowed({ policy, limits }: Ledger, targetMm: number): boolean {
  const { minMm, maxMm, noGo } = policy;
  const above = targetMm >= Math.max(minMm ?? 0, limits?.minMm ?? 0);
  const below = targetMm <= Math.min(maxMm ?? 9_999, limits?.maxMm ?? 9_999);
  return above && below && !noGo.some((zone) => targetMm >= zone.fromMm && targetMm <= zone.toMm);
}

/** By the ids of docs/safety.md: whether this rule forbids the motor to start now. */
const FORBIDS: Record<Rule, (seen: Case) => boolean> = {
  'S-01': (seen) => {
    if (isCoach(seen)) return actOf(seen.person, seen.at) === null;
    return seen.book.policy.remoteCommands !== 'open' && age(seen.at, seen.book.lastEvidence(seen.at)) > 10_000;
  },
  'S-02': (seen) => isCoach(seen) && (seen.person?.mode !== 'confirm' || !confirmed(seen)),
  'S-04': (seen) => {
    const { book, person, at, request } = seen;
    if (!isCoach(seen) || person === null) return false;
    const kind = book.kindOf(person.policy, request.targetMm);
    const vetoed = book.vetoes.some(
      (veto) => age(at, veto.at) <= 600_000 && (veto.kind === null || veto.kind === kind),
    );
    return vetoed || at.epoch < book.dayBlockedUntil;
  },
  'S-05': (seen) => {
    const { book, at } = seen;
    const spacing = book.policy.minMinutesBetweenMoves * 60_000;
    return book.motorMs(at) + travelMs(seen) > 60_000 || (isCoach(seen) && age(at, book.starts.at(-1)) < spacing);
  },
  'S-06': (seen) => {
    const { book, at } = seen;
    if (!book.up || book.limits === null || book.firstReadingAt === null) return true;
    const upheavals = [book.upAt, book.limits.at, book.firstReadingAt, book.jumpedAt];
    return isCoach(seen) && upheavals.some((upheaval) => age(at, upheaval) < 120_000);
  },
  'S-07': (seen) => {
    const { reading, limits } = seen.book;
    const stale = reading === null || limits === null || (reading.speedMmS !== 0 && age(seen.at, reading.at) > 15_000);
    return stale || (isCoach(seen) && seen.person?.settled(seen.at) !== true);
  },
  'S-08': (seen) => {
    const { book, request, person } = seen;
    const preset = person !== null && book.kindOf(person.policy, request.targetMm) !== null;
    return !allowed(book, request.targetMm) || (isCoach(seen) && !preset);
  },
  'S-09': (seen) => isCoach(seen) && age(seen.at, seen.book.overrides.at(-1)) <= 900_000,
  'S-10': ({ book }) => book.locked,
  'S-12': ({ book }) => book.active !== null,
  'S-13': ({ book, request: { request } }) => {
    if (request.origin !== 'command') return false;
    const aged = request.ageMs !== null && Math.abs(request.ageMs) <= 10_000;
    return request.retained || !aged || book.commandIds.has(request.commandId);
  },
  'S-14': (seen) => {
    const { before, book, at, request, person } = seen;
    if (before === null) return false;
    if (request.request.origin === 'command') {
      return (
        book.policy.remoteCommands !== 'open' &&
        age(at, before.lastEvidence(at)) <= 10_000 &&
        age(at, book.lastEvidence(at)) > 10_000
      );
    }
    const earlier = person === null ? undefined : before.persons.get(person.policy.personId);
    const stood = earlier !== undefined && confirmed({ ...seen, book: before, person: earlier });
    return stood && !confirmed(seen);
  },
};

export interface Verdict {
  /** Broken rules with the line of the trace. */
  readonly broken: readonly { readonly rule: Rule; readonly line: number; readonly what: string }[];
  /** How often each rule had something to forbid or to order. */
  readonly premises: Readonly<Record<Rule, number>>;
  /** How often a rule forbade only because of what an earlier run had done. */
  readonly restored: Readonly<Record<Rule, number>>;
  readonly requests: number;
  readonly starts: Readonly<Record<'coach' | 'command', number>>;
}

/** Goes through a trace and judges every start of the motor, and every stop that had to come. */
export class Judge {
  private readonly broken: { rule: Rule; line: number; what: string }[] = [];
  private readonly premises = Object.fromEntries(RULES.map((rule) => [rule, 0])) as Record<Rule, number>;
  private readonly restored = Object.fromEntries(RULES.map((rule) => [rule, 0])) as Record<Rule, number>;
  private readonly starts = { coach: 0, command: 0 };
  private requests = 0;
  private before: Ledger | null = null;
  private book: Ledger;
  private fought = false;
  private openedAt: Stamp;

  constructor(policy: MotionPolicy, at: Stamp) {
    this.book = new Ledger(policy, at);
    this.openedAt = at;
  }

  judge(trace: readonly TraceLine[]): Verdict {
    for (const line of trace) {
      if (line.kind === 'restart') this.reopen(line.at);
      else if (line.kind === 'event') this.hear(line);
      else this.witness(line);
    }
    const { broken, premises, restored, requests, starts } = this;
    return { broken, premises, restored, requests, starts };
  }

  private reopen(at: Stamp): void {
    this.before = this.book;
    this.book = this.book.reopened(at);
    this.openedAt = at;
  }

  private witness(line: Extract<TraceLine, { kind: 'hand' | 'fight' }>): void {
    this.fought = line.kind === 'fight' && this.book.active !== null;
    this.book.book(line);
  }

  private hear(line: Extract<TraceLine, { kind: 'event' }>): void {
    const { event, effects } = line;
    const running = this.book.active;
    const due = running?.stoppedAt === null ? this.stopsDue(event, running) : [];
    const forbidden = event.type === 'MoveRequested' ? this.consider(event) : null;
    this.book.book(line);
    for (const effect of effects) if (effect.type === 'StartMotor') this.started(effect.origin, forbidden ?? ['S-14']);
    this.book.bookEffects(event, effects);
    if (running === null) return;
    for (const rule of due) this.mustStop(rule, running, event.at);
    this.bounded(running, event.at);
  }

  private started(origin: 'coach' | 'command', forbidden: readonly Rule[]): void {
    for (const rule of forbidden) this.blame(rule, 'started');
    this.starts[origin] += 1;
  }

  /** The rules by which this event has to stop the running move. */
  private stopsDue(event: MotionEvent, running: RunningMove): readonly Rule[] {
    const refused =
      event.type === 'PromptAnswered' && event.answer === 'refused' && running.personId === event.personId;
    const due: Rule[] = event.type === 'StopRequested' || refused ? ['S-04'] : [];
    if (this.fought) due.push('S-09');
    this.fought = false;
    return due;
  }

  private consider(request: Request): readonly Rule[] {
    this.requests += 1;
    const { request: by } = request;
    const person = by.origin === 'coach' ? (this.book.persons.get(by.personId) ?? null) : null;
    const seen: Case = { book: this.book, request, at: request.at, person, before: this.before };
    const forbidden = RULES.filter((rule) => FORBIDS[rule](seen));
    for (const rule of forbidden) this.premises[rule] += 1;
    if (this.before === null) return forbidden;
    const forgetful: Case = { ...seen, book: this.book.withoutHistory(this.openedAt) };
    for (const rule of forbidden) if (!FORBIDS[rule](forgetful)) this.restored[rule] += 1;
    return forbidden;
  }

  private mustStop(rule: Rule, running: RunningMove, at: Stamp): void {
    this.premises[rule] += 1;
    if (running.stoppedAt?.mono !== at.mono) this.blame(rule, 'not stopped');
  }

  /** Travel limit, time to report, and the motor time up to the stop. */
  private bounded(running: RunningMove, at: Stamp): void {
    const { policy } = this.book;
    const longest = (Math.abs(running.targetMm - running.fromMm) / policy.minSpeedMmS) * 1_000 + 5_000;
    if (at.mono - running.startedAt.mono > longest + 11_000) this.blame('S-12', 'endless');
    if (running.stoppedAt === null && at.mono - running.startedAt.mono > longest + 250)
      this.blame('S-12', 'travels too long');
    const own = at.mono - running.startedAt.mono;
    const earlier = this.book.motorMs(at) - (this.book.active === running ? 0 : own);
    if (running.stoppedAt === null && earlier + own > 60_250) this.blame('S-05', 'overdrawn');
  }

  private blame(rule: Rule, what: string): void {
    this.broken.push({ rule, line: this.book.line, what });
  }
}
