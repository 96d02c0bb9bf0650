import { type Guard } from '../guard.js';
import { type MotionPolicy } from '../policy.js';
import { MINUTE_MS, later } from '../time.js';
import { type MotionEffect } from './motion-effect.js';
import { type PastMove } from './motion-event.js';
import { motionView } from './motion-view.js';
import { ANNA, BEN, DESK, HOUSEHOLD, Lab } from './spec-support/lab.js';

const ALONE: MotionPolicy = { ...HOUSEHOLD, persons: [ANNA] };
const atWork = (policy = ALONE): Lab => new Lab(policy).settle();
const open = (): Lab => atWork({ ...ALONE, remoteCommands: 'open' });

/** The reasons of a refusal; empty when the motor started instead. */
const refusal = (effects: readonly MotionEffect[]): readonly Guard[] =>
  effects.flatMap((effect) => (effect.type === 'RefuseMove' ? effect.guards : []));
const started = (effects: readonly MotionEffect[]): boolean => effects.some(({ type }) => type === 'StartMotor');
const all = (lab: Lab): MotionEffect[] => lab.trace.flatMap((line) => (line.kind === 'event' ? line.effects : []));
const stops = (lab: Lab) => all(lab).flatMap((effect) => (effect.type === 'StopMotor' ? [effect.reason] : []));

/** A prompt, a tap, and the request of the coach. */
function coachMove(
  lab: Lab,
  { targetMm = 1100, surface = 'band' as const, tapMs = 3_000, askMs = 100 } = {},
): readonly MotionEffect[] {
  const id = lab.show(ANNA, targetMm);
  lab.pass(tapMs);
  lab.answer(ANNA, id, 'accepted', surface);
  lab.pass(askMs);
  return lab.ask(ANNA, id, targetMm);
}

