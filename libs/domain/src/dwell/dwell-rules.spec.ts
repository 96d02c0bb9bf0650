import fc from 'fast-check';
import {
  aDay,
  anyDay,
  anyPolicy,
  anySegments,
  aPolicy,
  type Day,
  DomainDriver,
  type Interjection,
  type Recorded,
  type Step,
} from '#libs/testing';
import { personView } from '../state.js';
import { step } from '../step.js';

const play = (day: Day, stepWith?: Step): readonly Recorded[] => new DomainDriver(day, stepWith).run();
const viewOf = ({ after, at, policy }: Recorded) => personView(after, at, policy);

interface Verdict {
  readonly premises: number;
  readonly violations: readonly string[];
}

/** What may suspend the coach without touching a clock. Restarts are short and fall between two samples. */
const suspensions: fc.Arbitrary<readonly Interjection[]> = fc.array(
  fc
    .record({
      tens: fc.integer({ min: 1, max: 1_500 }),
      what: fc.oneof(
        fc.record({ what: fc.constant('snooze' as const), minutes: fc.integer({ min: 0, max: 120 }) }),
        fc.record({
          what: fc.constant('lower-mode' as const),
          mode: fc.constantFrom('notify' as const, 'off' as const),
        }),
        fc.record({ what: fc.constant('restart' as const), downS: fc.constantFrom(1, 3, 8) }),
        fc.record({
          what: fc.constant('reload' as const),
          policy: fc.constantFrom(aPolicy(), aPolicy({ mode: 'off' }), aPolicy({ sit: { softMin: 20, hardMin: 20 } })),
        }),
      ),
    })
    .map(({ tens, what }) => ({ atS: tens * 10, ...what })),
  { minLength: 1, maxLength: 6 },
);

const quietDay = fc
  .record({ segments: anySegments(), quiet: fc.integer({ min: 0, max: 20_000 }) })
  .map(({ segments, quiet }) => aDay({ segments, quiet: [quiet, quiet + 3_600], dayEndsS: 80_000 }));

/** Clocks by the second of the day, at the band's samples: those both runs share. */
function clocksBySecond(records: readonly Recorded[]): Map<number, string> {
  const clocks = new Map<number, string>();
  for (const record of records) {
    if (record.event.type !== 'Observed' || record.event.observation.kind !== 'rssi') continue;
    const { estimate, sit, stand, still } = viewOf(record);
    clocks.set(record.seconds, [estimate.posture, ...[sit, stand, still].map((clock) => clock?.ms ?? '-')].join(' '));
  }
  return clocks;
}

/** C-09: the same day with and without suspensions shows the same clocks. */
function suspensionsTouchNoClock(day: Day, interjections: readonly Interjection[], stepWith?: Step): Verdict {
  const plain = clocksBySecond(play({ ...day, interjections: [] }));
  const suspended = clocksBySecond(
    play({ ...day, interjections: interjections.toSorted((a, b) => a.atS - b.atS) }, stepWith),
  );
  const violations: string[] = [];
  for (const [second, clocks] of suspended) {
    if (plain.get(second) !== clocks)
      violations.push(`${second} s: ${clocks} instead of ${plain.get(second) ?? 'nothing'}`);
  }
  return { premises: suspended.size, violations };
}

/** C-13: the same day with extra ticks has the same effects. */
function ticksChangeNothing(day: Day, ticks: readonly number[], stepWith?: Step): Verdict {
  const extra: Interjection[] = ticks.map((atS) => ({ what: 'tick', atS }));
  const effects = (records: readonly Recorded[]) =>
    records.flatMap((record) => record.effects.map((effect) => JSON.stringify(effect)));
  const calm = effects(play(day, stepWith));
  const ticked = effects(
    play({ ...day, interjections: [...day.interjections, ...extra].toSorted((a, b) => a.atS - b.atS) }, stepWith),
  );
  const first = calm.findIndex((effect, i) => effect !== ticked[i]);
  if (first < 0 && calm.length === ticked.length) return { premises: ticks.length, violations: [] };
  const at = Math.max(first, 0);
  return { premises: ticks.length, violations: [`${calm[at] ?? 'nothing'} became ${ticked[at] ?? 'nothing'}`] };
}

