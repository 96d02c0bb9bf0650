import fc from 'fast-check';
import { MODES, type MotionPolicy } from '../policy.js';
import { ANSWERS, SURFACES } from '../prompt.js';
import { ANNA, BEN, type Boot, type CommandFacts, HOUSEHOLD, Lab, type Supervise } from './spec-support/lab.js';
import { Judge, type Rule, type Verdict } from './spec-support/judge.js';
import { DRIVES } from './spec-support/mover.js';
import { play, type Scene } from './spec-support/scenes.js';
import { type MotionEvent } from './motion-event.js';
import { type PersonFacts } from './person-facts.js';
import { type MoveRequested } from './prechecks.js';
import { type SupervisorState } from './supervisor-state.js';
import { supervise } from './supervisor.js';

/** Streams per rule; `STANCE_PROPERTY_RUNS=5000 npx jest libs/domain/src/motion/invariants` is the long bench. */
const RUNS = Number(process.env.STANCE_PROPERTY_RUNS ?? 50);
jest.setTimeout(30_000 + 200 * RUNS);

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const who = fc.nat(1);
const record = <T extends Scene['type']>(
  type: T,
  fields: { [K in keyof Omit<Extract<Scene, { type: T }>, 'type'>]: fc.Arbitrary<Extract<Scene, { type: T }>[K]> },
) => fc.record({ type: fc.constant(type), ...fields }) as unknown as fc.Arbitrary<Scene>;

const usually = <T>(value: T, weight: number, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: others });

const coach = record('coach', {
  who,
  surface: usually('band', 3, fc.constantFrom(...SURFACES)),
  answer: usually('accepted', 8, fc.constantFrom(...ANSWERS, null)),
  tapMs: usually(3_000, 4, pick(0, 20_000, 61_000, 89_000, 95_000)),
  askMs: usually(100, 4, pick(9_000, 29_000, 31_000)),
  twist: usually(
    'none',
    5,
    pick(
      'other-prompt',
      'other-target',
      'no-preset',
      'again',
      'again',
      'again',
      'walk',
      'other-desk',
      'press',
      'restart',
    ),
  ),
});
const command = record('command', {
  targetMm: fc.oneof(pick(720, 1100, 1100, 690, 1050, 800, 1180, 650), pick(630, 920, 1210, 1300, NaN, Infinity, -5)),
  ageMs: usually<number | null>(300, 4, pick(0, 10_000, 10_001, 60_000, -400, -20_000, NaN, null)),
  retained: usually(false, 8, fc.constant(true)),
  id: usually<number | null>(null, 3, fc.nat(3)),
  evidence: pick('none', 'press', 'press', 'tap'),
  restarts: usually(false, 8, fc.constant(true)),
  waitMs: usually(3_000, 4, pick(0, 9_000, 11_000, 30_000)),
  surface: pick('mqtt', 'cli'),
});

