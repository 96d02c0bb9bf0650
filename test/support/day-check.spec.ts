import { type MoveRow } from '#libs/application';
import { type DeskId, MINUTE_MS, deskId, epoch, personId, txId } from '#libs/domain';
import { type MotorInterval, type TruthRecord } from '#libs/simulation';
import { confidentlyWrong, dwells, explainMotion, judgeDwells, spanAgreement, trueStretches } from './day-check.js';

const DESK: DeskId = deskId('desk');
const min = (minutes: number): number => minutes * MINUTE_MS;

const posture = (at: number, what: 'sitting' | 'standing' | 'moving' | 'away'): TruthRecord => ({
  kind: 'posture',
  personId: 'alex',
  posture: what,
  place: 'desk',
  at,
});
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
  to: from + 12_000,
  starts: 1,
  dips: 0,
});
const move = (id: string, startedAt: number, fromMm: number, heightMm: number): MoveRow => ({
  txId: txId(id),
  deskId: DESK,
  origin: 'coach',
  fromMm,
  targetMm: heightMm,
  startedAt: epoch(startedAt),
  endedAt: epoch(startedAt + 14_000),
  result: 'arrived',
  heightMm,
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

  it('finds a dwell past its hard limit and 10 minutes, unless an alert was ignored in it', () => {
    const stretches = trueStretches(truth, 'alex', min(60));
    expect(judgeDwells(truth, stretches, 'sitting', 30)).toMatchObject({
      judged: 1,
      tooLong: [{ to: min(45) }],
      longestMin: 45,
    });
    const ignored: TruthRecord = { kind: 'answer', bandId: 'band', answer: 'none', at: min(30) };
    expect(judgeDwells([...truth, ignored], stretches, 'sitting', 30)).toEqual({
      judged: 0,
      tooLong: [],
      longestMin: 0,
    });
  });

  it('counts time without a span as disagreement', () => {
    const stretches = trueStretches([posture(0, 'sitting')], 'alex', 100);
    const spans = [{ personId: personId('alex'), posture: 'sitting' as const, from: epoch(0), to: epoch(80) }];
    expect(spanAgreement(stretches, spans)).toBeCloseTo(0.8);
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
  const truth: TruthRecord[] = [
    motor(1_000, 720, 1_110),
    { kind: 'press', deskId: 'desk', direction: 'down', forMs: 3_000, at: 100_000 },
    motor(100_100, 1_110, 1_000, 'handset'),
  ];

  it('by a journal row for a move and by the script for a press', () => {
    expect(explainMotion(truth, [move('a', 500, 720, 1_110)])).toEqual({
      explained: 2,
      unexplainedMotion: [],
      rowsWithoutMotion: [],
    });
  });

  it('not when the journal row is missing', () => {
    expect(explainMotion(truth, []).unexplainedMotion).toEqual([truth[0]]);
  });

  it('not when the desk ran once more than the journal says', () => {
    const again = motor(200_000, 1_000, 1_020);
    expect(explainMotion([...truth, again], [move('a', 500, 720, 1_110)]).unexplainedMotion).toEqual([again]);
  });

  it('not when a row says the desk travelled and it did not', () => {
    const row = move('b', 300_000, 1_000, 720);
    expect(explainMotion(truth, [move('a', 500, 720, 1_110), row]).rowsWithoutMotion).toEqual([row]);
  });
});