/** C-17: sits, leaves for so long, comes back: does the clock start anew? Sampled every second. */
function absenceResetsFromAMinute(sitS: number, awayS: number, stepWith?: Step): Verdict {
  const day = aDay({
    segments: [
      { doing: 'sit', seconds: sitS },
      { doing: 'leave', seconds: awayS },
      { doing: 'sit', seconds: 120 },
    ],
    sampleS: 1,
  });
  const records = play(day, stepWith);
  const ms = viewOf(records.at(-1)!).sit?.ms ?? -1;
  const anew = ms >= 0 && ms <= 125_000;
  const carried = ms >= (sitS + awayS) * 1_000;
  const holds = awayS >= 60 ? anew : carried;
  return { premises: 1, violations: holds ? [] : [`away ${awayS} s after ${sitS} s: sitting for ${ms} ms`] };
}

describe('The clocks, over any day', () => {
  it('C-09: snooze, quiet hours, mode, config and restart touch no clock', () => {
    let held = 0;
    fc.assert(
      fc.property(quietDay, suspensions, (day, interjections) => {
        const { premises, violations } = suspensionsTouchNoClock(day, interjections);
        held += premises;
        expect(violations.slice(0, 3)).toEqual([]);
      }),
      { numRuns: 20, seed: 9 },
    );
    expect(held).toBeGreaterThanOrEqual(10_000);
  });

  it('C-09 catches its planted violation: a restart that forgets the sitting clock', () => {
    const forgetful: Step = (state, event, policy) =>
      step(event.type === 'Resumed' ? { ...state, dwell: { ...state.dwell, sit: null } } : state, event, policy);
    const restart: Interjection = { what: 'restart', downS: 3, atS: 600 };
    expect(suspensionsTouchNoClock(aDay(), [restart]).violations).toEqual([]);
    expect(suspensionsTouchNoClock(aDay(), [restart], forgetful).violations.length).toBeGreaterThan(0);
  });

  const someTicks = fc.array(
    fc.integer({ min: 0, max: 15_000_000 }).map((ms) => ms / 1_000),
    { minLength: 20, maxLength: 60 },
  );

  it('C-13: extra ticks change no effect, and the same day gives the same effects', () => {
    let held = 0;
    fc.assert(
      fc.property(anyDay, someTicks, (day, ticks) => {
        const { premises, violations } = ticksChangeNothing(day, ticks);
        held += premises;
        expect(violations).toEqual([]);
      }),
      { numRuns: 20, seed: 13 },
    );
    expect(held).toBeGreaterThanOrEqual(400);
  });

  it('C-13 catches its planted violation: deadlines that are not announced', () => {
    const mute: Step = (state, event, policy) => {
      const stepped = step(state, event, policy);
      const forgotten = { ...stepped.state, wakeMono: null };
      return { state: forgotten, effects: stepped.effects.filter(({ type }) => type !== 'WakeMeAt') };
    };
    const ticks = Array.from({ length: 500 }, (_, i) => i * 7.3);
    const day = aDay({ reactions: [{ react: 'accepted', afterS: 7 }] });
    expect(ticksChangeNothing(day, ticks).violations).toEqual([]);
    expect(ticksChangeNothing(day, ticks, mute).violations.length).toBe(1);
  });

  it('C-17: away for 60 s or more resets the sitting clock, 59 s or less does not', () => {
    let held = 0;
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 1_500 }), fc.integer({ min: 20, max: 180 }), (sitS, awayS) => {
        const { premises, violations } = absenceResetsFromAMinute(sitS, awayS);
        held += premises;
        expect(violations).toEqual([]);
      }),
      {
        numRuns: 40,
        seed: 17,
        examples: [
          [600, 59],
          [600, 60],
        ],
      },
    );
    expect(held).toBeGreaterThanOrEqual(40);
  });

  it('C-17 catches its planted violation: a radio that hears no weak signal', () => {
    const deaf: Step = (state, event, policy) => {
      const weak = event.type === 'Observed' && event.observation.kind === 'rssi' && event.observation.dbm < -80;
      return step(state, weak ? { type: 'Ticked', at: event.at } : event, policy);
    };
    expect(absenceResetsFromAMinute(600, 90, deaf).violations).toHaveLength(1);
  });

  it('keeps its whole state as JSON at any moment, and never moves time backwards', () => {
    fc.assert(
      fc.property(anyDay, anyPolicy, (day, policy) => {
        const records = play({ ...day, policy });
        for (const { after } of records.filter((_, i) => i % 97 === 0)) {
          expect(JSON.parse(JSON.stringify(after))).toEqual(after);
        }
        const wakes = records.flatMap(({ at, effects }) =>
          effects.flatMap((effect) => (effect.type === 'WakeMeAt' ? [effect.at - at.mono] : [])),
        );
        expect(wakes.filter((ms) => ms <= 0)).toEqual([]);
      }),
      { numRuns: 5, seed: 1 },
    );
  });
});
