import { type Stamp } from '#libs/domain';
import { ManualClock } from '#libs/testing';
import { ClockWatch } from './clock-watch.js';

/** A clock whose wall time and uptime can be pushed apart from its monotonic time. */
class ShiftedClock extends ManualClock {
  wallMs = 0;
  sleptMs = 0;

  override epochMs(): ReturnType<ManualClock['epochMs']> {
    return (super.epochMs() + this.wallMs) as ReturnType<ManualClock['epochMs']>;
  }

  override uptimeMs(): number {
    return super.uptimeMs() + this.sleptMs;
  }
}

const watched = (): { clock: ShiftedClock; jumps: number[]; watch: ClockWatch } => {
  const clock = new ShiftedClock();
  const jumps: number[] = [];
  const watch = new ClockWatch(clock, (_at: Stamp, gapMs) => jumps.push(gapMs));
  watch.start();
  return { clock, jumps, watch };
};

describe('ClockWatch', () => {
  it('says nothing while both clocks run on, and of steps up to a minute', async () => {
    const { clock, jumps, watch } = watched();
    await clock.advance(60_000);
    clock.wallMs += 59_000;
    await clock.advance(60_000);
    expect(jumps).toEqual([]);
    watch.stop();
    expect(clock.pending).toBe(0);
  });

  it.each([3_600_000, -3_600_000])('tells a wall clock set by %d ms', async (set) => {
    const { clock, jumps } = watched();
    clock.wallMs += set;
    await clock.advance(10_000);
    expect(jumps).toEqual([set]);
    await clock.advance(60_000);
    expect(jumps).toHaveLength(1);
  });

  it('tells a suspended machine by its uptime, where the wall clock went on, too', async () => {
    const { clock, jumps } = watched();
    clock.sleptMs += 600_000;
    clock.wallMs += 600_000;
    await clock.advance(10_000);
    expect(jumps).toEqual([600_000]);
  });
});
