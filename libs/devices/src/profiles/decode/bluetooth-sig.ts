import { type Decoded, viewOf, wrongLength } from './decoded.js';

/** Flag bits of Heart Rate Measurement (docs/protocols/bluetooth-sig.md, "Heart Rate"). */
const FLAG = { wide: 0x01, contact: 0x02, contactSupported: 0x04, energy: 0x08, rrIntervals: 0x10 } as const;

/**
 * Heart Rate Measurement, 2A37. A rate of 0 is the sensor's "no reading" and gives no observation. Energy and RR
 * intervals are checked for length and not used.
 */
export const decodeHeartRate = (bytes: Uint8Array): Decoded => {
  const flags = bytes[0];
  if (flags === undefined) return wrongLength(0, 'at least 2');
  const rateLength = flags & FLAG.wide ? 2 : 1;
  const fixed = 1 + rateLength + (flags & FLAG.energy ? 2 : 0);
  const rest = bytes.length - fixed;
  const restFits = flags & FLAG.rrIntervals ? rest >= 0 && rest % 2 === 0 : rest === 0;
  if (!restFits) return wrongLength(bytes.length, `${fixed} plus pairs of bytes announced by the flags`);
  const view = viewOf(bytes);
  const bpm = rateLength === 2 ? view.getUint16(1, true) : view.getUint8(1);
  if (bpm === 0) return [];
  const contact = flags & FLAG.contactSupported ? (flags & FLAG.contact) !== 0 : null;
  return [{ kind: 'heart-rate', bpm, contact }];
};

/** Battery Level, 2A19: one byte, 0…100 %. */
export const decodeBatteryLevel = (bytes: Uint8Array): Decoded => {
  const percent = bytes[0];
  if (percent === undefined || bytes.length !== 1) return wrongLength(bytes.length, '1');
  if (percent > 100) return { code: 'implausible', detail: `a battery level of ${percent} %` };
  return [{ kind: 'battery', percent }];
};
