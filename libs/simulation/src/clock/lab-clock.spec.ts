import { LabClock, type LabTick } from './lab-clock.js';
import { LabClockFollower } from './lab-clock-follower.js';
import { type MachineTimer } from './machine-timer.js';

/** A machine whose time passes only when told; `late` lets one timer call come late. */
class FakeMachine implements MachineTimer {
  private now = 500;
  private fire: (() => void) | null = null;

  nowMs(): number {
    return this.now;
  }

  every(_ms: number, fire: () => void) {
    this.fire = fire;
    return () => {
      this.fire = null;
    };
  }

  passes(ms: number): void {
    for (let left = ms; left > 0; left -= 5) this.late(5);
  }

  late(ms: number): void {
    this.now += ms;
    this.fire?.();
  }
}

const START = Date.UTC(2026, 0, 12, 9);

describe('the lab clock', () => {
  let machine: FakeMachine;
  let clock: LabClock;
  let startMs: number;
  const elapsed = () => clock.nowMs() - startMs;

  beforeEach(() => {
    machine = new FakeMachine();
    clock = new LabClock({ timer: machine, startEpochMs: START, maxRate: 240 });
    startMs = clock.nowMs();
    clock.start();
  });

  it('runs at its highest rate while nobody holds it, and all its readings move together', () => {
    const uptime = clock.uptimeMs();
    machine.passes(1_000);
    expect([elapsed(), clock.epochMs() - START, clock.uptimeMs() - uptime]).toEqual([240_000, 240_000, 240_000]);
  });

  it('runs at 1 x while anybody holds it, and says why', () => {
    const releases = [clock.hold('a desk'), clock.hold('an alert')];
    expect(clock.reasons()).toEqual(['a desk', 'an alert']);
    machine.passes(100);
    expect(elapsed()).toBe(100);
    releases[0]!();
    releases[0]!();
    machine.passes(100);
    expect(elapsed()).toBe(200);
    releases[1]!();
    machine.passes(100);
    expect(elapsed()).toBe(200 + 24_000);
  });

  it('a timed hold counts real time, and the same reason prolongs it', () => {
    clock.holdFor('traffic', 100);
    machine.passes(50);
    clock.holdFor('traffic', 100);
    machine.passes(95);
    expect([elapsed(), clock.rate]).toEqual([145, 1]);
    machine.passes(5);
    expect(clock.rate).toBe(240);
  });

  it('a starved machine slows the lab instead of making it jump', () => {
    clock.hold('held');
    machine.late(4_000);
    expect(elapsed()).toBe(15);
    const steps: number[] = [];
    clock.onTick((tick: LabTick) => steps.push(tick.stepMs));
    machine.late(5);
    machine.late(900);
    expect(steps).toEqual([5, 15]);
  });

  it('fires timers once, in the order of their instants, each with the clock at its instant', () => {
    const fired: [string, number][] = [];
    const set = (name: string, ms: number) => clock.after(ms, () => fired.push([name, elapsed()]));
    set('third', 900);
    set('first', 100);
    set('second', 100.5);
    set('same instant, set later', 900);
    set('cancelled', 500)();
    set('past', -50);
    machine.passes(5);
    machine.passes(20);
    expect(fired).toEqual([
      ['past', 0],
      ['first', 100],
      ['second', 101], // whole milliseconds, never early
      ['third', 900],
      ['same instant, set later', 900],
    ]);
  });

  it('a hold taken by a timer slows the rest of the very same tick', () => {
    clock.after(120, () => clock.hold('motion'));
    machine.late(5);
    // 120 ms took half a real ms at 240 x; the other 4.5 ms run at 1 x.
    expect(elapsed()).toBe(124);
  });

  it('never runs more than two ticks ahead of its slowest follower at high rates, and 2 s at 1 x', () => {
    const quick = clock.follow();
    const slow = clock.follow();
    machine.passes(1_000);
    expect(elapsed()).toBe(2 * 5 * 240);
    quick.ack(clock.nowMs());
    machine.passes(1_000);
    expect(elapsed()).toBe(2_400);
    slow.ack(clock.nowMs());
    clock.hold('held');
    machine.passes(5_000);
    expect(elapsed()).toBe(2_400 + 2_000);
    slow.leave();
    quick.leave();
    machine.passes(100);
    expect(elapsed()).toBe(4_500);
  });

  it('a follower in step reads the same time and fires its own timers in order', () => {
    const link = clock.follow();
    const follower = new LabClockFollower({
      nowMs: clock.nowMs(),
      epochMs: clock.epochMs(),
      uptimeMs: clock.uptimeMs(),
      rate: clock.rate,
    });
    clock.onTick(({ nowMs, rate }) => {
      follower.advance(nowMs, rate);
      link.ack(nowMs);
    });
    const fired: number[] = [];
    follower.at(startMs + 3_000, () => fired.push(follower.monotonicMs() - startMs));
    follower.at(startMs + 1_500, () => {
      fired.push(follower.monotonicMs() - startMs);
      follower.at(follower.monotonicMs() + 100, () => fired.push(follower.monotonicMs() - startMs));
    });
    follower.at(startMs + 2_000, () => fired.push(-1))();
    machine.passes(500);
    expect(fired).toEqual([1_500, 1_600, 3_000]);
    expect([follower.monotonicMs(), follower.epochMs(), follower.uptimeMs(), follower.rate]).toEqual([
      clock.nowMs(),
      clock.epochMs(),
      clock.uptimeMs(),
      240,
    ]);
    follower.advance(startMs, 1);
    expect(follower.monotonicMs()).toBe(clock.nowMs());
  });

  it('stops for good: no tick, no timer', () => {
    const fired: number[] = [];
    clock.after(10, () => fired.push(1));
    clock.stop();
    machine.passes(100);
    expect([elapsed(), fired]).toEqual([0, []]);
  });
});
