import { DateTime } from 'luxon';
import { epoch } from '#libs/domain';
import { nextDayBoundary, resolveCalendar } from './calendar.js';

const BERLIN = { timeZone: 'Europe/Berlin', dayStartsAt: '04:00' };
const local = (text: string): ReturnType<typeof epoch> =>
  epoch(DateTime.fromISO(text, { zone: 'Europe/Berlin' }).toMillis());

describe('resolveCalendar', () => {
  it('resolves one range per weekday around the instant', () => {
    // 2026-11-23 is a Monday.
    const hours = { working: { 1: { from: '09:00', to: '17:00' }, 2: { from: '10:00', to: '12:00' } }, quiet: {} };
    expect(resolveCalendar(local('2026-11-23T11:00'), hours, BERLIN)).toEqual({
      working: [
        { from: local('2026-11-23T09:00'), to: local('2026-11-23T17:00') },
        { from: local('2026-11-24T10:00'), to: local('2026-11-24T12:00') },
      ],
      quiet: [],
      dayEnds: local('2026-11-24T04:00'),
    });
  });

  it('keeps yesterday’s range that crosses midnight', () => {
    const hours = { working: {}, quiet: { 7: { from: '22:00', to: '06:00' } } };
    expect(resolveCalendar(local('2026-11-23T01:00'), hours, BERLIN).quiet).toEqual([
      { from: local('2026-11-22T22:00'), to: local('2026-11-23T06:00') },
    ]);
  });

  it.each([
    ['2026-03-28T05:00', '2026-03-29T04:00', 22],
    ['2026-10-24T05:00', '2026-10-25T04:00', 24],
  ])('the day after %s ends at %s local, %d hours later, where the clock changes', (from, to, hours) => {
    expect(nextDayBoundary(local(from), BERLIN)).toBe(local(to));
    expect((local(to) - local(from)) / 3_600_000).toBe(hours);
  });

  it('a range over the hour that does not exist keeps its local wall times', () => {
    const hours = { working: { 7: { from: '01:00', to: '05:00' } }, quiet: {} };
    const [range] = resolveCalendar(local('2026-03-29T00:30'), hours, BERLIN).working;
    expect((range!.to - range!.from) / 3_600_000).toBe(3);
  });
});
