import { type MoveRow } from '#libs/application';
import { type DeskId, MINUTE_MS, deskId, epoch, personId, txId } from '#libs/domain';
import { type MotorInterval, type TruthRecord } from '#libs/simulation';
import {
  confidentlyWrong,
  dwells,
  explainMotion,
  judgeDwells,
  minutesTold,
  spanAgreement,
  trueStretches,
} from './day-check.js';

const DESK: DeskId = deskId('desk');
const min = (minutes: number): number => minutes * MINUTE_MS;

const posture = (at: number, what: 'sitting' | 'standing' | 'moving' | 'away'): TruthRecord => ({
  kind: 'posture',
  personId: 'alex',
  posture: what,
  place: 'desk',
  at,
});
/** A run of the motor at its cruise speed. */
const motor = (
  from: number,
  fromMm: number,
  toMm: number,
  cause: MotorInterval['cause'] = 'reference',
): MotorInterval => ({
  kind: 'motor',
  deskId: 'desk',
  cause,
  fromMm,
  toMm,
  from,
  to: from + (Math.abs(toMm - fromMm) / 38) * 1_000,
  starts: 1,
  dips: 0,
});
const move = (
  id: string,
  startedAt: number,
  fromMm: number,
  heightMm: number,
  more: Partial<MoveRow> = {},
): MoveRow => ({
  txId: txId(id),
  deskId: DESK,
  origin: 'coach',
  fromMm,
  targetMm: heightMm,
  startedAt: epoch(startedAt),
  endedAt: epoch(startedAt + 14_000),
  result: 'arrived',
  heightMm,
  ...more,
});

describe('the judge of a day', () => {
  const truth = [
    posture(0, 'sitting'),
    posture(min(20), 'moving'),
    posture(min(20.5), 'sitting'),
    posture(min(45), 'standing'),
  ];

  it('joins dwells over interruptions shorter than 60 s', () => {
    expect(dwells(trueStretches(truth, 'alex', min(60)), 'sitting')).toEqual([
      { posture: 'sitting', from: 0, to: min(45) },
    ]);
  });

  it('finds a dwell past its hard limit and 10 minutes', () => {
    const stretches = trueStretches(truth, 'alex', min(60));
    expect(judgeDwells(truth, stretches, 'sitting', 30)).toEqual({
      dwells: 1,
      undisturbed: 1,
      tooLong: [{ posture: 'sitting', from: 0, to: min(45) }],
      longestMin: 45,
    });
  });

  it.each([
    ['one ignored alert allows 7 minutes more', 47, [min(30)], 0],
    ['and not a moment longer', 47.1, [min(30)], 1],
    ['each further one again', 54, [min(30), min(37)], 0],
    ['one ignored in another dwell allows nothing', 45, [min(46)], 1],
  ])('%s', (_what, lengthMin, ignoredAt, tooLong) => {
    const day = [posture(0, 'sitting'), posture(min(lengthMin), 'standing')];
    const ignored = ignoredAt.map((at): TruthRecord => ({ kind: 'answer', bandId: 'band', answer: 'none', at }));
    const verdict = judgeDwells([...day, ...ignored], trueStretches(day, 'alex', min(60)), 'sitting', 30);
    expect(verdict.tooLong).toHaveLength(tooLong);
    expect(verdict.undisturbed).toBe(ignoredAt.some((at) => at < min(lengthMin)) ? 0 : 1);
  });

  it('counts time without a span as disagreement', () => {
    const stretches = trueStretches([posture(0, 'sitting')], 'alex', 100);
    const spans = [{ personId: personId('alex'), posture: 'sitting' as const, from: epoch(0), to: epoch(80) }];
    expect(spanAgreement(stretches, spans)).toBeCloseTo(0.8);
  });

  it('measures how long a subscriber was told something with confidence, up to the end', () => {
    const live = [
      { at: 0, posture: 'sitting' as const, confidence: 0.85 },
      { at: min(10), posture: 'sitting' as const, confidence: 0.5 },
      { at: min(20), posture: 'standing' as const, confidence: 0.8 },
    ];
    expect(minutesTold(live, 0.8, min(25))).toBe(15);
  });

  it('measures how long a wrong posture was told with confidence, across several messages', () => {
    const stretches = trueStretches([posture(0, 'sitting'), posture(1_000, 'standing')], 'alex', 100_000);
    const live = [
      { at: 0, posture: 'sitting' as const, confidence: 0.95 },
      { at: 31_000, posture: 'sitting' as const, confidence: 0.92 },
      { at: 61_000, posture: 'standing' as const, confidence: 0.95 },
    ];
    expect(confidentlyWrong(stretches, live, 0.9)).toEqual([{ said: 'sitting', from: 1_000, to: 61_000 }]);
    expect(confidentlyWrong(stretches, live, 0.96)).toEqual([]);
  });
});