describe('A confirmed coach move', () => {
  it('starts, arrives and ends, with the wake-up for its travel limit', () => {
    const lab = atWork();
    const effects = coachMove(lab);
    const { now: at } = lab;
    // 380 mm at 30 mm/s and 5 s.
    expect(effects).toEqual([
      { type: 'StartMotor', txId: 'tx-2', origin: 'coach', fromMm: 720, targetMm: 1100, at },
      { type: 'PublishDesk' },
      { type: 'WakeDeskAt', at: at.mono + 17_666 },
    ]);
    lab.pass(MINUTE_MS);
    expect(all(lab).at(-2)).toMatchObject({
      type: 'EndMove',
      txId: 'tx-2',
      outcome: { result: 'arrived', heightMm: 1100 },
    });
    expect(motionView(lab.state, lab.now, ALONE)).toMatchObject({
      link: true,
      heightMm: 1100,
      limits: { minMm: 640, maxMm: 1200 },
      motion: 'idle',
      targetMm: null,
      lastResult: 'arrived',
      guards: [],
    });
  });

  it('moves once: the same confirmation does not move again', () => {
    const lab = atWork({ ...ALONE, minMinutesBetweenMoves: 0 });
    const id = lab.show(ANNA, 1100);
    lab.answer(ANNA, id, 'accepted', 'band');
    lab.nextDrive = 'refused';
    expect(started(lab.ask(ANNA, id, 1100))).toBe(true);
    lab.pass(5_000);
    lab.answer(ANNA, id, 'accepted', 'band');
    expect(refusal(lab.ask(ANNA, id, 1100))).toEqual(['not-confirmed']);
  });

  it('is refused when the tap came more than 30 s ago', () => {
    expect(refusal(coachMove(atWork(), { askMs: 30_001 }))).toEqual(['not-confirmed']);
  });

  it('is refused when the prompt had expired at the tap, whatever life its planner gave it', () => {
    expect(refusal(coachMove(atWork(), { tapMs: 90_000 }))).toEqual(['not-confirmed']);
  });

  it('is refused for another height than was proposed', () => {
    const lab = atWork();
    const id = lab.show(ANNA, 1100);
    lab.answer(ANNA, id, 'accepted', 'band');
    expect(refusal(lab.ask(ANNA, id, 1102))).toEqual(['not-confirmed']);
  });

  it('is refused for a height that is no preset of that person', () => {
    expect(refusal(coachMove(atWork(), { targetMm: 1050 }))).toEqual(['target-not-a-preset']);
  });

  it('is refused after a tap on the phone with nobody proved at the desk', () => {
    const lab = atWork();
    const id = lab.show(ANNA, 1100);
    lab.answer(ANNA, id, 'accepted', 'mqtt');
    expect(refusal(lab.ask(ANNA, id, 1100))).toEqual(['not-confirmed']);
  });

  it('is refused after a walk within the last minute: a tap proves who, not where', () => {
    const lab = atWork();
    lab.walk(ANNA);
    lab.pass(40_000);
    expect(refusal(coachMove(lab))).toContain('not-confirmed');
  });

  it('is refused outside working hours, in quiet hours and in a lower mode', () => {
    const lab = atWork();
    lab.calendar(ANNA.personId, 'free');
    expect(refusal(coachMove(lab))).toEqual(['outside-working-hours']);
    lab.calendar(ANNA.personId, 'quiet');
    expect(refusal(coachMove(lab))).toEqual(['quiet-hours']);
    lab.calendar(ANNA.personId, 'working');
    lab.emit({ type: 'ModeLowered', at: lab.now, personId: ANNA.personId, mode: 'observe', surface: 'mqtt' });
    expect(refusal(coachMove(lab))).toEqual(['mode-observe']);
    lab.emit({ type: 'ModeLowered', at: lab.now, personId: ANNA.personId, mode: 'confirm', surface: 'mqtt' });
    expect(refusal(coachMove(lab))).toEqual(['mode-observe']);
  });

  it('is refused within 120 s of a new link and of a clock jump', () => {
    const lab = atWork();
    lab.disconnect();
    lab.connect();
    expect(refusal(coachMove(lab))).toEqual(['just-connected']);
    lab.pass(3 * MINUTE_MS);
    lab.emit({ type: 'ClockJumped', at: lab.now, gapMs: 90_000 });
    expect(refusal(coachMove(lab))).toContain('just-connected');
  });

  it('keeps its distance to the last move', () => {
    const lab = atWork();
    coachMove(lab);
    lab.pass(5 * MINUTE_MS);
    expect(refusal(coachMove(lab, { targetMm: 720 }))).toEqual(['just-moved']);
    lab.pass(MINUTE_MS);
    expect(started(coachMove(lab, { targetMm: 720 }))).toBe(true);
  });

  it('rests for 30 min after a move that timed out', () => {
    const lab = atWork();
    lab.nextDrive = 'timed-out';
    coachMove(lab);
    lab.pass(29 * MINUTE_MS);
    expect(refusal(coachMove(lab))).toEqual(['backing-off']);
    lab.pass(2 * MINUTE_MS);
    expect(started(coachMove(lab))).toBe(true);
  });
});

describe('A stop', () => {
  it('stops the motor once and holds that kind of coach move for 10 min', () => {
    const lab = atWork();
    coachMove(lab);
    lab.pass(1_000);
    expect(lab.stop('mqtt')).toContainEqual({ type: 'StopMotor', txId: 'tx-2', reason: 'stop' });
    lab.stop('mqtt');
    lab.pass(9 * MINUTE_MS);
    expect(stops(lab)).toEqual(['stop']);
    expect(refusal(coachMove(lab))).toEqual(['vetoed']);
    lab.pass(MINUTE_MS);
    expect(started(coachMove(lab))).toBe(true);
  });

  it('of two coach moves within 4 h ends coach motion for the day', () => {
    const lab = atWork();
    for (let move = 0; move < 2; move++) {
      expect(started(coachMove(lab))).toBe(true);
      lab.pass(1_000);
      lab.stop('band');
      lab.pass(11 * MINUTE_MS);
    }
    lab.pass(60 * MINUTE_MS);
    expect(refusal(coachMove(lab))).toEqual(['vetoed']);
  });

  it('takes back a yes that has not moved the desk yet', () => {
    const lab = atWork();
    const id = lab.show(ANNA, 1100);
    lab.answer(ANNA, id, 'accepted', 'band');
    lab.stop('cli');
    expect(refusal(lab.ask(ANNA, id, 1100))).toEqual(['not-confirmed', 'vetoed']);
  });
});

