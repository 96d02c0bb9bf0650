/** Requests of docs/protocols/linak.md, "DPG": read `7F cmd 00`, write `7F cmd 80 data`. */
const REQUEST = 0x7f;
const READ = 0x00;
const WRITE = 0x80;
const COMMAND = {
  capabilities: 0x80,
  base: 0x81,
  user: 0x86,
  reminder: 0x88,
  memory1: 0x89,
  memory3: 0x8b,
  memory4: 0x8c,
};

/** Three memories, Bluetooth allowed; one reference (anson-vandoren/linak-desk-spec spec.md). */
const CAPABILITIES = Buffer.from('01022301', 'hex');
/** Reminders off, 55/5, 50/10 and 30/30 min, counter 0. */
const REMINDER = Buffer.from('010b003705320a1e1e00000000', 'hex');
const UNSET_MEMORY = Buffer.from('01050000000000', 'hex');
const ACKNOWLEDGED = Buffer.from('0100', 'hex');
const REFUSED = Buffer.from('0b00', 'hex');
const USER_BYTES = 17;
const RAW_PER_MM = 10;

/** The settings side of the control box: answers DPG requests and keeps the user id with its owner byte. */
export class DpgSettings {
  /** Readable on 0011 after each request; empty before the first. */
  lastReply: Buffer = Buffer.alloc(0);
  private readonly user: Buffer;

  constructor(
    private readonly baseMm: number,
    private readonly onOwner: (owned: boolean) => void,
  ) {
    this.user = Buffer.from('00c60fca6a36344760a0e1a33256926ce4', 'hex');
  }

  /** The notification that answers a request; null where real desks stay silent. */
  answer(request: Buffer): Buffer | null {
    const [start, command, direction] = request;
    if (start !== REQUEST || command === undefined || (direction !== READ && direction !== WRITE)) return null;
    const reply = direction === READ ? this.read(command) : this.write(command, request.subarray(3));
    if (reply) this.lastReply = reply;
    return reply;
  }

  private read(command: number): Buffer | null {
    switch (command) {
      case COMMAND.capabilities:
        return CAPABILITIES;
      case COMMAND.base: {
        const reply = Buffer.from([0x01, 0x03, 0x01, 0, 0]);
        reply.writeUInt16LE(Math.round(this.baseMm * RAW_PER_MM), 3);
        return reply;
      }
      case COMMAND.user:
        return Buffer.concat([Buffer.from([0x01, this.user.length]), this.user]);
      case COMMAND.reminder:
        return REMINDER;
      case COMMAND.memory4:
        return REFUSED;
      default:
        return command >= COMMAND.memory1 && command <= COMMAND.memory3 ? UNSET_MEMORY : null;
    }
  }

  private write(command: number, data: Buffer): Buffer | null {
    if (command !== COMMAND.user) return null;
    if (data.length !== USER_BYTES) return REFUSED;
    data.copy(this.user);
    this.onOwner(data[0] === 1);
    return ACKNOWLEDGED;
  }
}
