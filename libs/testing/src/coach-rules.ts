import {
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
      case 'PromptAnswered': {
        const prompt = this.history.find((issued) => issued.prompt.id === event.promptId)?.prompt;
        const minutes = event.answer === 'later' ? 5 : event.answer === 'refused' ? 10 : 0;
        if (prompt !== undefined && effects.some(({ type }) => type === 'JournalAnswer')) {
          this.held[prompt.kind] = mono + minutes * MINUTE;
        }
        return;
      }
      default:
    }
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

  private moment(record: Recorded, view: PersonView, mono: number, issuedNow: readonly Prompt[]): Moment {
    const { epoch: wall } = record.at;
    const { posture, confidence, reasons } = view.estimate;
    const mode = this.mode(record.policy.mode);
    const hours = within(this.working, wall) && !within(this.quiet, wall);
    const silent =
      mode === 'off' || mode === 'observe' || !hours || (mono < this.snoozeMono && wall < this.snoozeEpoch);
    const returning = this.returnedMono !== null && mono - this.returnedMono < record.policy.settleAfterReturnS * 1_000;
    const atDesk = posture === 'sitting' || posture === 'standing';
    const stale = reasons.some(({ kind }) => kind === 'no-evidence');
    // A first sight after a long gap counts as a return too; the coach shows it in its clock.
    const fresh = view.sinceReturnMs !== null && view.sinceReturnMs < record.policy.settleAfterReturnS * 1_000;
    return {
      record,
      view,
      mono,
      epoch: wall,
      silent,
      settled: atDesk && confidence >= 0.8 && !stale && !returning && !fresh,
      returning,
      issuedNow,
      history: [...this.history],
      issuedToday: this.issuedToday,
      workingHoursLeft: Math.ceil(this.workingLeft(wall) / HOUR),
      heldUntil: { ...this.held },
    };
  }

  private workingLeft(wall: EpochMs): number {
    let ms = 0;
    for (const { from, to } of this.working) ms += Math.max(0, Math.min(to, this.dayEnds) - Math.max(from, wall));
    return ms;
  }
}

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

function repeatsInTime(records: readonly Recorded[], posture: 'sitting' | 'standing', absolute: boolean): Verdict {
  const { kind, clock } = SIDES[posture];
  return judge(
    records,
    (moment) => {
      const { view, mono, record } = moment;
      const { policy } = record;
      const limitMin = absolute ? policy.stand.absoluteMaxMin : policy[clock].hardMin;
      const due = view.estimate.posture === posture && (view[clock]?.ms ?? 0) >= limitMin * MINUTE;
      if (!due || moment.silent || !moment.settled || mono < moment.heldUntil[kind]) return null;
      if (!absolute && bucketsAreEmpty(moment)) return null;
      return mono - lastOf(moment, kind) <= policy.repromptMin * MINUTE;
    },
    `no ${kind} prompt in time`,
  );
}

/** "Never zero prompts in a rolling 60 min beyond hard": the day's maximum may be spent, nothing else excuses it. */
function neverSilentForAnHour(records: readonly Recorded[], posture: 'sitting' | 'standing'): Verdict {
  const { kind, clock } = SIDES[posture];
  let barrenSince: number | null = null;
  return judge(
    records,
    (moment) => {
      const { view, mono, record } = moment;
      const { policy } = record;
      const over = view.estimate.posture === posture && (view[clock]?.ms ?? 0) >= policy[clock].hardMin * MINUTE;
      const excused =
        moment.silent ||
        !moment.settled ||
        mono < moment.heldUntil[kind] ||
        moment.issuedToday >= policy.prompts.perDayMax;
      if (!over || excused) barrenSince = null;
      else barrenSince ??= mono;
      if (barrenSince === null) return null;
      return mono - Math.max(barrenSince, lastOf(moment, kind)) <= HOUR;
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

/** C-11: a prompt that was followed is closed as followed, once, and its cycle stays silent. */
export function complianceClosesThePrompt(records: readonly Recorded[]): Verdict {
  let open: Prompt | null = null;
  let followed: { prompt: Prompt; mono: number } | null = null;
  return judge(
    records,
    ({ record, view, mono, issuedNow, silent }) => {
      const { posture, since } = view.estimate;
      const closed = record.effects.flatMap((effect) => (effect.type === 'ClosePrompt' ? [effect] : []));
      const earlier = open;
      if (closed.some(({ promptId }) => promptId === earlier?.id)) open = null;
      const repeated = issuedNow.some(({ kind }) => kind === followed?.prompt.kind);
      const early = repeated && followed !== null && mono - followed.mono < record.policy.repromptMin * MINUTE;
      const complied = closed.find(({ outcome }) => outcome === 'complied');
      if (complied !== undefined && earlier !== null)
        followed = { prompt: earlier, mono: mono - (record.at.mono - earlier.issuedAt.mono) };
      open = issuedNow[0] ?? open;
      if (early) return false;
      if (open !== null && ANSWERS[open.kind].includes(posture) && !silent && record.at.mono - since.mono >= 20_000)
        return false;
      if (open !== null && record.event.type !== 'Resumed' && record.at.mono >= open.expiresAt.mono) return false;
      return complied === undefined ? null : closed.length === 1;
    },
    'compliance not honoured',
  );
}

/** C-18: today's totals are the wall time of the tracked day, and the spans join without gap or overlap. */
export function totalsAreTheWallTime(records: readonly Recorded[]): Verdict {
  let dayFrom: number = records[0]?.at.epoch ?? 0;
  let dayEnds = Number.POSITIVE_INFINITY;
  let spanEnd: number | null = null;
  return judge(
    records,
    ({ record, view, epoch: wall }) => {
      if (wall >= dayEnds) dayFrom = dayEnds;
      if (wall >= dayEnds) dayEnds = Number.POSITIVE_INFINITY;
      if (record.event.type === 'CalendarResolved') ({ dayEnds } = record.event);
      const sum = Object.values(view.today.totals).reduce((a, b) => a + b, 0);
      for (const effect of record.effects) {
        if (effect.type !== 'JournalSpan') continue;
        const { from, to } = effect.span;
        if (to.epoch <= from.epoch || (spanEnd !== null && from.epoch !== spanEnd)) return false;
        spanEnd = to.epoch;
      }
      const open = spanEnd === null || spanEnd === record.after.ledger.open.from.epoch;
      return open && Math.abs(sum - (wall - dayFrom)) <= 1_000;
    },
    'totals are not the wall time',
  );
}