describe('A command', () => {
  it.each<[string, Parameters<Lab['command']>[1], Guard]>([
    ['retained', { retained: true }, 'command-retained'],
    ['stale', { ageMs: 10_001 }, 'command-stale'],
    ['from the future', { ageMs: -10_001 }, 'command-stale'],
    ['undated', { ageMs: null }, 'command-without-age'],
  ])('that is %s is refused and named', (_, about, guard) => {
    expect(refusal(open().command(1100, about))).toEqual([guard]);
  });

  it('moves once: its duplicate is refused even when the first was refused', () => {
    const lab = open();
    expect(refusal(lab.command(1250, { commandId: 'c-1' }))).toEqual(['target-out-of-limits']);
    expect(refusal(lab.command(1100, { commandId: 'c-1' }))).toEqual(['command-duplicate']);
  });

  it('from afar needs somebody proved at the desk within 10 s', () => {
    const lab = atWork();
    expect(refusal(lab.command(1100))).toEqual(['no-presence']);
    lab.press(15);
    lab.pass(3_000);
    expect(started(lab.command(1100, { surface: 'cli' }))).toBe(true);
  });

  it('is refused where remote commands are off', () => {
    expect(refusal(atWork({ ...ALONE, remoteCommands: 'off' }).command(1100))).toContain('remote-commands-off');
  });

  it('to a shelf, beyond the household limits or to no height at all is refused', () => {
    const lab = open();
    for (const targetMm of [920, 1201, 639, NaN, Infinity])
      expect(refusal(lab.command(targetMm))).toContain('target-out-of-limits');
  });

  it('to the present height is refused as already there', () => {
    expect(refusal(open().command(722))).toEqual(['already-there']);
  });

  it('while a move is under way is refused', () => {
    const lab = open();
    lab.command(1100);
    lab.pass(1_000);
    expect(refusal(lab.command(700))).toEqual(['move-active']);
  });

  it('beyond 60 s of motor time in 10 min is refused', () => {
    const lab = open();
    for (let move = 0; move < 5; move++) {
      expect(started(lab.command(move % 2 === 0 ? 1100 : 720))).toBe(true);
      lab.pass(15_000);
    }
    expect(refusal(lab.command(720))).toEqual(['motor-budget']);
    lab.pass(10 * MINUTE_MS);
    expect(started(lab.command(720))).toBe(true);
  });

  it('is refused without link, limits or height, and on a height that is stale', () => {
    const lab = open();
    lab.disconnect();
    expect(refusal(lab.command(1100))).toEqual(['link-down', 'height-unknown', 'limits-unknown']);
    lab.connect({ limits: true, height: false });
    expect(refusal(lab.command(1100))).toEqual(['height-unknown']);
    lab.reading(25);
    lab.pass(15_001);
    expect(refusal(lab.command(1100))).toEqual(['height-stale']);
    lab.reading();
    expect(started(lab.command(1100))).toBe(true);
  });

  it('does not take a late height of the earlier link for one of this link', () => {
    const lab = open();
    lab.disconnect();
    lab.pass(1_000);
    lab.connect({ limits: true, height: false });
    const observation = { kind: 'height', heightMm: 720, speedMmS: 0 } as const;
    lab.emit({ type: 'Observed', at: later(lab.now, -1_500), source: DESK, observation });
    expect(refusal(lab.command(1100))).toEqual(['height-unknown']);
  });
});

