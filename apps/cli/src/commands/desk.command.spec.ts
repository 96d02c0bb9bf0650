import { InvalidArgumentError } from 'commander';
import { parseTarget } from './desk.command.js';
import { amount } from './options.js';

describe('the target of a move', () => {
  it.each([
    ['720mm', { height_mm: 720 }],
    ['722.5mm', { height_mm: 722.5 }],
    ['72cm', { height_mm: 720 }],
    ['72.3cm', { height_mm: 723 }],
    ['28.5in', { height_mm: 28.5 * 25.4 }],
    ['sit', { preset: 'sit' }],
    ['stand-alex', { preset: 'stand-alex' }],
  ])('%s is %p', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each(['720', '-720mm', '72,5cm', '0x2d0mm', '1e3mm', '720 mm', '28"', 'Stand', ''])(
    '%p is refused with the units and the names that work',
    (text) => {
      expect(() => parseTarget(text)).toThrow(InvalidArgumentError);
      expect(() => parseTarget(text)).toThrow(/720mm, 72cm, 28.3in.*preset/);
    },
  );
});

describe('the number of an option', () => {
  it.each([
    ['0', 0],
    ['2.5', 2.5],
    ['240', 240],
  ])('%s is %d', (text, value) => {
    expect(amount(text)).toBe(value);
  });

  it.each(['', ' ', '-1', 'fast', 'Infinity', 'NaN'])('%p is refused', (text) => {
    expect(() => amount(text)).toThrow(InvalidArgumentError);
  });
});
