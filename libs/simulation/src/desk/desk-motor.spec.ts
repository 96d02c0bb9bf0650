import { LabClock } from '../clock/lab-clock.js';
import { seededRandom } from '../home/random.js';
import { TruthLog } from '../truth/truth-log.js';
import { DeskMotor } from './desk-motor.js';
import { LINAK_MECHANICS } from './mechanics.js';

const BASE_MM = 624.6;

/** A desk on a clock that this spec ticks by hand, 5 ms at a time, at 1 x. */
function bench(options: { needsWake?: boolean; seed?: number } = {}) {
  const { needsWake = false, seed = 1 } = options;
  let nowMs = 0;
  let tick = (): void => undefined;
  const clock = new LabClock({
    timer: { nowMs: () => nowMs, every: (_ms, fire) => ((tick = fire), () => undefined) },
    startEpochMs: 0,
    maxRate: 240,
  });
  clock.start();
  const truth = new TruthLog();
  const motor = new DeskMotor({
    id: 'desk',
    mechanics: LINAK_MECHANICS,
    baseMm: BASE_MM,
    startMm: 720,
    needsWake,
    clock,
    truth,
    random: seededRandom(seed),
  });
  motor.owned = true;
  const pass = (ms: number, every?: { readonly ms: number; readonly write: () => void }) => {
    for (let at = 0; at < ms; at += 5) {
      if (every && at % every.ms === 0) every.write();
      nowMs += 5;
      tick();
    }
  };
  return { motor, truth, clock, pass, motors: () => truth.ofKind('motor') };
}

/** Writes the target at the cadence until the desk rests for good. */
const moveTo = (targetMm: number, cadenceMs: number, seed: number) => {
  const desk = bench({ seed });
  desk.pass(30_000, {
    ms: cadenceMs,
    write: () => {
      desk.motor.reference(targetMm - BASE_MM);
    },
  });
  return { ...desk, interval: desk.motors()[0]! };
};