describe('A running move', () => {
  it('stops when the link is lost, and the coach rests for 30 min', () => {
    const lab = atWork();
    coachMove(lab);
    lab.pass(1_000);
    lab.disconnect();
    lab.pass(5_000);
    expect(stops(lab)).toEqual(['link-lost']);
    expect(all(lab)).toContainEqual(
      expect.objectContaining({
        type: 'EndMove',
        outcome: expect.objectContaining({ result: 'link-lost' }) as unknown,
      }),
    );
  });

  it('stops when its person is seen walking', () => {
    const lab = atWork();
    lab.nextDrive = 'mute';
    coachMove(lab);
    lab.walk(ANNA);
    expect(stops(lab)).toEqual(['left-the-desk']);
  });

  it('does not stop when the evidence of presence merely ages', () => {
    const lab = atWork();
    for (const dweller of lab.dwellers) dweller.near = false;
    coachMove(lab);
    lab.pass(MINUTE_MS);
    expect(stops(lab)).toEqual([]);
  });

  it('stops when the mode is lowered below confirm', () => {
    const lab = atWork();
    coachMove(lab);
    lab.emit({ type: 'ModeLowered', at: lab.now, personId: ANNA.personId, mode: 'notify', surface: 'mqtt' });
    expect(stops(lab)).toEqual(['mode-lowered']);
  });

  it('stops when it travels longer than the distance explains, and ends as timed out', () => {
    const lab = open();
    lab.nextDrive = 'slow';
    lab.command(1100);
    lab.pass(MINUTE_MS);
    expect(stops(lab)).toEqual(['travel-too-long']);
    expect(lab.state.lastResult).toBe('timed-out');
  });

  it('is given up when its mover never reports; nothing moves before the limits are read again', () => {
    const lab = open();
    lab.nextDrive = 'mute';
    lab.command(1100);
    lab.pass(MINUTE_MS);
    expect(lab.state).toMatchObject({ active: null, lastResult: 'timed-out' });
    expect(refusal(lab.command(1100))).toEqual(['limits-unknown']);
  });

  it('is given up without a word against the limits of a link that is newer than it', () => {
    const lab = open();
    lab.nextDrive = 'mute';
    lab.command(1100);
    lab.pass(1_000);
    lab.disconnect();
    lab.pass(1_000);
    lab.connect();
    lab.pass(MINUTE_MS);
    expect(lab.state).toMatchObject({ active: null, lastResult: 'timed-out' });
    expect(started(lab.command(1100))).toBe(true);
  });

  it('stops when a hand drives the desk back, and the coach rests for 15 min', () => {
    const lab = atWork();
    lab.nextDrive = 'fight';
    coachMove(lab);
    lab.pass(14 * MINUTE_MS);
    expect(stops(lab)).toEqual(['human-override']);
    expect(lab.state.lastResult).toBe('overridden');
    expect(refusal(coachMove(lab))).toEqual(['human-override']);
  });

  it('locks the desk out when it meets an obstacle, until somebody unlocks it who can see it', () => {
    const lab = open();
    lab.nextDrive = 'obstructed';
    lab.command(1100);
    lab.pass(10_000);
    expect(all(lab)).toContainEqual({ type: 'LockOut', txId: 'tx-2', at: expect.anything() as unknown });
    lab.emit({ type: 'Unlocked', at: lab.now, surface: 'mqtt' });
    expect(refusal(lab.command(1100))).toEqual(['locked-out']);
    expect(motionView(lab.state, lab.now, lab.policy).motion).toBe('locked-out');
    lab.emit({ type: 'Unlocked', at: lab.now, surface: 'cli' });
    expect(started(lab.command(1100))).toBe(true);
  });
});

