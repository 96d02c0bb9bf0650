import { LabClock } from '../clock/lab-clock.js';
import { readAlert } from './alert.js';
import { AlertScreen } from './alert-screen.js';

const call = readAlert(Buffer.from('\x03\x01\x00Time to stand\x0028 min sitting.'))!;
const message = readAlert(Buffer.from('\x00\x01\x00Test Title\x00Test Body'))!;

describe('reading a New Alert packet', () => {
  it.each([
    [
      '00 01 00 54 65 73 74 20 54 69 74 6C 65 00 54 65 73 74 20 42 6F 64 79',
      { category: 0, title: 'Test Title', body: 'Test Body' },
    ],
    ['03 01 00 4D 61 72 79', { category: 3, title: 'Mary', body: '' }],
    ['03 01 00', null],
    ['03', null],
    ['', null],
  ])('%s', (hex, alert) => {
    expect(readAlert(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toEqual(alert);
  });

  it('keeps 99 bytes of text', () => {
    expect(readAlert(Buffer.from(`\x00\x01\x00${'x'.repeat(150)}`))?.title).toHaveLength(99);
  });
});

describe('the alert screen of the band', () => {
  function bench() {
    let nowMs = 0;
    let tick = (): void => undefined;
    const timer = { nowMs: () => nowMs, every: (_ms: number, fire: () => void) => ((tick = fire), () => undefined) };
    const clock = new LabClock({ timer, startEpochMs: 0, maxRate: 240 });
    clock.start();
    const seen: string[] = [];
    const screen = new AlertScreen('band', clock, {
      shown: ({ title }) => seen.push(`shown ${title}`),
      suppressed: ({ title }) => seen.push(`suppressed ${title}`),
      ended: ({ title }, answer) => seen.push(`${title}: ${answer}`),
    });
    const pass = (ms: number) => {
      for (let left = ms; left > 0; left -= 5) {
        nowMs += 5;
        tick();
      }
    };
    return { screen, clock, seen, pass };
  }

  it('shows a call for 7 s of real time and then takes no answer', () => {
    const { screen, clock, seen, pass } = bench();
    screen.show(call);
    pass(6_990);
    expect([clock.rate, screen.showing]).toEqual([1, call]);
    pass(10);
    expect([clock.rate, screen.showing, screen.answer('accept')]).toEqual([240, null, false]);
    expect(seen).toEqual(['shown Time to stand', 'Time to stand: none']);
  });

  it('a call can be answered once, and the lab stays at 1 x for two seconds to see what follows', () => {
    const { screen, clock, seen, pass } = bench();
    screen.show(call);
    pass(3_000);
    expect([screen.answer('reject'), screen.answer('accept')]).toEqual([true, false]);
    pass(1_990);
    expect(clock.rate).toBe(1);
    pass(15);
    expect(clock.rate).toBe(240);
    expect(seen).toEqual(['shown Time to stand', 'Time to stand: reject']);
  });

  it('a simple message cannot be answered', () => {
    const { screen, seen } = bench();
    screen.show(message);
    expect(screen.answer('accept')).toBe(false);
    expect(seen).toEqual(['shown Test Title']);
  });

  it.each(['off', 'sleep'] as const)(
    'with notifications %s nothing is shown and nothing can be answered',
    (setting) => {
      const { screen, clock, seen } = bench();
      screen.setting = setting;
      screen.show(call);
      expect([screen.showing, screen.answer('accept'), clock.rate]).toEqual([null, false, 240]);
      expect(seen).toEqual(['suppressed Time to stand']);
    },
  );

  it('a new alert replaces the one on the screen', () => {
    const { screen, clock, seen, pass } = bench();
    screen.show(call);
    pass(5_000);
    screen.show({ ...call, title: 'Second' });
    pass(6_000);
    expect(screen.answer('accept')).toBe(true);
    pass(2_100);
    expect([clock.rate, seen]).toEqual([
      240,
      ['shown Time to stand', 'Time to stand: none', 'shown Second', 'Second: accept'],
    ]);
  });
});
