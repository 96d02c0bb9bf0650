import { type PersonPolicy } from '#libs/domain';
import fc from 'fast-check';
import { aPolicy, type Day, type Interjection, type Reaction, type Segment } from './domain-driver.js';

const SECONDS: Record<Segment['doing'], readonly [number, number]> = {
  sit: [60, 6_000],
  stand: [60, 6_600],
  walk: [20, 240],
  leave: [30, 1_500],
  vanish: [20, 900],
  silent: [60, 1_500],
};

/** A stretch of one posture; its length in whole tens of seconds. */
const segment = (doing: Segment['doing']): fc.Arbitrary<Segment> => {
  const [min, max] = SECONDS[doing];
  return fc.integer({ min: Math.ceil(min / 10), max: max / 10 }).map((tens) => ({ doing, seconds: tens * 10 }));
};

/** Mostly at the desk, sometimes walking, gone or unseen. */
export const anySegments = (
  at: readonly Segment['doing'][] = ['walk', 'leave', 'vanish', 'silent'],
): fc.Arbitrary<readonly Segment[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: segment('sit') },
      { weight: 4, arbitrary: segment('stand') },
      { weight: 4, arbitrary: fc.oneof(...at.map(segment)) },
    ),
    { minLength: 3, maxLength: 9 },
  );

const limits = (hard: readonly [number, number]) =>
  fc
    .record({ hardMin: fc.integer({ min: hard[0], max: hard[1] }), below: fc.integer({ min: 0, max: 4 }) })
    .map(({ hardMin, below }) => ({ softMin: hardMin - below, hardMin }));

/** Any valid configuration of one person. */
export const anyPolicy: fc.Arbitrary<PersonPolicy> = fc
  .record({
    mode: fc.constantFrom('confirm' as const, 'confirm' as const, 'notify' as const),
    sit: limits([20, 60]),
    stand: limits([9, 45]).map((stand) => ({ ...stand, absoluteMaxMin: 60 })),
    still: limits([34, 60]),
    repromptMin: fc.integer({ min: 4, max: 20 }),
    prompts: fc.record({ perHourMax: fc.integer({ min: 1, max: 8 }), perDayMax: fc.integer({ min: 4, max: 40 }) }),
  })
  .map(aPolicy);

const anyInterjection: fc.Arbitrary<Interjection> = fc
  .record({
    tens: fc.integer({ min: 0, max: 2_400 }),
    what: fc.oneof(
      fc.record({ what: fc.constant('snooze' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
      fc.record({
        what: fc.constant('lower-mode' as const),
        mode: fc.constantFrom('notify' as const, 'observe' as const),
      }),
      fc.record({ what: fc.constant('restart' as const), downS: fc.constantFrom(3, 45, 400, 2_000) }),
      fc.record({ what: fc.constant('clock-jump' as const), gapS: fc.constantFrom(70, 400, 2_000) }),
    ),
  })
  .map(({ tens, what }) => ({ atS: tens * 10, ...what }));

const anyReaction: fc.Arbitrary<Reaction> = fc.record({
  react: fc.constantFrom('ignore', 'ignore', 'comply', 'comply', 'accepted', 'later', 'refused'),
  afterS: fc.integer({ min: 2, max: 60 }),
});

/** Any day: postures, drop-outs, answers, snoozes, restarts, clock jumps, hours. */
export const anyDay: fc.Arbitrary<Day> = fc.record({
  policy: anyPolicy,
  segments: anySegments(),
  interjections: fc.array(anyInterjection, { maxLength: 3 }).map((list) => list.toSorted((a, b) => a.atS - b.atS)),
  reactions: fc.array(anyReaction, { maxLength: 5 }),
  working: fc.tuple(fc.constantFrom(0, 600), fc.integer({ min: 10_800, max: 36_000 })),
  quiet: fc.integer({ min: 3_600, max: 40_000 }).map((from): [number, number] => [from, from + 1_800]),
  dayEndsS: fc.integer({ min: 10_000, max: 60_000 }),
  sampleS: fc.constant(10),
});
