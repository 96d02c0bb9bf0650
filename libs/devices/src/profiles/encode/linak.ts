import { StanceError } from '#libs/application';
import { type HeightScale } from '../decode/linak.js';

/** Frames of the COMMAND characteristic, 0002 (docs/protocols/linak.md, "Control frames"). */
export const WAKE: Uint8Array = Uint8Array.of(0xfe, 0x00);
export const STOP: Uint8Array = Uint8Array.of(0xff, 0x00);
/** Ends a move to a height; goes to the reference input, 0031. */
export const REFERENCE_STOP: Uint8Array = Uint8Array.of(0x01, 0x80);

/** Commands of the DPG characteristic, 0011. 18 (factory reset) is left out on purpose. */
export const DPG = { capabilities: 0x80, baseOffset: 0x81, userId: 0x86 } as const;

/** From 0x7fff on the desk may read something else than a height: 0x8001 is the stop. */
const HIGHEST_TARGET = 0x7ffe;

/** The target frame for the reference input: counts above the base, u16 little endian. Throws outside 0…0x7ffe counts. */
export const encodeTarget = (heightMm: number, scale: Pick<HeightScale, 'baseMm' | 'mmPerCount'>): Uint8Array => {
  const counts = Math.round((heightMm - scale.baseMm) / scale.mmPerCount);
  if (!(counts >= 0 && counts <= HIGHEST_TARGET)) {
    throw new StanceError('device.target-not-encodable', `No target frame exists for ${heightMm} mm on this desk.`, {
      owner: 'developer',
      context: { heightMm, baseMm: scale.baseMm },
    });
  }
  return Uint8Array.of(counts & 0xff, counts >> 8);
};

export const encodeDpgRead = (command: number): Uint8Array => Uint8Array.of(0x7f, command, 0x00);

/** Writes the desk's own user id back with the owner flag: exactly 20 bytes, which fits the smallest ATT MTU. */
export const encodeBecomeOwner = (id: Uint8Array): Uint8Array => Uint8Array.of(0x7f, DPG.userId, 0x80, 0x01, ...id);
