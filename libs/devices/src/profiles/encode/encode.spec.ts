import fc from 'fast-check';
import { epoch } from '#libs/domain';
import { encodeCurrentTime } from './bluetooth-sig.js';
import { encodeAlert } from './infinitime.js';
import { encodeBecomeOwner, encodeDpgRead, encodeTarget, REFERENCE_STOP, STOP, WAKE } from './linak.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const SCALE = { baseMm: 620, mmPerCount: 0.1 };

describe('frames to a Linak desk', () => {
  it.each([
    [720, 'e803'],
    [730.5, '5104'],
    [1100, 'c012'],
    [1270, '6419'],
    [620, '0000'],
  ])('%d mm is the target %s', (heightMm, expected) => {
    expect(hex(encodeTarget(heightMm, SCALE))).toBe(expected);
  });

  it.each([619.9, 620 + 3276.7, NaN, Infinity])(
    '%d mm has no target frame: it would wrap or read as a stop',
    (heightMm) => {
      expect(() => encodeTarget(heightMm, SCALE)).toThrow(/No target frame exists/);
    },
  );

  it('S-04: no height encodes to the stop of the reference input', () => {
    fc.assert(
      fc.property(fc.double({ min: 620, max: 3896.6, noNaN: true }), (heightMm) => {
        expect(hex(encodeTarget(heightMm, SCALE))).not.toBe(hex(REFERENCE_STOP));
      }),
      { numRuns: 2000 },
    );
  });

  it('wakes, stops, asks and claims ownership with the documented bytes', () => {
    expect([WAKE, STOP, REFERENCE_STOP, encodeDpgRead(0x81)].map(hex)).toEqual(['fe00', 'ff00', '0180', '7f8100']);
    const id = Uint8Array.from(Buffer.from('e5c0cad8bec448e1a0083e56f8d4cfca', 'hex'));
    expect(hex(encodeBecomeOwner(id))).toBe('7f868001e5c0cad8bec448e1a0083e56f8d4cfca');
  });
});

describe('the current time', () => {
  it('carries the date, the weekday and fractions of 1/256 s of local wall time', () => {
    // The vector of the Bluetooth SIG test, with our adjust reason (external reference) in the last byte.
    const at = epoch(Date.UTC(2025, 0, 15, 13, 30, 45, 130));
    expect(hex(encodeCurrentTime(at, 60))).toBe('e907010f0e1e2d032102');
  });

  it('calls Sunday 7, and takes the day of the offset, not of UTC', () => {
    const at = epoch(Date.UTC(2026, 1, 28, 23, 30));
    expect(hex(encodeCurrentTime(at, 60))).toBe('ea070301001e00070002');
    expect(hex(encodeCurrentTime(at, -300))).toBe('ea07021c121e00060002');
  });
});

describe('an alert for InfiniTime', () => {
  const wide = { maxTextBytes: 99, mtu: 256 };

  it.each([
    [
      'a simple one',
      { title: 'Test Title', body: 'Test Body', answerable: false },
      '000100' + '54657374205469746c65' + '00' + '5465737420426f6479',
    ],
    ['a call', { title: 'Mary', body: '', answerable: true }, '0301004d617279'],
    [
      'a call with a body',
      { title: 'Stand', body: 'up?', answerable: true },
      '030100' + '5374616e64' + '00' + '75703f',
    ],
  ])('%s has the documented bytes', (_, alert, expected) => {
    expect(hex(encodeAlert(alert, wide))).toBe(expected);
  });

  it('shortens the body before the title, between characters, and never splits one', () => {
    const narrow = { maxTextBytes: 99, mtu: 23 };
    const text = (title: string, body: string): string =>
      Buffer.from(encodeAlert({ title, body, answerable: true }, narrow))
        .subarray(3)
        .toString('utf8');
    expect(text('Aufstehen', 'größer geht es')).toBe('Aufstehen\0größe');
    expect(text('Aufstehen, bitte gleich', 'jetzt')).toBe('Aufstehen, bitte ');
    expect(text('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', '')).toBe('');
  });

  it('keeps a zero byte of the text from becoming the split between title and body', () => {
    expect(hex(encodeAlert({ title: 'a\0b', body: '', answerable: false }, wide))).toBe('000100612062');
  });

  it('fits one write and the watch whatever the text, and stays valid UTF-8', () => {
    let shortened = 0;
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 120 }),
        fc.string({ unit: 'grapheme', maxLength: 120 }),
        fc.integer({ min: 23, max: 256 }),
        (title, body, mtu) => {
          const frame = encodeAlert({ title, body, answerable: false }, { maxTextBytes: 99, mtu });
          expect(frame.length).toBeLessThanOrEqual(Math.min(mtu - 3, 102));
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(3))).not.toThrow();
          if (frame.length < 4 + Buffer.byteLength(title) + Buffer.byteLength(body)) shortened += 1;
        },
      ),
      { numRuns: 500 },
    );
    expect(shortened).toBeGreaterThan(100);
  });
});
