import { type Decoded, type DecodeIssue, type Decoder, toHex, viewOf, wrongLength } from './decoded.js';

/** What turns a desk's counts into the units of the house. */
export interface HeightScale {
  /** Height of the lowest position above the floor in mm, read from the desk on this link. */
  readonly baseMm: number;
  readonly mmPerCount: number;
  readonly mmSPerSpeedCount: number;
}

/** Counts carry 0.1 mm and 0.01 mm/s; without rounding 2056 counts would read 825.6000000000001. */
const tenths = (value: number): number => Math.round(value * 10) / 10;
const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** Reference output, 0021: height u16 above the base, speed s16, both little endian. */
export const referenceOutputDecoder =
  (scale: HeightScale): Decoder =>
  (bytes) => {
    if (bytes.length !== 4) return wrongLength(bytes.length, '4');
    const view = viewOf(bytes);
    const heightMm = tenths(scale.baseMm + view.getUint16(0, true) * scale.mmPerCount);
    return [{ kind: 'height', heightMm, speedMmS: hundredths(view.getInt16(2, true) * scale.mmSPerSpeedCount) }];
  };

/** Error report, 0003: the payload is undocumented, so it is kept as it came. */
export const decodeDeskError = (bytes: Uint8Array): Decoded =>
  bytes.length === 0 ? wrongLength(0, 'at least 1') : [{ kind: 'desk-error', payloadHex: toHex(bytes) }];

/** Reply on the DPG characteristic, 0011: `01 len data…`; any other first byte is the desk's refusal. */
export type DpgReply =
  | { readonly kind: 'data'; readonly data: Uint8Array }
  | { readonly kind: 'refused'; readonly hex: string }
  | DecodeIssue;

export const decodeDpgReply = (bytes: Uint8Array): DpgReply => {
  const [status, length] = bytes;
  if (status === undefined || length === undefined) return wrongLength(bytes.length, 'at least 2');
  if (status !== 0x01) return { kind: 'refused', hex: toHex(bytes) };
  if (bytes.length !== 2 + length) return wrongLength(bytes.length, `${2 + length} as its length byte says`);
  return { kind: 'data', data: bytes.slice(2) };
};

/** Answer to command 80. `references` is a bit mask of the actuators present, bit 0 the desk. */
interface DeskCapabilities {
  readonly memorySlots: number;
  readonly bleAllowed: boolean;
  readonly references: number;
}

/** Data of command 80; null when it is not two bytes. */
export const parseCapabilities = (data: Uint8Array): DeskCapabilities | null => {
  const [flags, references] = data;
  if (flags === undefined || references === undefined || data.length !== 2) return null;
  return { memorySlots: flags & 0x07, bleAllowed: (flags & 0x20) !== 0, references };
};

/** Data of command 86: first byte 1 = owner, 0 = guest, then 16 bytes; null when the shape is another. */
export const parseUserId = (data: Uint8Array): { readonly owner: boolean; readonly id: Uint8Array } | null =>
  data.length === 17 ? { owner: data[0] === 1, id: data.slice(1) } : null;

/** Data of command 81 in mm; null when the desk says that none is set, or the shape is another. */
export const parseBaseOffset = (data: Uint8Array, mmPerCount: number): number | null =>
  data.length === 3 && data[0] === 1 ? tenths(viewOf(data).getUint16(1, true) * mmPerCount) : null;
