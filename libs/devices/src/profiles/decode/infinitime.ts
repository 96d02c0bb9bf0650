import { type Decoded, type Decoder, viewOf, wrongLength } from './decoded.js';

/** A failed motion chip reports 536 876 736 steps (InfiniTime #1500, #1676); nobody walks 200 000 steps in a day. */
const MAX_PLAUSIBLE_STEPS = 200_000;

/** Steps of today, 00030001: u32 little endian; falls to 0 at midnight and on reboot. */
export const decodeSteps = (bytes: Uint8Array): Decoded => {
  if (bytes.length !== 4) return wrongLength(bytes.length, '4');
  const total = viewOf(bytes).getUint32(0, true);
  if (total > MAX_PLAUSIBLE_STEPS)
    return { code: 'implausible', detail: `more than ${MAX_PLAUSIBLE_STEPS} steps in a day` };
  return [{ kind: 'steps', total }];
};

/** Raw motion, 00030002: X, Y, Z as s16 little endian; `countsPerG` comes from the profile. */
export const motionDecoder =
  (countsPerG: number): Decoder =>
  (bytes) => {
    if (bytes.length !== 6) return wrongLength(bytes.length, '6');
    const view = viewOf(bytes);
    const axis = (offset: number): number => view.getInt16(offset, true) / countsPerG;
    return [{ kind: 'acceleration', xG: axis(0), yG: axis(2), zG: axis(4) }];
  };

const ANSWERS = ['reject', 'accept', 'mute'] as const;

/** The wearer's answer to a call alert, 00020001: 0 reject, 1 accept, 2 mute. */
export const decodeCallAnswer = (bytes: Uint8Array): Decoded => {
  const code = bytes[0];
  if (code === undefined || bytes.length !== 1) return wrongLength(bytes.length, '1');
  const answer = ANSWERS[code];
  if (answer === undefined) return { code: 'unknown-value', detail: `call answer ${code}` };
  return [{ kind: 'alert-answer', answer }];
};
