/**
 * H4 packets and the HCI events a virtual LE controller sends (Bluetooth Core 5.4, Vol 4 Part E). Multi-byte fields are
 * little-endian; addresses are text like `e1:1d:2f:0a:33:10` outside and reversed bytes on the wire.
 */

export const H4_COMMAND = 0x01;
export const H4_ACL = 0x02;
const H4_EVENT = 0x04;

/** Connection Timeout: the supervision timeout passed without a packet. */
export const REASON_TIMEOUT = 0x08;
/** Connection Terminated by Local Host. */
export const REASON_LOCAL = 0x16;

/** Packet-boundary flag bits of an ACL header, above the 12 bits of the handle. */
const ACL_HANDLE_BITS = 12;
const ACL_HANDLE_MASK = 0xfff;

export const opcode = (group: number, command: number): number => (group << 10) | command;

export const addressBytes = (address: string): Buffer => Buffer.from(address.split(':').reverse().join(''), 'hex');

export const addressText = (bytes: Uint8Array): string =>
  [...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':');

const word = (value: number): readonly number[] => [value & 0xff, (value >> 8) & 0xff];

/** Whole length of the packet at the start of the buffer, or null while its header is incomplete. */
const packetLength = (buffer: Buffer): number | null => {
  switch (buffer[0]) {
    case H4_COMMAND:
      return buffer.length < 4 ? null : 4 + buffer.readUInt8(3);
    case H4_ACL:
      return buffer.length < 5 ? null : 5 + buffer.readUInt16LE(3);
    case H4_EVENT:
      return buffer.length < 3 ? null : 3 + buffer.readUInt8(2);
    default:
      throw new RangeError(`not an H4 packet: first byte is ${buffer[0] ?? 'missing'}`);
  }
};

/** Cuts a byte stream into whole H4 packets. Throws `RangeError` when the stream is out of step: it cannot be resumed. */
export class H4Framer {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    while (this.#rest.length > 0) {
      const length = packetLength(this.#rest);
      if (length === null || this.#rest.length < length) break;
      packets.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    return packets;
  }
}

export const aclHandle = (packet: Buffer): number => packet.readUInt16LE(1) & ACL_HANDLE_MASK;

/** The same data as the other side's controller hands it over: its own handle, and "first, not flushable" (00) reads 10. */
export const aclForPeer = (packet: Buffer, handle: number): Buffer => {
  const boundary = packet.readUInt16LE(1) >> ACL_HANDLE_BITS;
  const out = Buffer.from(packet);
  out.writeUInt16LE(handle | ((boundary === 0 ? 2 : boundary) << ACL_HANDLE_BITS), 1);
  return out;
};

/** Whether the ACL packet starts an ATT Handle Value Notification (channel 4, opcode 0x1b). */
export const isNotification = (packet: Buffer): boolean => {
  const continued = (packet.readUInt16LE(1) >> ACL_HANDLE_BITS) % 4 === 1;
  return !continued && packet.length > 9 && packet.readUInt16LE(7) === 4 && packet[9] === 0x1b;
};

const event = (code: number, parameters: readonly number[]): Buffer =>
  Buffer.from([H4_EVENT, code, parameters.length, ...parameters]);

const leMeta = (subevent: number, parameters: readonly number[]): Buffer => event(0x3e, [subevent, ...parameters]);

export const commandComplete = (op: number, returned: readonly number[]): Buffer =>
  event(0x0e, [1, ...word(op), ...returned]);

export const commandStatus = (op: number, status: number): Buffer => event(0x0f, [status, 1, ...word(op)]);

export const completedPacket = (handle: number): Buffer => event(0x13, [1, ...word(handle), ...word(1)]);

export const encryptionChanged = (handle: number): Buffer => event(0x08, [0, ...word(handle), 1]);

export const disconnectionComplete = (handle: number, reason: number): Buffer =>
  event(0x05, [0, ...word(handle), reason]);

/** Parameters of a link in wire units: interval x 1.25 ms, supervision timeout x 10 ms. */
export interface LinkParameters {
  readonly interval: number;
  readonly latency: number;
  readonly supervision: number;
}

const parameterBytes = (parameters: LinkParameters): readonly number[] => [
  ...word(parameters.interval),
  ...word(parameters.latency),
  ...word(parameters.supervision),
];

/** Address of the other side with its type: 0 public, 1 random. */
export interface Peer {
  readonly address: string;
  readonly addressType: number;
}

export const connectionComplete = (
  result: { readonly status: number; readonly handle: number; readonly role: 'central' | 'peripheral' },
  peer: Peer,
  parameters: LinkParameters,
): Buffer =>
  leMeta(0x01, [
    result.status,
    ...word(result.handle),
    result.role === 'central' ? 0 : 1,
    peer.addressType,
    ...addressBytes(peer.address),
    ...parameterBytes(parameters),
    0,
  ]);

export const connectionUpdated = (status: number, handle: number, parameters: LinkParameters): Buffer =>
  leMeta(0x03, [status, ...word(handle), ...parameterBytes(parameters)]);

/** `type`: 0 connectable, 2 scannable, 3 neither, 4 scan response. */
export const advertisingReport = (type: number, from: Peer, data: Uint8Array, rssiDbm: number): Buffer =>
  leMeta(0x02, [1, type, from.addressType, ...addressBytes(from.address), data.length, ...data, rssiDbm & 0xff]);