describe('every millimetre is explained', () => {
  const ours = motor(1_000, 720, 1_110);
  const row = move('a', 500, 720, 1_110);
  const press: TruthRecord = { kind: 'press', deskId: 'desk', direction: 'down', forMs: 3_000, at: 100_000 };
  const byHand = motor(100_100, 1_110, 1_000, 'handset');
  const truth: readonly TruthRecord[] = [ours, press, byHand];

  it('by a journal row for a move and by the script for a press', () => {
    expect(explainMotion(truth, [row])).toEqual({ explained: 2, unexplainedMotion: [], rowsWithoutMotion: [] });
  });

  it('not when the journal row is missing', () => {
    expect(explainMotion(truth, []).unexplainedMotion).toEqual([ours]);
  });

  it('not when the desk ran once more than the journal says', () => {
    const again = motor(200_000, 1_000, 1_020);
    expect(explainMotion([...truth, again], [row]).unexplainedMotion).toEqual([again]);
  });

  it('not when a row says the desk travelled and it did not', () => {
    const idle = move('b', 300_000, 1_000, 720);
    expect(explainMotion(truth, [row, idle]).rowsWithoutMotion).toEqual([idle]);
  });

  it.each<readonly [string, Partial<MoveRow>]>([
    ['another desk', { deskId: deskId('other') }],
    ['the other direction', { targetMm: 640 }],
    ['another start', { fromMm: 750 }],
    ['another end', { heightMm: 1_050 }],
    ['a later time', { startedAt: epoch(20_000), endedAt: epoch(34_000) }],
    ['an end before the motor’s', { endedAt: epoch(5_000) }],
    ['no height at its end', { heightMm: null }],
    ['no end', { endedAt: null, result: null, heightMm: null }],
  ])('not by a row of %s', (_what, wrong) => {
    const verdict = explainMotion(truth, [{ ...row, ...wrong }]);
    expect(verdict.unexplainedMotion).toEqual([ours]);
    expect(verdict.rowsWithoutMotion).toHaveLength(1);
  });

  it.each<readonly [string, Partial<typeof press>]>([
    ['another desk', { deskId: 'other' }],
    ['the other direction', { direction: 'up' }],
    ['a shorter time than the motor ran', { forMs: 1_500 }],
    ['another moment', { at: 98_000 }],
  ])('not by a press of %s', (_what, wrong) => {
    expect(explainMotion([ours, { ...press, ...wrong }, byHand], [row]).unexplainedMotion).toEqual([byHand]);
  });

  it('not by a press when a frame moved the desk, nor by a row when a hand did', () => {
    const swapped = [{ ...ours, cause: 'handset' as const }, press, { ...byHand, cause: 'jog' as const }];
    expect(explainMotion(swapped, [row]).unexplainedMotion).toHaveLength(2);
  });

  it('not twice by one row or one press', () => {
    const twice = [ours, { ...ours, from: ours.from + 1_000 }, press, byHand, { ...byHand, from: byHand.from + 500 }];
    expect(explainMotion(twice, [row]).unexplainedMotion).toEqual([twice[1], twice[4]]);
  });

  it('the closest start belongs together, whatever the order', () => {
    const rows = [move('late', 3_000, 720, 730), move('early', 900, 720, 730)];
    const runs = [motor(1_000, 720, 730), motor(3_100, 720, 730)];
    expect(explainMotion(runs, rows)).toMatchObject({ explained: 2, rowsWithoutMotion: [] });
    expect(explainMotion(runs.slice(0, 1), rows).rowsWithoutMotion).toEqual([rows[0]]);
  });

  describe('when the caller says that the hub was interrupted', () => {
    const interrupted = { interrupted: true };
    const open = { ...row, endedAt: null, result: null, heightMm: null };

    it.each<readonly [string, MoveRow]>([
      ['without an end', open],
      ['without a height', { ...row, result: 'link-lost', heightMm: null }],
    ])('by a row %s, as far as its target', (_what, left) => {
      const partly = { ...ours, toMm: 900 };
      expect(explainMotion([partly], [left], interrupted).unexplainedMotion).toEqual([]);
      const beyond = { ...ours, toMm: 1_120 };
      expect(explainMotion([beyond], [left], interrupted).unexplainedMotion).toEqual([beyond]);
    });

    it('not by an open row of another desk, the other direction or long ago', () => {
      for (const wrong of [{ deskId: deskId('other') }, { targetMm: 640 }, { startedAt: epoch(-80_000) }])
        expect(explainMotion([ours], [{ ...open, ...wrong }], interrupted).unexplainedMotion).toEqual([ours]);
    });

    it('an open row need not have moved anything', () => {
      expect(explainMotion([], [open], interrupted).rowsWithoutMotion).toEqual([]);
    });
  });
});
