import fc from 'fast-check';
import {
  anyDay,
  complianceClosesThePrompt,
  type Day,
  DomainDriver,
  keepsTheBuckets,
  neverAsksForThePresentPosture,
  promptsLongSitting,
  promptsLongStanding,
  promptsOnlyWhereAllowed,
  type Recorded,
  type Step,
  totalsAreTheWallTime,
  type Verdict,
} from '#libs/testing';
import { type Effect } from '../effect.js';
import { type PersonPolicy } from '../policy.js';
import { step } from '../step.js';

/** A broken core: the real one with its policy, its events or its effects tampered with. */
const withPolicy =
  (change: (policy: PersonPolicy) => PersonPolicy): Step =>
  (state, event, policy) =>
    step(state, event, change(policy));

const withEffects =
  (change: (effect: Effect) => readonly Effect[]): Step =>
  (state, event, policy) => {
    const stepped = step(state, event, policy);
    return { ...stepped, effects: stepped.effects.flatMap(change) };
  };

const deafTo =
  (type: string): Step =>
  (state, event, policy) =>
    step(state, event.type === type ? { type: 'Ticked', at: event.at } : event, policy);

interface Rule {
  readonly id: string;
  readonly claim: string;
  readonly check: (records: readonly Recorded[]) => Verdict;
  /** The premise must hold at least so often over all runs. */
  readonly premises: number;
  readonly planted: Step;
}

const RULES: readonly Rule[] = [
  {
    id: 'C-01',
    claim: 'no prompt while away, unknown, silenced or just back',
    check: promptsOnlyWhereAllowed,
    premises: 1_000,
    planted: deafTo('SnoozeRequested'),
  },
  {
    id: 'C-02',
    claim: 'nobody is asked for the posture they are in',
    check: neverAsksForThePresentPosture,
    premises: 100,
    planted: withEffects((effect) =>
      effect.type === 'IssuePrompt' && effect.prompt.kind === 'stand'
        ? [{ ...effect, prompt: { ...effect.prompt, kind: 'sit' } }]
        : [effect],
    ),
  },
  {
    id: 'C-03',
    claim: 'sitting past the hard limit is prompted again in time, and never goes an hour unmentioned',
    check: promptsLongSitting,
    premises: 1_000,
    planted: withPolicy((policy) => ({ ...policy, repromptMin: policy.repromptMin + 1 })),
  },
  {
    id: 'C-04',
    claim: 'so is standing, and past the absolute limit no bucket holds it back',
    check: promptsLongStanding,
    premises: 1_000,
    planted: withPolicy((policy) => ({ ...policy, stand: { ...policy.stand, absoluteMaxMin: 1_000 } })),
  },
  {
    id: 'C-08',
    claim: 'prompts keep their distance and their hourly and daily maximum',
    check: keepsTheBuckets,
    premises: 100,
    planted: withPolicy((policy) => ({ ...policy, prompts: { perHourMax: 99, perDayMax: 99 } })),
  },
  {
    id: 'C-11',
    claim: 'compliance closes the prompt and ends its cycle',
    check: complianceClosesThePrompt,
    premises: 20,
    planted: withEffects((effect) => (effect.type === 'ClosePrompt' && effect.outcome === 'complied' ? [] : [effect])),
  },
  {
    id: 'C-18',
    claim: 'the totals of the day are its wall time, and spans join without gap or overlap',
    check: totalsAreTheWallTime,
    premises: 10_000,
    planted: withEffects((effect) => (effect.type === 'JournalSpan' && effect.span.posture === 'away' ? [] : [effect])),
  },
];

const RUNS = 30;
const play = (day: Day, stepWith?: Step): readonly Recorded[] => new DomainDriver(day, stepWith).run();

describe('The rules of the coach, over any day', () => {
  it.each(RULES)('$id: $claim', ({ check, premises }) => {
    let held = 0;
    fc.assert(
      fc.property(anyDay, (day) => {
        const verdict = check(play(day));
        held += verdict.premises;
        expect(verdict.violations.slice(0, 3)).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20260105 },
    );
    expect(held).toBeGreaterThanOrEqual(premises);
  });

  it.each(RULES)('$id catches its planted violation', ({ check, planted }) => {
    const days = fc.sample(anyDay, { numRuns: RUNS, seed: 20260105 });
    expect(days.some((day) => check(play(day, planted)).violations.length > 0)).toBe(true);
  });
});