/** What happens in a room besides requests. */
const incidents: readonly fc.WeightedArbitrary<Scene>[] = [
  {
    weight: 10,
    arbitrary: record('wait', { ms: pick(500, 2_500, 5_000, 20_000, 130_000, 370_000, 610_000, 910_000) }),
  },
  { weight: 2, arbitrary: record('press', { deltaMm: pick(-200, -15, -8, 8, 12, 40, 300) }) },
  { weight: 1, arbitrary: record('rally', { presses: fc.integer({ min: 3, max: 8 }) }) },
  { weight: 2, arbitrary: record('stop', { surface: fc.constantFrom(...SURFACES) }) },
  {
    weight: 2,
    arbitrary: record('reconnect', {
      ms: pick(0, 2_000, 60_000),
      limits: usually(true, 4, fc.constant(false)),
      height: usually(true, 4, fc.constant(false)),
    }),
  },
  { weight: 4, arbitrary: record('next-drive', { drive: fc.constantFrom(...DRIVES) }) },
  {
    weight: 1,
    arbitrary: record('restart', { downMs: pick(0, 2_000, 30_000), reconnects: usually(true, 4, fc.constant(false)) }),
  },
  { weight: 1, arbitrary: record('clock-jump', { gapMs: pick(-3_600_000, 90_000, 28_800_000) }) },
  { weight: 1, arbitrary: record('walk', { who }) },
  {
    weight: 1,
    arbitrary: record('absence', {
      who,
      ms: pick(10_000, 70_000, 400_000),
      returns: usually(true, 4, fc.constant(false)),
    }),
  },
  { weight: 1, arbitrary: record('mode', { who, mode: fc.constantFrom(...MODES) }) },
  { weight: 1, arbitrary: record('hours', { who, hours: pick('working', 'quiet', 'free') }) },
  { weight: 5, arbitrary: record('unlock', { surface: fc.constantFrom(...SURFACES) }) },
  { weight: 2, arbitrary: record('desk-error', { afterMs: pick(0, 1_000, 11_000) }) },
  { weight: 1, arbitrary: record('hang', {}) },
  { weight: 1, arbitrary: record('late-height', { lateMs: pick(100, 2_000, 5_000), heightMm: pick(650, 720, 1100) }) },
];

const height = pick(720, 1100, 690, 1050);
const byTheBook: readonly fc.WeightedArbitrary<Scene>[] = [{ weight: 10, arbitrary: coach }];
/** The planner replaced by a random source. */
const senseless: readonly fc.WeightedArbitrary<Scene>[] = [
  // A random source has luck at times.
  { weight: 4, arbitrary: coach },
  { weight: 12, arbitrary: record('show', { who, targetMm: fc.oneof(height, fc.constant(null)) }) },
  {
    weight: 16,
    arbitrary: record('answer', {
      who,
      back: pick(0, 0, 0, 1),
      answer: usually('accepted', 6, fc.constantFrom(...ANSWERS)),
      surface: fc.constantFrom(...SURFACES),
    }),
  },
  {
    weight: 24,
    arbitrary: record('ask', {
      who,
      back: pick(0, 0, 0, 1, 2),
      targetMm: fc.oneof(height, fc.integer({ min: 500, max: 1400 })),
    }),
  },
];

const policy: fc.Arbitrary<MotionPolicy> = fc.record({
  ...Object.fromEntries(Object.entries(HOUSEHOLD).map(([key, value]) => [key, fc.constant(value)])),
  remoteCommands: usually('attended', 3, pick('open', 'off')),
  minMinutesBetweenMoves: pick(1, 6),
  persons: pick([ANNA], [ANNA, BEN]),
}) as unknown as fc.Arbitrary<MotionPolicy>;

const storyOf = (planner: readonly fc.WeightedArbitrary<Scene>[]) =>
  fc.record({
    policy,
    scenes: fc.array(fc.oneof(...planner, { weight: 10, arbitrary: command }, ...incidents), {
      minLength: 25,
      maxLength: 45,
      size: 'max',
    }),
  });
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
const story = storyOf(byTheBook);

/** A supervisor with one fault. */
interface Fault {
  readonly reduce?: Supervise;
  readonly boot?: Boot;
}

function verdictOn({ policy: rules, scenes }: Story, { reduce = supervise, boot }: Fault = {}): Verdict {
  const lab = new Lab(rules, reduce, boot);
  const from = lab.now;
  play(lab.settle(), scenes);
  return new Judge(rules, from).judge(lab.trace);
}

const state = (change: (after: SupervisorState) => Partial<SupervisorState>): Fault => ({
  reduce: (before, event, rules) => {
    const { state: after, effects } = supervise(before, event, rules);
    return { state: { ...after, ...change(after) }, effects };
  },
});
const hearing = (heard: (event: MotionEvent) => MotionEvent): Fault => ({
  reduce: (before, event, rules) => supervise(before, heard(event), rules),
});
const deafTo = (missed: (event: MotionEvent) => boolean): Fault =>
  hearing((event) => (missed(event) ? { type: 'Ticked', at: event.at } : event));