describe('A report of an obstacle', () => {
  const error = { kind: 'desk-error', payloadHex: '01' } as const;

  it.each(['arrived', 'fight'] as const)('within 3 s after a move that %s locks the desk out', (drive) => {
    const lab = open();
    lab.nextDrive = drive;
    lab.command(1100);
    for (let wait = 0; lab.state.active !== null && wait < 100; wait++) lab.pass(200);
    lab.pass(2_800);
    expect(lab.observe(DESK, error)).toContainEqual({ type: 'LockOut', txId: 'tx-2', at: lab.now });
    expect(lab.observe(DESK, error)).toEqual([]);
    lab.pass(10_000);
    expect(refusal(lab.command(720))).toContain('locked-out');
  });

  it('while a move is being stopped locks the desk out when it has ended', () => {
    const lab = open();
    lab.command(1100);
    lab.pass(1_000);
    lab.stop('mqtt');
    lab.observe(DESK, error);
    lab.pass(1_000);
    expect(lab.state).toMatchObject({ active: null, lastResult: 'cancelled', lockedOut: true });
  });

  it('long after our last move, or before any, is none of ours', () => {
    const lab = open();
    expect(lab.observe(DESK, error)).toEqual([]);
    lab.command(1100);
    lab.pass(20_000);
    expect(lab.observe(DESK, error)).toEqual([]);
  });
});

describe('An unlock', () => {
  it('is told once, so that the journal keeps it over a restart', () => {
    const lab = open();
    lab.nextDrive = 'obstructed';
    lab.command(1100);
    lab.pass(10_000);
    const { now: at } = lab;
    expect(lab.emit({ type: 'Unlocked', at, surface: 'mqtt' })).toEqual([]);
    expect(lab.emit({ type: 'Unlocked', at, surface: 'handset' })).toEqual([
      { type: 'Unlock', at, surface: 'handset' },
      { type: 'PublishDesk' },
    ]);
    expect(lab.emit({ type: 'Unlocked', at, surface: 'cli' })).toEqual([]);
    lab.restart();
    lab.connect();
    expect(lab.state.lockedOut).toBe(false);
  });
});

describe('A restart', () => {
  it('keeps the lock-out', () => {
    const lab = open();
    lab.nextDrive = 'obstructed';
    lab.command(1100);
    lab.pass(10_000);
    lab.restart();
    lab.connect();
    expect(refusal(lab.command(1100))).toEqual(['locked-out']);
  });

  it('forgets who was proved at the desk', () => {
    const lab = atWork();
    lab.press(15);
    lab.restart();
    lab.connect();
    expect(refusal(lab.command(1100))).toEqual(['no-presence']);
  });
});

