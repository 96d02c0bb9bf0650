import { type BandAlert } from '../band/alert.js';
import { type CallAnswer } from '../band/alert-screen.js';
import { type WristActivity } from '../band/wrist.js';
import { LabClock } from '../clock/lab-clock.js';
import { type DeskMotion } from '../desk/desk-motor.js';
import { defaultHome } from '../home/home-plan.js';
import { seededRandom } from '../home/random.js';
import { type Place, TruthLog } from '../truth/truth-log.js';
import { type PersonPlan } from './person-plan.js';
import { Person } from './person.js';

const PLAN = defaultHome().people[0]!;
const MINUTE_MS = 60_000;

/** A person with a desk and a watch of cardboard; the clock is ticked by hand and runs at 240 x. */
function bench(change: Partial<PersonPlan> = {}, seed = 3) {
  let nowMs = 0;
  let tick = (): void => undefined;
  const timer = { nowMs: () => nowMs, every: (_ms: number, fire: () => void) => ((tick = fire), () => undefined) };
  const clock = new LabClock({ timer, startEpochMs: 0, maxRate: 240 });
  clock.start();
  const truth = new TruthLog();
  const places: Place[] = [];
  const wrist: WristActivity[] = [];
  const answers: [number, CallAnswer][] = [];
  const presses: [string, number][] = [];
  let moves: (motion: DeskMotion) => void = () => undefined;
  let alerts: (alert: BandAlert) => void = () => undefined;
  const desk = {
    heightMm: 722,
    motor: { onMotion: (listener: typeof moves) => ((moves = listener), () => undefined) },
    press: (direction: string, forMs: number) => presses.push([direction, Math.round(forMs)]),
  };
  const band = {
    wear: (activity: WristActivity) => wrist.push(activity),
    onAlert: (listener: typeof alerts) => ((alerts = listener), () => undefined),
    answer: (answer: CallAnswer) => (answers.push([clock.epochMs(), answer]), true),
  };
  const world = { clock, truth, desk, band, random: seededRandom(seed), moved: (place: Place) => places.push(place) };
  const person = new Person({ ...PLAN, ...change }, world);
  person.start();
  return {
    person,
    truth,
    places,
    wrist,
    answers,
    presses,
    clock,
    alert: (category: number, title: string, body = '') => {
      alerts({ category, title, body });
    },
    deskGoes: (fromMm: number, heightMm: number) => {
      desk.heightMm = heightMm;
      moves({ deskId: 'desk-1', heightMm, speedMmPerS: 38, fromMm, cause: 'reference' });
    },
    passMin: (minutes: number) => {
      for (const until = clock.nowMs() + minutes * MINUTE_MS; clock.nowMs() < until;) {
        nowMs += 1;
        tick();
      }
    },
    postures: () => truth.ofKind('posture').map(({ posture, place }) => `${posture} ${place}`),
  };
}