const withPolicy = (change: Partial<MotionPolicy>): Fault => ({
  reduce: (before, event, rules) => supervise(before, event, { ...rules, ...change }),
});

/** Believes that whatever the planner asks for was confirmed. */
const credulous: Fault = {
  reduce: (before, event, rules) => {
    if (event.type !== 'MoveRequested' || event.request.origin !== 'coach') return supervise(before, event, rules);
    const { personId, promptId } = event.request;
    const facts = before.persons[personId];
    const confirmation = { promptId, deskId: rules.deskId, targetMm: event.targetMm, at: event.at };
    const persons =
      facts === undefined ? before.persons : { ...before.persons, [personId]: { ...facts, confirmation } };
    return supervise({ ...before, persons }, event, rules);
  },
};

/** Takes the link that is up for the link that was. */
const unlinked: Fault = {
  reduce: (before, event, rules) => {
    const missed = event.type === 'LinkChanged' && event.source === rules.deskId && before.desk.up;
    return supervise(before, missed ? { type: 'Ticked', at: event.at } : event, rules);
  },
};

/** Hears every command as if it said this. */
const commandsAs = (said: (event: MoveRequested) => Partial<CommandFacts>): Fault =>
  hearing((event) =>
    event.type === 'MoveRequested' && event.request.origin === 'command'
      ? { ...event, request: { ...event.request, ...said(event) } }
      : event,
  );
/** Believes that every yes was said just now. */
const ageless: Fault = {
  reduce: (before, event, rules) => {
    const persons = Object.entries<PersonFacts>(before.persons).map(([id, facts]) => {
      const { confirmation } = facts;
      return [
        id,
        { ...facts, confirmation: confirmation === null ? null : { ...confirmation, at: event.at } },
      ] as const;
    });
    return supervise({ ...before, persons: Object.fromEntries<PersonFacts>(persons) }, event, rules);
  },
};
/** Takes every height that is asked for as somebody's preset. */
const presetless: Fault = {
  reduce: (before, event, rules) => {
    if (event.type !== 'MoveRequested') return supervise(before, event, rules);
    const presets = { sitMm: event.targetMm, standMm: event.targetMm };
    return supervise(before, event, { ...rules, persons: rules.persons.map((one) => ({ ...one, presets })) });
  },
};
const restless = (event: MotionEvent): MotionEvent =>
  event.type === 'Observed' && event.observation.kind === 'height'
    ? { ...event, observation: { ...event.observation, speedMmS: 0 } }
    : event;

/** Supervisors that break a rule, by what they are wrong about. */
type Faults = Readonly<Record<string, Fault>>;