describe('the control box of a Linak desk', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

  it.each([100, 200, 300])('a write every %d ms drives 370 mm without a dip, to within 1 mm', (cadence) => {
    for (const seed of seeds) {
      const { interval, motors, motor } = moveTo(1_090, cadence, seed);
      expect(motors()).toHaveLength(1);
      expect(interval).toMatchObject({ cause: 'reference', fromMm: 720, toMm: motor.heightMm, starts: 1, dips: 0 });
      expect(Math.abs(motor.heightMm - 1_090)).toBeLessThanOrEqual(1);
    }
  });

  it('a write every 400 ms dips now and then, one every 500 ms always', () => {
    const dips = (cadence: number) => seeds.map((seed) => moveTo(1_090, cadence, seed).interval.dips);
    expect(Math.min(...dips(500))).toBeGreaterThan(5);
    const at400 = dips(400).reduce((sum, each) => sum + each, 0);
    expect(at400).toBeGreaterThan(0);
    expect(at400).toBeLessThan(dips(500).reduce((sum, each) => sum + each, 0) / 3);
  });

  it('the rest error differs from move to move and never passes 1 mm', () => {
    const errors = seeds.map((seed) => moveTo(1_000, 200, seed).motor.heightMm - 1_000);
    expect(new Set(errors.map((error) => error.toFixed(2))).size).toBeGreaterThan(5);
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it('stops by itself when the writes stop: half a second of run-on and the ramp', () => {
    const { motor, pass, motors } = bench();
    pass(3_000, {
      ms: 200,
      write: () => {
        motor.reference(500);
      },
    });
    const lastWriteMm = motor.heightMm;
    pass(1_100);
    expect(motor.moving).toBe(false);
    expect(motor.heightMm - lastWriteMm).toBeLessThan(38 * (0.5 + 0.38));
    pass(1_500);
    expect(motors()).toHaveLength(1);
  });

  it('one jog write runs for about a second, one reference write for about half', () => {
    const run = (write: (desk: ReturnType<typeof bench>) => void) => {
      const desk = bench();
      write(desk);
      desk.pass(5_000);
      const { from, to } = desk.motors()[0]!;
      return to - from;
    };
    const jog = run(({ motor }) => {
      motor.jog(1);
    });
    const reference = run(({ motor }) => {
      motor.reference(500);
    });
    expect([jog > 1_300, jog < 1_450, reference > 700, reference < 900]).toEqual([true, true, true, true]);
  });

  it('a stop frame ramps down at once, within 8 mm, and the next move is another one', () => {
    const { motor, pass, motors } = bench();
    pass(3_000, {
      ms: 200,
      write: () => {
        motor.reference(500);
      },
    });
    const at = motor.heightMm;
    motor.stop();
    pass(450);
    expect([motor.moving, motor.heightMm - at < 8]).toEqual([false, true]);
    pass(1_000, {
      ms: 200,
      write: () => {
        motor.reference(500);
      },
    });
    pass(3_000);
    expect(motors().map(({ cause }) => cause)).toEqual(['reference', 'reference']);
  });

  it('the hand wins: writes are ignored while a key is pressed and until the desk is armed again', () => {
    const { motor, pass, motors } = bench();
    const write = {
      ms: 200,
      write: () => {
        motor.reference(500);
      },
    };
    pass(3_000, write);
    motor.press('down', 2_000);
    pass(6_000, write);
    expect(motors().map(({ cause, fromMm, toMm }) => [cause, Math.sign(toMm - fromMm)])).toEqual([
      ['reference', 1],
      ['handset', 1], // still rising while the ramp turns it round
      ['handset', -1],
    ]);
    const rest = motor.heightMm;
    pass(2_000, write);
    expect(motor.heightMm).toBe(rest);
    motor.wake();
    motor.stop();
    pass(2_000, write);
    expect(motor.heightMm).toBeGreaterThan(rest);
  });

  it('every millimetre is in an interval: each begins where the one before ended', () => {
    const { motor, pass, motors } = bench();
    pass(2_000, {
      ms: 450,
      write: () => {
        motor.reference(500);
      },
    });
    motor.press('up', 700);
    pass(4_000);
    motor.stop();
    motor.jog(-1);
    pass(600);
    motor.reference(40);
    pass(20_000, {
      ms: 200,
      write: () => {
        motor.reference(40);
      },
    });
    const ends = motors().map(({ fromMm, toMm }) => [fromMm, toMm] as const);
    expect(ends.length).toBeGreaterThanOrEqual(4);
    expect(ends[0]![0]).toBe(720);
    ends.slice(1).forEach(([from], index) => {
      expect(from).toBe(ends[index]![1]);
    });
    expect(ends.at(-1)![1]).toBe(motor.heightMm);
  });

  it('after a collision it stands still whatever is written, until a stop', () => {
    const { motor, pass, truth } = bench();
    const write = {
      ms: 200,
      write: () => {
        motor.reference(500);
      },
    };
    pass(3_000, write);
    motor.obstruct();
    const at = motor.heightMm;
    pass(3_000, write);
    expect([motor.heightMm, truth.ofKind('obstacle').length]).toEqual([at, 1]);
    motor.stop();
    pass(1_000, write);
    expect(motor.heightMm).toBeGreaterThan(at);
  });

  it('a guest moves nothing; a sleeping controller moves nothing before it is woken', () => {
    const guest = bench();
    guest.motor.owned = false;
    guest.pass(2_000, {
      ms: 200,
      write: () => {
        guest.motor.reference(500);
      },
    });
    expect(guest.motor.heightMm).toBe(720);

    const sleeper = bench({ needsWake: true });
    sleeper.pass(3_000); // 12 min of lab time at 240 x
    const write = {
      ms: 200,
      write: () => {
        sleeper.motor.reference(500);
      },
    };
    sleeper.pass(1_000, write);
    expect(sleeper.motor.heightMm).toBe(720);
    sleeper.motor.wake();
    sleeper.pass(1_000, write);
    expect(sleeper.motor.heightMm).toBeGreaterThan(720);
  });

  it('targets beyond the limits end at the limit', () => {
    const { motor, pass } = bench();
    pass(25_000, {
      ms: 200,
      write: () => {
        motor.reference(3_000);
      },
    });
    expect(motor.heightMm).toBe(BASE_MM + LINAK_MECHANICS.strokeMm);
  });

  it('holds the lab at 1 x while it moves and for two seconds after', () => {
    const { motor, pass, clock } = bench();
    expect(clock.rate).toBe(240);
    motor.jog(1);
    pass(1_400);
    expect(motor.moving).toBe(true);
    pass(2_050);
    expect([motor.moving, clock.rate]).toEqual([false, 1]);
    pass(150);
    expect(clock.rate).toBe(240);
  });
});
