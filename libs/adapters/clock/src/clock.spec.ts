import { uptime } from 'node:os';
import { HOUR_MS, monotonic } from '#libs/domain';
import { FollowedClock, SystemClock } from './index.js';

const THIRTY_DAYS_MS = 30 * 24 * HOUR_MS;

describe('SystemClock', () => {
  it('tells monotonic, wall and boot time of the machine', () => {
    const clock = new SystemClock();
    const first = clock.stamp();
    const second = clock.stamp();
    expect(second.mono).toBeGreaterThanOrEqual(first.mono);
    expect(Math.abs(first.epoch - Date.now())).toBeLessThan(1_000);
    expect(Math.abs(clock.uptimeMs() - uptime() * 1_000)).toBeLessThan(1_000);
  });

  it('never fires early, as real timers may do', async () => {
    const clock = new SystemClock();
    const lateMs = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const when = monotonic(clock.monotonicMs() + index * 0.7);
        return new Promise<number>((resolve) => {
          clock.at(when, () => {
            resolve(clock.monotonicMs() - when);
          });
        });
      }),
    );
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
  });

  it('fires for an instant in the past, but not before `at` has returned', async () => {
    const clock = new SystemClock();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      clock.at(monotonic(clock.monotonicMs() - 5), () => {
        order.push('fired');
        resolve();
      });
      order.push('returned');
    });
    expect(order).toEqual(['returned', 'fired']);
  });

  describe('with the machine timers held', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('holds a delay longer than the 24.8 days of one machine timer', () => {
      const clock = new SystemClock();
      const fired = jest.fn();
      clock.at(monotonic(clock.monotonicMs() + THIRTY_DAYS_MS), fired);
      jest.advanceTimersByTime(THIRTY_DAYS_MS - 1);
      expect(fired).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(fired).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(THIRTY_DAYS_MS);
      expect(fired).toHaveBeenCalledTimes(1);
    });

    it('leaves no timer behind when undone, at any point of a long wait, even twice', () => {
      const clock = new SystemClock();
      const fired = jest.fn();
      const undo = clock.at(monotonic(clock.monotonicMs() + THIRTY_DAYS_MS), fired);
      jest.advanceTimersByTime(THIRTY_DAYS_MS - HOUR_MS);
      undo();
      undo();
      expect(jest.getTimerCount()).toBe(0);
      jest.advanceTimersByTime(2 * HOUR_MS);
      expect(fired).not.toHaveBeenCalled();
    });
  });
});

describe('FollowedClock', () => {
  it('says what its source says and hands timers to it', () => {
    const cancel = jest.fn();
    const source = { monotonicMs: () => 11, epochMs: () => 22, uptimeMs: () => 33, at: jest.fn(() => cancel) };
    const clock = new FollowedClock(source);
    const fire = jest.fn();
    const undo = clock.at(monotonic(44), fire);
    expect({ stamp: clock.stamp(), uptimeMs: clock.uptimeMs() }).toEqual({
      stamp: { mono: 11, epoch: 22 },
      uptimeMs: 33,
    });
    expect(source.at).toHaveBeenCalledWith(44, fire);
    undo();
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});