describe('The history of the earlier runs', () => {
  /** A desk on which only this was done, so many minutes before the restart; it has been connected for 3 min since. */
  const after = (minutesAgo: number, about: Partial<PastMove>, policy = ALONE): Lab => {
    const lab = new Lab(policy);
    const from = later(lab.now, -minutesAgo * MINUTE_MS);
    const past: PastMove = {
      origin: 'coach',
      from,
      to: later(from, 10_000),
      result: 'arrived',
      targetMm: 1100,
      ...about,
    };
    lab.emit({ type: 'HistoryRestored', at: lab.now, moves: [past] });
    return lab.settle();
  };

  it.each<[string, number, Partial<PastMove>, readonly Guard[]]>([
    ['a change by hand', 11, { origin: 'hand', result: null }, ['human-override']],
    ['a change by hand', 13, { origin: 'hand', result: null }, []],
    ['a move that was overridden', 11, { result: 'overridden' }, ['human-override']],
    ['a move that timed out', 26, { result: 'timed-out' }, ['backing-off']],
    ['a move that lost its link', 26, { result: 'link-lost' }, ['backing-off']],
    ['a move that timed out', 28, { result: 'timed-out' }, []],
    ['a move that never ended', 25, { result: null, to: null }, ['backing-off']],
    ['a stop on the same way', 6, { result: 'cancelled' }, ['vetoed']],
    ['a stop on the other way', 6, { result: 'cancelled', targetMm: 720 }, []],
    ['a stop of a command', 6, { origin: 'command', result: 'cancelled', targetMm: 720 }, ['vetoed']],
    ['a start', 2, {}, ['just-moved']],
    ['a start', 3, {}, []],
  ])('holds the coach after %s %i min ago as long as it would have', (_what, minutesAgo, about, guards) => {
    expect(refusal(coachMove(after(minutesAgo, about)))).toEqual(guards);
  });

  it('counts as motor time, a move that never ended as the longest there is', () => {
    const policy = { ...ALONE, remoteCommands: 'open' } as const;
    const at = (lab: Lab) => refusal(lab.command(1100));
    expect(at(after(5, { origin: 'hand', result: null, to: null }, policy))).toEqual(['motor-budget']);
    expect(at(after(5, { origin: 'hand', result: null }, policy))).toEqual([]);
  });

  it('of two stopped coach moves ends coach motion for the day, and a stop of yesterday does not', () => {
    for (const [hoursAgo, held] of [
      [1, true],
      [3, true],
      [30, false],
    ] as const) {
      const lab = atWork();
      const moves = [0, 30].map((minutes): PastMove => {
        const from = later(lab.now, (minutes - hoursAgo * 60) * MINUTE_MS);
        return { origin: 'coach', from, to: later(from, 5_000), result: 'cancelled', targetMm: 1100 };
      });
      lab.emit({ type: 'HistoryRestored', at: lab.now, moves });
      expect(refusal(coachMove(lab))).toEqual(held ? ['vetoed'] : []);
    }
  });

  it('holds from now where the clock was set back since', () => {
    const lab = after(-600, { origin: 'hand', result: null });
    expect(refusal(coachMove(lab))).toEqual(['human-override']);
    lab.pass(15 * MINUTE_MS);
    expect(started(coachMove(lab))).toBe(true);
  });
});

describe('A hand on the keys', () => {
  it('is journalled once the desk has rested for 2 s, as of the last changed height', () => {
    const lab = atWork();
    const from = later(lab.now, 3_800);
    lab.press(40);
    const to = lab.now;
    lab.pass(3_000);
    expect(all(lab).filter(({ type }) => type === 'JournalHandMove')).toEqual([
      { type: 'JournalHandMove', fromMm: 720, toMm: 760, from, to },
    ]);
  });

  it('of less than 10 mm, or seen in one wrong reading only, is no hand', () => {
    const lab = atWork();
    lab.press(9);
    lab.pass(5_000);
    lab.observe(DESK, { kind: 'height', heightMm: 900, speedMmS: 0 });
    lab.reading();
    lab.pass(5_000);
    expect(all(lab).filter(({ type }) => type === 'JournalHandMove')).toEqual([]);
    expect(started(coachMove(lab))).toBe(true);
  });

  it('holds the coach for 15 min', () => {
    const lab = atWork();
    lab.press(15);
    lab.pass(14 * MINUTE_MS);
    expect(refusal(coachMove(lab))).toEqual(['human-override']);
    lab.pass(2 * MINUTE_MS);
    expect(started(coachMove(lab))).toBe(true);
  });

  it('is not seen in the run-on of our own move', () => {
    const lab = open();
    lab.command(1100);
    lab.pass(10_200);
    lab.heightMm += 12;
    lab.reading(20);
    lab.reading();
    lab.pass(10_000);
    expect(all(lab).filter(({ type }) => type === 'JournalHandMove')).toEqual([]);
  });
});

describe('With two persons', () => {
  it('the tap of one does not confirm the prompt of the other', () => {
    const lab = atWork(HOUSEHOLD);
    const id = lab.show(ANNA, 1100);
    lab.answer(BEN, id, 'accepted', 'band');
    expect(refusal(lab.ask(ANNA, id, 1100))).toEqual(['not-confirmed']);
    expect(refusal(lab.ask(BEN, id, 1100))).toContain('not-confirmed');
  });
});