describe('a person', () => {
  it('lives the day of the plan: sits, walks for coffee, is out of range at lunch, and leaves', () => {
    const { truth, passMin, places } = bench();
    passMin(500);
    const facts = truth.ofKind('posture');
    const away = facts.filter(({ posture }) => posture === 'away');
    expect(away.map(({ place }) => place)).toEqual([
      'elsewhere',
      'elsewhere',
      'outside',
      'elsewhere',
      'elsewhere',
      'elsewhere',
      'outside',
    ]);
    expect(facts[0]).toMatchObject({ posture: 'sitting', place: 'desk', at: 0 });
    const left = facts
      .filter(({ posture }, index) => posture === 'moving' && facts[index - 1]?.place === 'desk')
      .map(({ at }) => at / MINUTE_MS);
    expect(left).toEqual([70, 140, 195, 290, 355, 425, 480]);
    const back = facts
      .filter(({ posture }) => posture === 'sitting')
      .slice(1)
      .map(({ at }) => Math.round(at / MINUTE_MS));
    expect(back).toEqual([76, 145, 235, 296, 360, 431]);
    expect(new Set(places)).toEqual(new Set(['desk', 'elsewhere', 'outside']));
  });

  it('tells the same day for the same seed and another one for another', () => {
    const day = (seed: number) => {
      const { truth, passMin } = bench({}, seed);
      passMin(300);
      return truth.records();
    };
    expect(day(5)).toEqual(day(5));
    expect(day(6)).not.toEqual(day(5));
  });

  it('follows the desk within four seconds once it has moved more than 100 mm, both ways', () => {
    const { deskGoes, passMin, truth, clock } = bench({ day: [] });
    deskGoes(722, 800);
    passMin(1);
    expect(truth.ofKind('posture')).toHaveLength(1);
    const up = clock.epochMs();
    deskGoes(722, 830);
    passMin(1);
    deskGoes(1_104, 990);
    passMin(1);
    const [, stood, sat] = truth.ofKind('posture');
    expect([stood?.posture, sat?.posture]).toEqual(['standing', 'sitting']);
    expect(stood!.at - up).toBeGreaterThanOrEqual(1_000);
    expect(stood!.at - up).toBeLessThanOrEqual(4_000);
  });

  it('answers a call after the delay of the style, with its share of rejections', () => {
    const reject = bench({ day: [], answers: { ...PLAN.answers, rejectProbability: 1 } });
    reject.alert(3, 'Time to stand');
    reject.passMin(1);
    expect(reject.answers.map(([, answer]) => answer)).toEqual(['reject']);
    expect(reject.answers[0]![0]).toBeGreaterThanOrEqual(1_500);
    expect(reject.answers[0]![0]).toBeLessThanOrEqual(5_000);
    const deaf = bench({ day: [], answers: { ...PLAN.answers, probability: 0 } });
    deaf.alert(3, 'Time to stand');
    deaf.passMin(1);
    expect(deaf.answers).toEqual([]);
    const many = bench({ day: [], answers: { ...PLAN.answers, probability: 0.7, rejectProbability: 0.25 } });
    for (let n = 0; n < 400; n++) many.alert(3, 'Time to sit');
    many.passMin(1);
    const accepted = many.answers.filter(([, answer]) => answer === 'accept').length;
    expect(many.answers.length / 400).toBeCloseTo(0.7, 1);
    expect(accepted / many.answers.length).toBeCloseTo(0.75, 1);
  });

  it('walks one to two minutes after accepting a prompt to walk, and comes back to the desk as it stands', () => {
    const { alert, passMin, postures, truth, wrist } = bench({ day: [] });
    alert(3, 'Time to move', '55 min in one place. Walk a minute or two?');
    passMin(5);
    expect(postures()).toEqual(['sitting desk', 'moving elsewhere', 'sitting desk']);
    const [, out, back] = truth.ofKind('posture');
    expect(back!.at - out!.at).toBeGreaterThanOrEqual(60_000);
    expect(back!.at - out!.at).toBeLessThanOrEqual(120_000);
    expect(wrist).toContain('walking');
  });

  it('a prompt to stand that also mentions a walk is one to stand', () => {
    const { alert, passMin, postures } = bench({ day: [] });
    alert(3, 'Time to stand', '28 min sitting. Take a minute to walk, too.');
    passMin(5);
    expect(postures()).toEqual(['sitting desk']);
  });

  it('presses the handset by itself where that is its way: after a plain message, or when no desk follows its answer', () => {
    const style = { ...PLAN.answers, usesHandset: true };
    const wayMs = Math.round(((PLAN.standMm - 722) / 38) * 1_000);
    for (const category of [0, 3]) {
      const { alert, passMin, presses } = bench({ day: [], answers: style });
      alert(category, 'Time to stand');
      passMin(1);
      expect(presses).toEqual([['up', wayMs]]);
    }
    const moved = bench({ day: [], answers: style });
    moved.alert(3, 'Time to stand');
    moved.passMin(0.15);
    moved.deskGoes(722, 740);
    moved.passMin(1);
    expect(moved.presses).toEqual([]);
  });

  it('finishes a prompted walk before a planned coffee', () => {
    const { alert, passMin, postures } = bench({ day: [{ what: 'coffee', atMin: 1, forMin: 5 }] });
    alert(3, 'Time to move', 'Walk a minute or two?');
    passMin(12);
    expect(postures()).toEqual([
      'sitting desk',
      'moving elsewhere',
      'sitting desk',
      'moving elsewhere',
      'away elsewhere',
      'moving elsewhere',
      'sitting desk',
    ]);
  });
});