/** Each rule in words, and for each of its clauses a supervisor that breaks it. */
const RULES_IN_WORDS: readonly (readonly [rule: Rule, words: string, faults: Faults])[] = [
  [
    'S-01',
    'S-01: no motion without strong evidence of presence',
    {
      presence: withPolicy({ remoteCommands: 'open' }),
    },
  ],
  [
    'S-02',
    'S-02: no coach motion without a valid, matching, unspent confirmation in mode confirm',
    {
      mode: deafTo(({ type }) => type === 'ModeLowered'),
      spent: state(() => ({ spentPrompts: [] })),
      expired: ageless,
      matching: credulous,
    },
  ],
  [
    'S-04',
    'S-04: a stop or veto stops at once and holds that kind of coach move',
    { stop: deafTo(({ type }) => type === 'StopRequested') },
  ],
  [
    'S-05',
    'S-05: at most 60 s of motor time in any 10 min, coach starts apart',
    {
      'motor time': state(() => ({ motor: [] })),
      spacing: state(({ holds }) => ({ holds: { ...holds, startedAt: null } })),
    },
  ],
  [
    'S-06',
    'S-06: no motion before height and limits were read on this link, no coach motion for 120 s',
    { link: unlinked },
  ],
  [
    'S-07',
    'S-07: no motion on a stale or missing height, no coach motion on an uncertain posture',
    { 'moving height': hearing(restless) },
  ],
  [
    'S-08',
    'S-08: the target lies within all limits, outside no-go zones, for the coach at a preset',
    { 'no-go': withPolicy({ noGo: [] }), limits: withPolicy({ minMm: null, maxMm: null }), preset: presetless },
  ],
  [
    'S-09',
    'S-09: a change by hand stops our move and holds the coach for 15 min',
    { hold: state(({ holds }) => ({ holds: { ...holds, overrideAt: null } })) },
  ],
  [
    'S-10',
    'S-10: nothing moves after an obstacle until unlocked',
    {
      'who unlocks': hearing((event) => (event.type === 'Unlocked' ? { ...event, surface: 'cli' } : event)),
      'late report': deafTo((event) => event.type === 'Observed' && event.observation.kind === 'desk-error'),
    },
  ],
  ['S-12', 'S-12: one transaction at a time, and each ends', { one: state(() => ({ active: null })) }],
  [
    'S-13',
    'S-13: retained, stale, undated and duplicate commands move nothing',
    {
      age: commandsAs(() => ({ ageMs: 0 })),
      retained: commandsAs(() => ({ retained: false })),
      duplicate: commandsAs(({ txId }) => ({ commandId: txId })),
    },
  ],
  [
    'S-14',
    'S-14: nothing that was said before a restart moves anything after it',
    { everything: { boot: (_at, _policy, before) => ({ ...before, active: null }) } },
  ],
];

/** Fixed for the same verdict everywhere; the bench may take another. */
const SEED = Number(process.env.STANCE_PROPERTY_SEED ?? 20_260_101);

/** The streams of a property that every rule goes through, judged once. */
const verdicts = new Map<string, Verdict>();
function judged(told: Story): Verdict {
  const key = fc.stringify(told);
  const verdict = verdicts.get(key) ?? verdictOn(told);
  verdicts.set(key, verdict);
  return verdict;
}

/** Streams in which every fault has to show. */
const TRIALS = fc.sample(story, { numRuns: 400, seed: SEED });

