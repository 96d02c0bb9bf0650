import { type Decoder } from './decoded.js';
import { decodeBatteryLevel, decodeHeartRate } from './bluetooth-sig.js';
import { decodeCallAnswer, decodeSteps, motionDecoder } from './infinitime.js';
import {
  decodeDeskError,
  decodeDpgReply,
  parseBaseOffset,
  parseCapabilities,
  parseUserId,
  referenceOutputDecoder,
} from './linak.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const data = (hex: string): { kind: 'data'; data: Uint8Array } => ({ kind: 'data', data: bytes(hex) });

/** The vectors of docs/protocols: bytes to whole observations; decoding the same bytes inside a larger buffer gives the same. */
const specify = (
  what: string,
  decode: Decoder,
  vectors: readonly (readonly [hex: string, expected: unknown])[],
): void => {
  describe(what, () => {
    it.each(vectors)('decodes %s', (hex, expected) => {
      const frame = bytes(hex);
      expect(decode(frame)).toEqual(expected);
      const padded = Uint8Array.of(0xaa, ...frame, 0xbb);
      expect(decode(padded.subarray(1, 1 + frame.length))).toEqual(expected);
    });
  });
};

const height = (heightMm: number, speedMmS: number): unknown => [{ kind: 'height', heightMm, speedMmS }];
const wrongLength = { code: 'wrong-length', detail: expect.any(String) as string };

specify('a Linak reference output', referenceOutputDecoder({ baseMm: 620, mmPerCount: 0.1, mmSPerSpeedCount: 0.01 }), [
  ['64 19 00 00', height(1270, 0)],
  ['00 00 00 00', height(620, 0)],
  ['51 04 00 00', height(730.5, 0)],
  ['08 08 00 00', height(825.6, 0)],
  ['08 08 02 01', height(825.6, 2.58)],
  ['20 0A 20 00', height(879.2, 0.32)],
  ['2A 16 00 00', height(1187.4, 0)],
  ['52 12 00 00', height(1089, 0)],
  ['64 00 38 FF', height(630, -2)],
  ['', wrongLength],
  ['64 19 00', wrongLength],
  ['64 19 00 00 00', wrongLength],
]);

specify('a Linak error report', decodeDeskError, [
  ['01 02', [{ kind: 'desk-error', payloadHex: '0102' }]],
  ['', wrongLength],
]);

describe('a Linak DPG reply', () => {
  it.each([
    ['01 02 23 01', data('23 01')],
    ['01 02 FC 01', data('FC 01')],
    [
      '01 11 00 C6 0F CA 6A 36 34 47 60 A0 E1 A3 32 56 92 6C E4',
      data('00 C6 0F CA 6A 36 34 47 60 A0 E1 A3 32 56 92 6C E4'),
    ],
    ['01 00', data('')],
    ['01 03 01 66 18', data('01 66 18')],
    ['01 0B 07 37 05 32 0A 1E 1E 92 47 E4 7B', data('07 37 05 32 0A 1E 1E 92 47 E4 7B')],
    ['01 07 01 88 05 59 44 E4 7B', data('01 88 05 59 44 E4 7B')],
    ['01 07 01 2A 16 FD 6D E4 7B', data('01 2A 16 FD 6D E4 7B')],
    ['01 05 00 00 00 00 00', data('00 00 00 00 00')],
    ['01 02 8C 00', data('8C 00')],
    ['0B 00', { kind: 'refused', hex: '0b00' }],
    ['', wrongLength],
    ['01', wrongLength],
    ['01 05 00 00 00 00', wrongLength],
    ['01 02 23 01 00', wrongLength],
  ])('%s is framed', (hex, expected) => {
    expect(decodeDpgReply(bytes(hex))).toEqual(expected);
  });

  it.each([
    ['23 01', { memorySlots: 3, bleAllowed: true, references: 1 }],
    ['FC 01', { memorySlots: 4, bleAllowed: true, references: 1 }],
    ['23', null],
  ])('capabilities %s are read', (hex, expected) => {
    expect(parseCapabilities(bytes(hex))).toEqual(expected);
  });

  it.each([
    [
      '00 C6 0F CA 6A 36 34 47 60 A0 E1 A3 32 56 92 6C E4',
      { owner: false, id: bytes('C60FCA6A36344760A0E1A33256926CE4') },
    ],
    [
      '01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 11',
      { owner: true, id: bytes('02030405060708090A0B0C0D0E0F1011') },
    ],
    ['01 02', null],
  ])('user id %s is read', (hex, expected) => {
    expect(parseUserId(bytes(hex))).toEqual(expected);
  });

  it.each([
    ['01 66 18', 624.6],
    ['00 66 18', null],
    ['01 66', null],
  ])('base offset %s is read', (hex, expected) => {
    expect(parseBaseOffset(bytes(hex), 0.1)).toBe(expected);
  });
});

const heartRate = (bpm: number, contact: boolean | null): unknown => [{ kind: 'heart-rate', bpm, contact }];

specify('a heart rate measurement', decodeHeartRate, [
  ['00 50', heartRate(80, null)],
  ['01 C8 00', heartRate(200, null)],
  ['04 50', heartRate(80, false)],
  ['02 50', heartRate(80, null)],
  ['06 50', heartRate(80, true)],
  ['0E 4B 80 00', heartRate(75, true)],
  ['10 5A 00 08 00 10', heartRate(90, null)],
  ['10 5A', heartRate(90, null)],
  ['00 00', []],
  ['', wrongLength],
  ['00', wrongLength],
  ['01 C8', wrongLength],
  ['00 50 00', wrongLength],
  ['08 4B 80', wrongLength],
  ['10 5A 00', wrongLength],
]);

specify('a battery level', decodeBatteryLevel, [
  ['00', [{ kind: 'battery', percent: 0 }]],
  ['64', [{ kind: 'battery', percent: 100 }]],
  ['65', { code: 'implausible', detail: 'a battery level of 101 %' }],
  ['', wrongLength],
  ['64 00', wrongLength],
]);

specify('InfiniTime steps', decodeSteps, [
  ['D2 04 00 00', [{ kind: 'steps', total: 1234 }]],
  ['00 00 00 00', [{ kind: 'steps', total: 0 }]],
  ['40 0D 03 00', [{ kind: 'steps', total: 200_000 }]],
  ['41 0D 03 00', { code: 'implausible', detail: 'more than 200000 steps in a day' }],
  ['A0 2A 00 20', { code: 'implausible', detail: 'more than 200000 steps in a day' }],
  ['D2 04', wrongLength],
]);

specify('InfiniTime motion', motionDecoder(1024), [
  ['00 FC 00 02 F6 FF', [{ kind: 'acceleration', xG: -1, yG: 0.5, zG: -10 / 1024 }]],
  ['00 08 00 00 00 F8', [{ kind: 'acceleration', xG: 2, yG: 0, zG: -2 }]],
  ['00 FC 00 02 F6', wrongLength],
]);

specify('an InfiniTime call answer', decodeCallAnswer, [
  ['00', [{ kind: 'alert-answer', answer: 'reject' }]],
  ['01', [{ kind: 'alert-answer', answer: 'accept' }]],
  ['02', [{ kind: 'alert-answer', answer: 'mute' }]],
  ['03', { code: 'unknown-value', detail: 'call answer 3' }],
  ['', wrongLength],
  ['01 00', wrongLength],
]);
