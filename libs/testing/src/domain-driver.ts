import {
  type Answer,
  bandId,
  deskId,
  type DomainEvent,
  type Effect,
  epoch,
  initialPerson,
  type Interval,
  type Mode,
  monotonic,
  type Observation,
  personId,
  type PersonPolicy,
  type PersonState,
  type Prompt,
  type Stamp,
  step,
} from '#libs/domain';

/** Ada at the Linak desk, in confirm mode, with the defaults of docs/policy.md. */
export const aPolicy = (change: Partial<PersonPolicy> = {}): PersonPolicy => ({
  personId: personId('ada'),
  deskId: deskId('linak-office'),
  bandId: bandId('wrist'),
  mode: 'confirm',
  sit: { softMin: 28, hardMin: 30 },
  stand: { softMin: 18, hardMin: 22, absoluteMaxMin: 60 },
  still: { softMin: 50, hardMin: 60 },
  presets: { sitMm: 720, standMm: 1_120 },
  presence: { enterDbm: -65, leaveDbm: -80 },
  settleAfterReturnS: 60,
  repromptMin: 5,
  walkRepromptMin: 30,
  piggybackFromStillMin: 30,
  prompts: { perHourMax: 6, perDayMax: 24 },
  ...change,
});

/** What the person does for a while. `vanish` loses the band's link, `silent` is a radio that hears nothing new. */
export interface Segment {
  readonly doing: 'sit' | 'stand' | 'walk' | 'leave' | 'vanish' | 'silent';
  readonly seconds: number;
}

/** What happens beside the posture, so many seconds after the start. */
export type Interjection = { readonly atS: number } & (
  | { readonly what: 'snooze'; readonly minutes: number }
  | { readonly what: 'lower-mode'; readonly mode: Mode }
  | { readonly what: 'restart'; readonly downS: number }
  | { readonly what: 'clock-jump'; readonly gapS: number }
  | { readonly what: 'reload'; readonly policy: PersonPolicy }
  | { readonly what: 'tick' }
);

/** What the person does about a prompt, `afterS` seconds later. */
export interface Reaction {
  readonly react: Answer | 'ignore' | 'comply';
  readonly afterS: number;
}

/** One scripted day. Hours are seconds from the start. */
export interface Day {
  readonly policy: PersonPolicy;
  readonly segments: readonly Segment[];
  readonly interjections: readonly Interjection[];
  /** Prompt n gets reaction n, cyclically; none: all are ignored. */
  readonly reactions: readonly Reaction[];
  readonly working: readonly [number, number];
  readonly quiet: readonly [number, number];
  readonly dayEndsS: number;
  readonly sampleS: number;
}

/** One call of the step function. */
export interface Recorded {
  readonly at: Stamp;
  /** Seconds of the scripted day. */
  readonly seconds: number;
  readonly event: DomainEvent;
  readonly before: PersonState;
  readonly after: PersonState;
  readonly effects: readonly Effect[];
  readonly policy: PersonPolicy;
}

export type Step = typeof step;

const EPOCH_START = Date.UTC(2026, 0, 5, 8);
const DAY_S = 24 * 3_600;
/** Long enough for the desk to travel between the presets. */
const TRAVEL_S = 12;

interface Planned {
  readonly atS: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Plays a day against the step function: feeds sensors, honours `WakeMeAt` to the millisecond, answers prompts, restarts
 * through JSON with another monotonic origin, and records every call.
 */
export class DomainDriver {
  readonly records: Recorded[] = [];
  #state: PersonState;
  #policy: PersonPolicy;
  #monoOrigin = 5_000_000;
  #jumpedMs = 0;
  #wakeMono: number | null = null;
  #queue: Planned[] = [];
  #order = 0;
  #doing: Segment['doing'] = 'sit';
  #nowS = 0;
  #heightMm = 720;
  #steps = 1_000;
  #prompts = 0;
  #dayEndsS: number;

  constructor(
    private readonly day: Day,
    private readonly stepWith: Step = step,
  ) {
    this.#policy = day.policy;
    this.#dayEndsS = day.dayEndsS;
    this.#state = initialPerson(this.#stamp(0));
  }

