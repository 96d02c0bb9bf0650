import { type Observation } from '#libs/domain';

/**
 * Why a frame was dropped. It names the shape of the fault, never the bytes: a heart-rate frame must not reach a log.
 * A frame that is valid but says nothing (a heart rate of 0) decodes to no observations instead.
 */
export interface DecodeIssue {
  readonly code: 'wrong-length' | 'unknown-value' | 'implausible';
  readonly detail: string;
}

/** What one frame says, or why it says nothing usable. */
export type Decoded = readonly Observation[] | DecodeIssue;

/** Bytes of one frame to observations: pure, never throws. */
export type Decoder = (bytes: Uint8Array) => Decoded;

export const isIssue = (decoded: Decoded): decoded is DecodeIssue => !Array.isArray(decoded);

export const wrongLength = (actual: number, expected: string): DecodeIssue => ({
  code: 'wrong-length',
  detail: `${actual} bytes, expected ${expected}`,
});

/** Little-endian reads over exactly these bytes, wherever they sit in their buffer. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