describe.each(RULES_IN_WORDS)('%s', (rule, words, faults) => {
  it(`${words} (at least 1 % of all requests put it to the test)`, () => {
    let premises = 0;
    let requests = 0;
    fc.assert(
      fc.property(story, (told) => {
        const verdict = judged(told);
        premises += verdict.premises[rule];
        requests += verdict.requests;
        expect(verdict.broken.filter((broken) => broken.rule === rule)).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(premises).toBeGreaterThanOrEqual(requests / 100);
  });

  it.each(Object.entries(faults))('catches a supervisor that is wrong about: %s', (_clause, fault) => {
    expect(TRIALS.some((told) => verdictOn(told, fault).broken.some((broken) => broken.rule === rule))).toBe(true);
  });
});

describe('After a restart', () => {
  const yes = { type: 'coach', who: 0, surface: 'band', answer: 'accepted', tapMs: 3_000, askMs: 100 } as const;
  /** A coach move that is stopped; the hub restarts, and the coach comes again. */
  const stopped: readonly Scene[] = [
    { ...yes, twist: 'none' },
    { type: 'wait', ms: 2_500 },
    { type: 'stop', surface: 'band' },
    { type: 'wait', ms: 2_500 },
    { type: 'restart', downMs: 0, reconnects: true },
    { type: 'wait', ms: 370_000 },
    { ...yes, twist: 'none' },
  ];
  const restarts = storyOf([
    ...byTheBook,
    { weight: 8, arbitrary: record('restart', { downMs: pick(0, 2_000), reconnects: fc.constant(true) }) },
    { weight: 6, arbitrary: record('wait', { ms: pick(130_000, 370_000) }) },
    { weight: 3, arbitrary: record('rally', { presses: fc.integer({ min: 3, max: 6 }) }) },
    { weight: 3, arbitrary: record('stop', { surface: fc.constantFrom(...SURFACES) }) },
  ]).map((told) => ({ ...told, scenes: [...stopped, ...told.scenes] }));
  const rules = ['S-04', 'S-05', 'S-09'] as const;
  const trials = fc.sample(restarts, { numRuns: 200, seed: SEED });

  it('S-04, S-05, S-09: what an earlier run forbade stays forbidden (each alone at least once in 200 requests)', () => {
    const restored = { 'S-04': 0, 'S-05': 0, 'S-09': 0 };
    let requests = 0;
    fc.assert(
      fc.property(restarts, (told) => {
        const verdict = verdictOn(told);
        requests += verdict.requests;
        for (const rule of rules) restored[rule] += verdict.restored[rule];
        expect(verdict.broken).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    for (const rule of rules) expect(restored[rule]).toBeGreaterThanOrEqual(requests / 200);
  });

  it.each(rules)('catches a supervisor that ignores the history (%s)', (rule) => {
    const ignorant = deafTo(({ type }) => type === 'HistoryRestored');
    expect(trials.some((told) => verdictOn(told, ignorant).broken.some((broken) => broken.rule === rule))).toBe(true);
  });
});

describe('S-15: the supervisor alone keeps every rule', () => {
  const random = storyOf(senseless);

  it('S-15: whatever a random planner asks for', () => {
    let requests = 0;
    const starts = { coach: 0, command: 0 };
    fc.assert(
      fc.property(random, (told) => {
        const verdict = verdictOn(told);
        requests += verdict.requests;
        starts.coach += verdict.starts.coach;
        starts.command += verdict.starts.command;
        expect(verdict.broken).toEqual([]);
      }),
      { numRuns: 3 * RUNS, seed: SEED },
    );
    expect(requests).toBeGreaterThan(10 * RUNS);
    expect(starts.command).toBeGreaterThan(RUNS / 2);
    expect(starts.coach).toBeGreaterThan(RUNS / 10);
  });

  it('catches a supervisor that believes the planner', () => {
    const caught = fc
      .sample(random, { numRuns: 400, seed: SEED })
      .some((told) => verdictOn(told, credulous).broken.length > 0);
    expect(caught).toBe(true);
  });
});

describe('The supervisor', () => {
  it('does move the desk, for the coach and on command', () => {
    const verdicts = fc.sample(story, { numRuns: RUNS, seed: SEED }).map((told) => verdictOn(told));
    const starts = (origin: 'coach' | 'command') => verdicts.reduce((sum, verdict) => sum + verdict.starts[origin], 0);
    expect(starts('coach')).toBeGreaterThan(RUNS / 5);
    expect(starts('command')).toBeGreaterThan(RUNS / 2);
  });

  it('does the same with any number of extra ticks, and from plain JSON', () => {
    const ticking: Supervise = (before, event, rules) => {
      const plain = JSON.parse(JSON.stringify(before)) as SupervisorState;
      const ticked = supervise(plain, { type: 'Ticked', at: event.at }, rules);
      const again = supervise(ticked.state, { type: 'Ticked', at: event.at }, rules);
      const step = supervise(again.state, event, rules);
      return { state: step.state, effects: [...ticked.effects, ...again.effects, ...step.effects] };
    };
    fc.assert(
      fc.property(story, ({ policy: rules, scenes }) => {
        const effects = (reduce?: Supervise) =>
          play(new Lab(rules, reduce).settle(), scenes).trace.flatMap((line) =>
            line.kind === 'event' ? line.effects : [],
          );
        expect(effects(ticking)).toEqual(effects());
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
