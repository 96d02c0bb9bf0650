import { type Uuid } from '#libs/application';

/** Bluetooth Base UUID, Core 5.4 Vol 3 Part B 2.5.1: short UUIDs are its first 32 bits. */
const BASE = '00001000800000805f9b34fb';

/** noble's form (lower-case, no dashes, short ones without their leading zeros) as a 128-bit, dashed UUID. */
export const fullUuid = (uuid: string): Uuid => {
  const hex = uuid.replaceAll('-', '').toLowerCase();
  const long = hex.length > 8 ? hex.padStart(32, '0') : hex.padStart(8, '0') + BASE;
  return [long.slice(0, 8), long.slice(8, 12), long.slice(12, 16), long.slice(16, 20), long.slice(20)].join('-');
};
