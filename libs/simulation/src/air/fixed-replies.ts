import { opcode } from './h4.js';

/** ACL buffers the controller offers: 251 bytes (data length extension) and 8 packets, as common dongles do. */
const ACL_LENGTH = 251;
const ACL_PACKETS = 8;

/** Commands whose answer never changes, with the bytes after the status: what noble and bleno send to bring a controller up. */
export const FIXED_REPLIES: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [opcode(3, 0x01), []], // Set Event Mask
  [opcode(3, 0x6d), []], // Write LE Host Support
  [opcode(8, 0x01), []], // LE Set Event Mask
  [opcode(8, 0x05), []], // LE Set Random Address
  [opcode(8, 0x31), []], // LE Set Default PHY
  [opcode(3, 0x6c), [1, 0]], // Read LE Host Support
  [opcode(4, 0x01), [9, 0, 0, 9, 0xff, 0xff, 0, 0]], // Read Local Version: Bluetooth 5.0
  [opcode(4, 0x02), new Array<number>(64).fill(0)], // Read Local Supported Commands
  [opcode(4, 0x03), [0, 0, 0, 0, 0x60, 0, 0, 0]], // Read Local Supported Features: LE only
  [opcode(4, 0x05), [ACL_LENGTH, 0, 0, ACL_PACKETS, 0, 0, 0]], // Read Buffer Size
  [opcode(8, 0x02), [ACL_LENGTH, 0, ACL_PACKETS]], // LE Read Buffer Size
  [opcode(8, 0x03), [0, 0, 0, 0, 0, 0, 0, 0]], // LE Read Local Supported Features: legacy only
]);
