import {
  type DomainEvent,
  type Effect,
  type EpochMs,
  type Interval,
  type Mode,
  MODES,
  type PersonView,
  personView,
  type Prompt,
  type PromptKind,
  within,
} from '#libs/domain';
import { type Recorded } from './domain-driver.js';

/** How often the premise of a rule held in a record, and where the rule was broken. */
export interface Verdict {
  readonly premises: number;
  readonly violations: readonly string[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One instant of a record as an outsider sees it: folded from events and effects, never from the coach's own notes. */
interface Moment {
  readonly record: Recorded;
  readonly view: PersonView;
  readonly mono: number;
  readonly epoch: number;
  /** Mode, hours, quiet or snooze forbid any prompt. */
  readonly silent: boolean;
  /** Sitting or standing, sure of it, with fresh evidence, and back for long enough. */
  readonly settled: boolean;
  readonly returning: boolean;
  readonly issuedNow: readonly Prompt[];
  /** All prompts before this instant, with their monotonic times in this process. */
  readonly history: readonly { readonly mono: number; readonly prompt: Prompt }[];
  readonly issuedToday: number;
  readonly workingHoursLeft: number;
  /** Asked to wait, per kind, until. */
  readonly heldUntil: Readonly<Record<PromptKind, number>>;
}

const prompts = (effects: readonly Effect[]): Prompt[] =>
  effects.flatMap((effect) => (effect.type === 'IssuePrompt' ? [effect.prompt] : []));

type AnsweredEvent = Extract<DomainEvent, { readonly type: 'PromptAnswered' }>;

/** Folds a record from the outside. Monotonic times are shifted at restarts by the wall time that passed. */
class Outsider {
  private working: readonly Interval[] = [];
  private quiet: readonly Interval[] = [];
  private dayEnds = Number.POSITIVE_INFINITY;
  private snoozeMono = 0;
  private snoozeEpoch = 0;
  private lowered: { to: Mode; configured: Mode } | null = null;
  private returnedMono: number | null = null;
  private away = false;
  private history: { mono: number; prompt: Prompt }[] = [];
  private issuedToday = 0;
  private held: Record<PromptKind, number> = { stand: 0, sit: 0, walk: 0 };
  private shift = 0;
  private last: { mono: number; epoch: number } | null = null;

  look(record: Recorded): Moment {
    const { event, at } = record;
    if (event.type === 'Resumed' && this.last !== null)
      this.shift = this.last.mono + (at.epoch - this.last.epoch) - at.mono;
    const mono = at.mono + this.shift;
    this.last = { mono, epoch: at.epoch };
    if (at.epoch >= this.dayEnds) this.newDay();
    this.hear(record, mono);
    const view = personView(record.after, at, record.policy);
    this.follow(view, mono, record);
    const issuedNow = prompts(record.effects);
    const moment = this.moment(record, view, mono, issuedNow);
    for (const prompt of issuedNow) this.history.push({ mono, prompt });
    this.issuedToday += issuedNow.length;
    return moment;
  }

  private newDay(): void {
    this.issuedToday = 0;
    this.snoozeMono = 0;
    this.dayEnds = Number.POSITIVE_INFINITY;
  }

  private hear({ event, policy, effects }: Recorded, mono: number): void {
    switch (event.type) {
      case 'CalendarResolved':
        ({ working: this.working, quiet: this.quiet, dayEnds: this.dayEnds } = event);
        return;
      case 'SnoozeRequested': {
        const ms = Math.min(event.minutes * MINUTE, 12 * HOUR, this.dayEnds - event.at.epoch);
        this.snoozeMono = mono + ms;
        this.snoozeEpoch = event.at.epoch + ms;
        return;
      }
      case 'ModeLowered':
        if (MODES.indexOf(event.mode) < MODES.indexOf(this.mode(policy.mode))) {
          this.lowered = { to: event.mode, configured: policy.mode };
        }
        return;
      case 'PromptAnswered':
        this.hold(event, effects, mono);
        return;
      default:
    }
  }

  private hold(event: AnsweredEvent, effects: readonly Effect[], mono: number): void {
    const prompt = this.history.find((issued) => issued.prompt.id === event.promptId)?.prompt;
    if (prompt === undefined || !effects.some(({ type }) => type === 'JournalAnswer')) return;
    this.held[prompt.kind] = mono + { accepted: 0, later: 5, refused: 10 }[event.answer] * MINUTE;
  }

  private mode(configured: Mode): Mode {
    return this.lowered?.configured === configured ? this.lowered.to : configured;
  }

  private follow({ estimate }: PersonView, mono: number, { at }: Recorded): void {
    const { posture, since } = estimate;
    if (posture === 'away') this.away = true;
    if (this.away && (posture === 'sitting' || posture === 'standing')) {
      this.away = false;
      this.returnedMono = mono - (at.mono - since.mono);
    }
  }

  private isSilent(record: Recorded, mono: number): boolean {
    const { epoch: wall } = record.at;
    const mode = this.mode(record.policy.mode);
    if (mode === 'off' || mode === 'observe') return true;
    if (!within(this.working, wall) || within(this.quiet, wall)) return true;
    return mono < this.snoozeMono && wall < this.snoozeEpoch;
  }

  private moment(record: Recorded, view: PersonView, mono: number, issuedNow: readonly Prompt[]): Moment {
    const settleMs = record.policy.settleAfterReturnS * 1_000;
    const returning = this.returnedMono !== null && mono - this.returnedMono < settleMs;
    // A first sight after a long gap counts as a return too; the coach shows it in its clock.
    const fresh = view.sinceReturnMs !== null && view.sinceReturnMs < settleMs;
    return {
      record,
      view,
      mono,
      epoch: record.at.epoch,
      silent: this.isSilent(record, mono),
      settled: isSure(view) && !returning && !fresh,
      returning,
      issuedNow,
      history: [...this.history],
      issuedToday: this.issuedToday,
      workingHoursLeft: Math.ceil(this.workingLeft(record.at.epoch) / HOUR),
      heldUntil: { ...this.held },
    };
  }

  private workingLeft(wall: EpochMs): number {
    let ms = 0;
    for (const { from, to } of this.working) ms += Math.max(0, Math.min(to, this.dayEnds) - Math.max(from, wall));
    return ms;
  }
}

/** Sitting or standing, sure enough to act on, by fresh evidence. */
const isSure = ({ estimate: { posture, confidence, reasons } }: PersonView): boolean =>
  (posture === 'sitting' || posture === 'standing') &&
  confidence >= 0.8 &&
  !reasons.some(({ kind }) => kind === 'no-evidence');

function* moments(records: readonly Recorded[]): Generator<Moment> {
  const outsider = new Outsider();
  for (const record of records) yield outsider.look(record);
}

const where = ({ record, view }: Moment, what: string): string =>
  `${what} at ${(record.seconds / 60).toFixed(1)} min (${view.estimate.posture}, ${record.event.type})`;

/** Judges every moment: the premise, then what must hold. */
function judge(records: readonly Recorded[], rule: (moment: Moment) => boolean | null, what: string): Verdict {
  let premises = 0;
  const violations: string[] = [];
  for (const moment of moments(records)) {
    const holds = rule(moment);
    if (holds === null) continue;
    premises += 1;
    if (!holds) violations.push(where(moment, what));
  }
  return { premises, violations };
}

const overdue = ({ view, record: { policy } }: Moment): boolean =>
  (view.sit?.ms ?? 0) >= policy.sit.hardMin * MINUTE ||
  (view.stand?.ms ?? 0) >= policy.stand.hardMin * MINUTE ||
  (view.still?.ms ?? 0) >= policy.still.hardMin * MINUTE;

/** C-01, over the moments in which something is overdue and must not be said. */
export const promptsOnlyWhereAllowed = (records: readonly Recorded[]): Verdict =>
  judge(
    records,
    (moment) => {
      const { posture } = moment.view.estimate;
      const nobody = posture === 'away' || posture === 'lying' || posture === 'unknown';
      if (!(moment.silent || nobody || moment.returning)) return null;
      return overdue(moment) || moment.issuedNow.length > 0 ? moment.issuedNow.length === 0 : null;
    },
    'prompt where none is allowed',
  );

/** C-02, over all prompts. */
export const neverAsksForThePresentPosture = (records: readonly Recorded[]): Verdict =>
  judge(
    records,
    ({ issuedNow, view }) => {
      if (issuedNow.length === 0) return null;
      const present = { sitting: 'sit', standing: 'stand' }[view.estimate.posture as string];
      return issuedNow.every(({ kind }) => kind !== present);
    },
    'asked for the present posture',
  );

const lastOf = ({ history, issuedNow, mono }: Moment, kind: PromptKind): number =>
  issuedNow.some((prompt) => prompt.kind === kind)
    ? mono
    : (history.findLast(({ prompt }) => prompt.kind === kind)?.mono ?? Number.NEGATIVE_INFINITY);

function bucketsAreEmpty({ history, issuedToday, mono, workingHoursLeft, record: { policy } }: Moment): boolean {
  const { perHourMax, perDayMax } = policy.prompts;
  const lastAny = history.at(-1)?.mono ?? Number.NEGATIVE_INFINITY;
  const lastHour = history.filter((issued) => mono - issued.mono < HOUR).length;
  return mono - lastAny < 4 * MINUTE || lastHour >= perHourMax || perDayMax - issuedToday <= workingHoursLeft;
}

/** Which posture is overdue, by which clock, answered by which prompt. */
const SIDES = {
  sitting: { kind: 'stand', clock: 'sit' },
  standing: { kind: 'sit', clock: 'stand' },
} as const;

type Side = 'sitting' | 'standing';

/** In this posture, and its clock at or past a limit in minutes. */
const isPast = ({ view }: Moment, side: Side, limitMin: number): boolean =>
  view.estimate.posture === side && (view[SIDES[side].clock]?.ms ?? 0) >= limitMin * MINUTE;

/** What excuses every silence: hours and wishes of the person, and doubt about them. */
const isExcused = (moment: Moment, kind: PromptKind): boolean =>
  moment.silent || !moment.settled || moment.mono < moment.heldUntil[kind];

function repeatsInTime(records: readonly Recorded[], side: Side, absolute: boolean): Verdict {
  const { kind, clock } = SIDES[side];
  return judge(
    records,
    (moment) => {
      const { policy } = moment.record;
      const limitMin = absolute ? policy.stand.absoluteMaxMin : policy[clock].hardMin;
      if (!isPast(moment, side, limitMin) || isExcused(moment, kind)) return null;
      if (!absolute && bucketsAreEmpty(moment)) return null;
      return moment.mono - lastOf(moment, kind) <= policy.repromptMin * MINUTE;
    },
    `no ${kind} prompt in time`,
  );
}

/** "Never zero prompts in a rolling 60 min beyond hard": the day's maximum may be spent, nothing else excuses it. */
function neverSilentForAnHour(records: readonly Recorded[], side: Side): Verdict {
  const { kind, clock } = SIDES[side];
  let barrenSince: number | null = null;
  return judge(
    records,
    (moment) => {
      const { policy } = moment.record;
      const spent = moment.issuedToday >= policy.prompts.perDayMax;
      const over = isPast(moment, side, policy[clock].hardMin) && !isExcused(moment, kind) && !spent;
      barrenSince = over ? (barrenSince ?? moment.mono) : null;
      return barrenSince === null ? null : moment.mono - Math.max(barrenSince, lastOf(moment, kind)) <= HOUR;
    },
    `an hour without a ${kind} prompt`,
  );
}

const both = (...verdicts: readonly Verdict[]): Verdict => ({
  premises: verdicts.reduce((sum, { premises }) => sum + premises, 0),
  violations: verdicts.flatMap(({ violations }) => violations),
});

/** C-03. */
export const promptsLongSitting = (records: readonly Recorded[]): Verdict =>
  both(repeatsInTime(records, 'sitting', false), neverSilentForAnHour(records, 'sitting'));

/** C-04. */
export const promptsLongStanding = (records: readonly Recorded[]): Verdict =>
  both(
    repeatsInTime(records, 'standing', false),
    repeatsInTime(records, 'standing', true),
    neverSilentForAnHour(records, 'standing'),
  );

/** C-08. */
export const keepsTheBuckets = (records: readonly Recorded[]): Verdict =>
  judge(
    records,
    ({ issuedNow, history, mono, issuedToday, record: { policy } }) => {
      const prompt = issuedNow[0];
      if (prompt === undefined || prompt.cause === 'absolute') return null;
      const lastHour = history.filter((issued) => mono - issued.mono < HOUR).length;
      const gapMs = mono - (history.at(-1)?.mono ?? Number.NEGATIVE_INFINITY);
      const { perHourMax, perDayMax } = policy.prompts;
      return issuedNow.length === 1 && lastHour < perHourMax && issuedToday < perDayMax && gapMs >= 4 * MINUTE;
    },
    'bucket overrun',
  );

const ANSWERS: Record<PromptKind, readonly string[]> = {
  stand: ['standing', 'moving', 'away'],
  sit: ['sitting', 'moving', 'away'],
  walk: ['moving', 'away'],
};

/** Whether a prompt should have been closed by now: its life is over, or the person has done what it asked. */
function isOverdue(open: Prompt, { record, view, silent }: Moment): boolean {
  const { posture, since } = view.estimate;
  const followed = ANSWERS[open.kind].includes(posture) && record.at.mono - since.mono >= 20_000;
  return (followed && !silent) || (record.event.type !== 'Resumed' && record.at.mono >= open.expiresAt.mono);
}

/** C-11: a prompt that was followed is closed as followed, once, and its kind stays silent for the repeat interval. */
export function complianceClosesThePrompt(records: readonly Recorded[]): Verdict {
  let open: Prompt | null = null;
  const quietUntil: Record<PromptKind, number> = { stand: 0, sit: 0, walk: 0 };
  return judge(
    records,
    (moment) => {
      const { record, mono, issuedNow } = moment;
      const closed = record.effects.flatMap((effect) => (effect.type === 'ClosePrompt' ? [effect] : []));
      const complied = closed.some(({ outcome }) => outcome === 'complied');
      const early = issuedNow.some(({ kind }) => mono < quietUntil[kind]);
      if (open !== null && complied) {
        quietUntil[open.kind] = mono - (record.at.mono - open.issuedAt.mono) + record.policy.repromptMin * MINUTE;
      }
      open = issuedNow[0] ?? (closed.length > 0 ? null : open);
      if (early || (open !== null && isOverdue(open, moment))) return false;
      return complied ? closed.length === 1 : null;
    },
    'compliance not honoured',
  );
}

/** Whether the spans of these effects continue at `end` without gap or overlap; answers with the new end. */
function joined(
  effects: readonly Effect[],
  end: number | null,
): { readonly end: number | null; readonly holds: boolean } {
  let at = end;
  for (const effect of effects) {
    if (effect.type !== 'JournalSpan') continue;
    const { from, to } = effect.span;
    if (to.epoch <= from.epoch || (at !== null && from.epoch !== at)) return { end: at, holds: false };
    at = to.epoch;
  }
  return { end: at, holds: true };
}

/** C-18: today's totals are the wall time of the tracked day, and the spans join without gap or overlap. */
export function totalsAreTheWallTime(records: readonly Recorded[]): Verdict {
  let dayFrom: number = records[0]?.at.epoch ?? 0;
  let dayEnds = Number.POSITIVE_INFINITY;
  let spanEnd: number | null = null;
  return judge(
    records,
    ({ record, view, epoch: wall }) => {
      if (wall >= dayEnds) [dayFrom, dayEnds] = [dayEnds, Number.POSITIVE_INFINITY];
      if (record.event.type === 'CalendarResolved') ({ dayEnds } = record.event);
      const sum = Object.values(view.today.totals).reduce((a, b) => a + b, 0);
      const { end, holds } = joined(record.effects, spanEnd);
      spanEnd = end;
      const open = spanEnd === null || spanEnd === record.after.ledger.open.from.epoch;
      return holds && open && Math.abs(sum - (wall - dayFrom)) <= 1_000;
    },
    'totals are not the wall time',
  );
}