  /** Plays the whole day and returns the record. */
  run(): readonly Recorded[] {
    this.#resolveCalendar();
    this.#observe({ kind: 'height', heightMm: this.#heightMm, speedMmS: 0 });
    let startS = 0;
    for (const segment of this.day.segments) {
      this.#plan(startS, () => {
        this.#begin(segment.doing);
      });
      startS += segment.seconds;
    }
    for (let atS = 0; atS < startS; atS += this.day.sampleS) {
      this.#plan(atS + 0.25, () => {
        this.#sample();
      });
    }
    for (const interjection of this.day.interjections) {
      if (interjection.atS < startS) {
        this.#plan(interjection.atS + 0.5, () => {
          this.#interject(interjection);
        });
      }
    }
    this.#playUntil(startS);
    return this.records;
  }

  #plan(atS: number, run: () => void): void {
    this.#queue.push({ atS, order: this.#order++, run });
  }

  #playUntil(endS: number): void {
    this.#queue.sort((a, b) => b.atS - a.atS || b.order - a.order);
    for (;;) {
      const wakeS = this.#wakeMono === null ? Number.POSITIVE_INFINITY : (this.#wakeMono - this.#monoOrigin) / 1_000;
      const next = this.#queue.at(-1);
      const nextS = Math.min(next?.atS ?? Number.POSITIVE_INFINITY, this.#dayEndsS);
      if (Math.min(nextS, wakeS) > endS) return;
      if (wakeS <= nextS) this.#tick(wakeS);
      else if (nextS === this.#dayEndsS) this.#nextDay();
      else {
        this.#queue.pop();
        this.#nowS = Math.max(this.#nowS, nextS);
        next?.run();
      }
    }
  }

  #tick(atS: number): void {
    this.#nowS = Math.max(this.#nowS, atS);
    this.#wakeMono = null;
    this.#feed({ type: 'Ticked', at: this.#stamp(this.#nowS) });
  }

  #nextDay(): void {
    this.#nowS = Math.max(this.#nowS, this.#dayEndsS);
    this.#dayEndsS += DAY_S;
    this.#resolveCalendar();
  }

  #stamp(seconds: number): Stamp {
    const ms = Math.round(seconds * 1_000);
    return { mono: monotonic(this.#monoOrigin + ms), epoch: epoch(EPOCH_START + ms + this.#jumpedMs) };
  }

  #feed(event: DomainEvent): void {
    const before = this.#state;
    const { state, effects } = this.stepWith(before, event, this.#policy);
    this.#state = state;
    this.records.push({
      at: event.at,
      seconds: this.#nowS,
      event,
      before,
      after: state,
      effects,
      policy: this.#policy,
    });
    for (const effect of effects) this.#obey(effect);
  }

  #obey(effect: Effect): void {
    if (effect.type === 'WakeMeAt') this.#wakeMono = effect.at;
    if (effect.type === 'IssuePrompt') this.#react(effect.prompt);
    if (effect.type === 'RequestMove') {
      const doing = effect.targetMm === this.#policy.presets.standMm ? 'stand' : 'sit';
      this.#planSorted(this.#nowS + TRAVEL_S, () => {
        this.#begin(doing);
      });
    }
  }

  #planSorted(atS: number, run: () => void): void {
    this.#plan(atS, run);
    this.#queue.sort((a, b) => b.atS - a.atS || b.order - a.order);
  }

  #react(prompt: Prompt): void {
    const { reactions } = this.day;
    const reaction = reactions[this.#prompts++ % Math.max(reactions.length, 1)];
    if (reaction === undefined || reaction.react === 'ignore') return;
    const { react, afterS } = reaction;
    this.#planSorted(this.#nowS + afterS, () => {
      if (react === 'comply') this.#begin(prompt.kind === 'walk' ? 'walk' : prompt.kind);
      else {
        const at = this.#stamp(this.#nowS);
        const { personId: id } = this.#policy;
        this.#feed({ type: 'PromptAnswered', at, personId: id, promptId: prompt.id, answer: react, surface: 'band' });
      }
    });
  }

  #begin(doing: Segment['doing']): void {
    const at = this.#stamp(this.#nowS);
    if (this.#doing === 'vanish' && doing !== 'vanish') {
      this.#feed({ type: 'LinkChanged', at, source: bandId('wrist'), up: true });
    }
    if (doing === 'vanish' && this.#doing !== 'vanish') {
      this.#feed({ type: 'LinkChanged', at, source: bandId('wrist'), up: false });
    }
    this.#doing = doing;
    if (doing === 'sit' || doing === 'stand') this.#moveDesk(doing === 'sit' ? 720 : 1_120);
  }

  #moveDesk(heightMm: number): void {
    if (heightMm === this.#heightMm) return;
    this.#heightMm = heightMm;
    this.#observe({ kind: 'height', heightMm, speedMmS: 0 });
  }

  #sample(): void {
    if (this.#doing === 'vanish' || this.#doing === 'silent') return;
    this.#observe({ kind: 'rssi', dbm: this.#doing === 'leave' ? -92 : -55 });
    if (this.#doing !== 'walk') return;
    this.#steps += Math.max(2 * this.day.sampleS, 2);
    this.#observe({ kind: 'steps', total: this.#steps });
  }

  #observe(observation: Observation): void {
    const source = observation.kind === 'height' ? this.#policy.deskId : bandId('wrist');
    this.#feed({ type: 'Observed', at: this.#stamp(this.#nowS), source, observation });
  }

  #interject(event: Interjection): void {
    const at = this.#stamp(this.#nowS);
    const { personId: id } = this.#policy;
    switch (event.what) {
      case 'snooze':
        this.#feed({ type: 'SnoozeRequested', at, personId: id, minutes: event.minutes, surface: 'cli' });
        return;
      case 'lower-mode':
        this.#feed({ type: 'ModeLowered', at, personId: id, mode: event.mode, surface: 'mqtt' });
        return;
      case 'reload':
        this.#policy = event.policy;
        this.#resolveCalendar();
        return;
      case 'restart':
        this.#restart(event.downS);
        return;
      case 'clock-jump':
        this.#jumpedMs += event.gapS * 1_000;
        this.#feed({ type: 'ClockJumped', at: this.#stamp(this.#nowS), gapMs: event.gapS * 1_000 });
        this.#resolveCalendar();
        return;
      case 'tick':
        this.#feed({ type: 'Ticked', at });
    }
  }

  /** Down for a while; what the sensors say meanwhile is lost. The checkpoint is what JSON keeps of the state. */
  #restart(downS: number): void {
    this.#nowS += downS;
    while ((this.#queue.at(-1)?.atS ?? Number.POSITIVE_INFINITY) < this.#nowS) {
      const missed = this.#queue.pop();
      // Only posture changes happen whether or not anybody looks; they are caught up by the first sample after.
      if (missed !== undefined && Number.isInteger(missed.atS)) this.#planSorted(this.#nowS, missed.run);
    }
    this.#state = JSON.parse(JSON.stringify(this.#state)) as PersonState;
    this.#monoOrigin = 1_000 - this.#nowS * 1_000 + Math.round(this.#nowS);
    this.#wakeMono = null;
    const at = this.#stamp(this.#nowS);
    this.#feed({ type: 'Resumed', at, personId: this.#policy.personId, downMs: downS * 1_000 });
    this.#resolveCalendar();
    this.#observe({ kind: 'height', heightMm: this.#heightMm, speedMmS: 0 });
  }

  #resolveCalendar(): void {
    const wall = (seconds: number) => epoch(EPOCH_START + seconds * 1_000 + this.#jumpedMs);
    const daily = ([from, to]: readonly [number, number]): Interval[] =>
      [0, 1].map((days) => ({ from: wall(from + days * DAY_S), to: wall(to + days * DAY_S) }));
    this.#feed({
      type: 'CalendarResolved',
      at: this.#stamp(this.#nowS),
      personId: this.#policy.personId,
      working: daily(this.day.working),
      quiet: daily(this.day.quiet),
      dayEnds: wall(this.#dayEndsS),
    });
  }
}

/** A quiet nine-hour day of one posture after the other. */
export const aDay = (change: Partial<Day> = {}): Day => ({
  policy: aPolicy(),
  segments: [{ doing: 'sit', seconds: 3_600 }],
  interjections: [],
  reactions: [],
  working: [0, 9 * 3_600],
  quiet: [20 * 3_600, 23 * 3_600],
  dayEndsS: 20 * 3_600,
  sampleS: 10,
  ...change,
});
