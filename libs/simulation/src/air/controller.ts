import { type HciTransport } from '../hci/hci-transport.js';
import {
  aclHandle,
  addressBytes,
  addressText,
  advertisingReport,
  commandComplete,
  commandStatus,
  connectionComplete,
  connectionUpdated,
  H4_COMMAND,
  H4Framer,
  opcode,
  REASON_TIMEOUT,
  type LinkParameters,
  type Peer,
} from './h4.js';
import { FIXED_REPLIES } from './fixed-replies.js';
import { type Link, type LinkEnd } from './link.js';
import { type Advertiser, type Medium } from './medium.js';

const UNKNOWN_COMMAND = 0x01;
const UNKNOWN_CONNECTION = 0x02;
const DISALLOWED = 0x0c;
const ADVERTISING_UNIT_MS = 0.625;
/** Core 5.4, Vol 6 Part B 4.4.2.2: a pseudo-random delay of 0 to 10 ms is added to every advertising interval. */
const ADVERTISING_JITTER_MS = 10;

/** A connection the host asked for and that waits for the peer's advertisement. Intervals x 1.25 ms. */
export interface PendingConnection {
  readonly peer: Peer;
  readonly minInterval: number;
  readonly parameters: LinkParameters;
}

type Command = (op: number, data: Buffer) => void;

/** A virtual LE controller (legacy advertising, both roles): HCI in H4 to its host, radio in the air it was made in. */
export class Controller implements HciTransport, LinkEnd, Advertiser {
  readonly #framer = new H4Framer();
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  readonly #links = new Map<number, Link>();
  readonly #commands: ReadonlyMap<number, Command>;
  #lastHandle = 0x3f;
  #powered = true;
  #attached = true;
  #advertising = { on: false, minInterval: 160, type: 0, data: Buffer.alloc(0), response: Buffer.alloc(0) };
  #advertisingTimer: NodeJS.Timeout | undefined;
  #scan = { on: false, active: false, filterDuplicates: false, seen: new Set<string>() };
  #pending: PendingConnection | null = null;

  constructor(
    private readonly medium: Medium,
    readonly address: string,
    readonly addressType: number,
  ) {
    this.#commands = this.#commandTable();
  }

  get up(): boolean {
    return this.#attached;
  }

  get powered(): boolean {
    return this.#powered;
  }

  get links(): readonly Link[] {
    return [...this.#links.values()];
  }

  get pending(): PendingConnection | null {
    return this.#pending;
  }

  get connectable(): boolean {
    return this.#advertising.on && this.#advertising.type === 0;
  }

  get advertisingType(): number {
    return this.#advertising.type;
  }

  get advertisingData(): Uint8Array {
    return this.#advertising.data;
  }

  get scanResponse(): Uint8Array | null {
    return this.#advertising.type === 0 || this.#advertising.type === 2 ? this.#advertising.response : null;
  }

  write(bytes: Uint8Array): void {
    for (const packet of this.#framer.push(bytes)) {
      if (packet[0] === H4_COMMAND) this.#command(packet.readUInt16LE(1), packet.subarray(4));
      else this.#links.get(aclHandle(packet))?.send(this, packet);
    }
  }

  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The host went away: peers notice by their supervision timeout. */
  close(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#listeners.clear();
    this.#pending = null;
    this.#scan.on = false;
    this.#advertising.on = false;
    this.powerOff();
    this.medium.forget(this.address);
  }

  /** The radio falls silent (battery out, shielded); the host does not notice. Links end by supervision timeout. */
  powerOff(): void {
    this.#powered = false;
    clearTimeout(this.#advertisingTimer);
    for (const link of this.links) link.rangeChanged();
  }

  /** The radio is back; advertising goes on if the host still wants it. */
  powerOn(): void {
    this.#powered = true;
    for (const link of this.links) link.rangeChanged();
    this.#advertiseAfter(1);
  }

  toHost(packet: Buffer): void {
    for (const listener of this.#listeners) listener(packet);
  }

  join(link: Link): number {
    do this.#lastHandle = this.#lastHandle >= 0xeff ? 0x40 : this.#lastHandle + 1;
    while (this.#links.has(this.#lastHandle));
    this.#links.set(this.#lastHandle, link);
    return this.#lastHandle;
  }

  leave(handle: number): void {
    this.#links.delete(handle);
  }

  /** The link this controller waited for is up (as central), or a central took its advertisement (as peripheral). */
  linkUp(role: 'central' | 'peripheral', link: Link, parameters: LinkParameters): void {
    if (role === 'central') this.#pending = null;
    else this.#advertising.on = false;
    const peer = link.peerOf(this);
    this.toHost(connectionComplete({ status: 0, handle: link[role].handle, role }, peer, parameters));
  }

  hear(from: Advertiser, rssiDbm: number): void {
    if (!this.#scan.on) return;
    this.#hearPacket(from, from.advertisingType, from.advertisingData, rssiDbm);
    if (this.#scan.active && from.scanResponse) this.#hearPacket(from, 4, from.scanResponse, rssiDbm);
  }

  #hearPacket(from: Advertiser, type: number, data: Uint8Array, rssiDbm: number): void {
    const key = `${from.address} ${type}`;
    if (this.#scan.filterDuplicates && this.#scan.seen.has(key)) return;
    this.#scan.seen.add(key);
    this.toHost(advertisingReport(type, from, data, rssiDbm));
  }

  #command(op: number, data: Buffer): void {
    const command = this.#commands.get(op);
    if (command) command(op, data);
    else this.#complete(op, UNKNOWN_COMMAND);
  }

  #complete(op: number, status: number, ...returned: number[]): void {
    this.toHost(commandComplete(op, [status, ...returned]));
  }

  #commandTable(): ReadonlyMap<number, Command> {
    const answer =
      (...returned: number[]): Command =>
      (op) => {
        this.#complete(op, 0, ...returned);
      };
    return new Map<number, Command>([
      ...[...FIXED_REPLIES].map(([op, returned]) => [op, answer(...returned)] as const),
      [opcode(4, 0x09), answer(...addressBytes(this.address))], // Read BD_ADDR
      ...this.#advertisingCommands(),
      ...this.#scanCommands(),
      ...this.#linkCommands(),
    ]);
  }

  #advertisingCommands(): readonly (readonly [number, Command])[] {
    const set =
      (change: (data: Buffer) => void): Command =>
      (op, data) => {
        change(data);
        this.#complete(op, 0);
      };
    return [
      [
        opcode(8, 0x06),
        set((data) => Object.assign(this.#advertising, { minInterval: data.readUInt16LE(0), type: data.readUInt8(4) })),
      ],
      [opcode(8, 0x08), set((data) => (this.#advertising.data = Buffer.from(data.subarray(1, 1 + data.readUInt8(0)))))],
      [
        opcode(8, 0x09),
        set((data) => (this.#advertising.response = Buffer.from(data.subarray(1, 1 + data.readUInt8(0))))),
      ],
      [
        opcode(8, 0x0a),
        set((data) => {
          this.#advertising.on = data[0] === 1;
          this.#advertiseAfter(1);
        }),
      ],
    ];
  }

  #scanCommands(): readonly (readonly [number, Command])[] {
    return [
      [
        opcode(8, 0x0b),
        (op, data) => {
          if (!this.#scan.on) this.#scan.active = data[0] === 1;
          this.#complete(op, this.#scan.on ? DISALLOWED : 0);
        },
      ],
      [
        opcode(8, 0x0c),
        (op, data) => {
          this.#scan = { ...this.#scan, on: data[0] === 1, filterDuplicates: data[1] === 1, seen: new Set() };
          this.#complete(op, 0);
        },
      ],
    ];
  }

  #linkCommands(): readonly (readonly [number, Command])[] {
    const onLink =
      (act: (link: Link, data: Buffer) => void): Command =>
      (op, data) => {
        const link = this.#links.get(data.readUInt16LE(0));
        this.toHost(commandStatus(op, link ? 0 : UNKNOWN_CONNECTION));
        if (link) act(link, data);
      };
    return [
      [opcode(3, 0x03), this.#reset.bind(this)],
      [opcode(5, 0x05), this.#readRssi.bind(this)],
      [opcode(8, 0x0d), this.#connect.bind(this)],
      [opcode(8, 0x0e), this.#cancelConnect.bind(this)],
      [opcode(8, 0x13), onLink(this.#updateLink.bind(this))],
      [
        opcode(8, 0x19),
        onLink((link) => {
          link.encrypt();
        }),
      ],
      [
        opcode(1, 0x06),
        onLink((link, data) => {
          link.terminate(this, data.readUInt8(2));
        }),
      ],
    ];
  }

  #reset(op: number): void {
    for (const link of this.links) link.close(REASON_TIMEOUT, REASON_TIMEOUT);
    this.#pending = null;
    this.#scan = { on: false, active: false, filterDuplicates: false, seen: new Set() };
    this.#advertising.on = false;
    clearTimeout(this.#advertisingTimer);
    this.#complete(op, 0);
  }

  #readRssi(op: number, data: Buffer): void {
    const handle = data.readUInt16LE(0);
    const link = this.#links.get(handle);
    const rssiDbm = link ? this.medium.rssiDbm(link.peerOf(this).address, this.address) : 0;
    this.#complete(op, link ? 0 : UNKNOWN_CONNECTION, handle & 0xff, handle >> 8, rssiDbm & 0xff);
  }

  #connect(op: number, data: Buffer): void {
    if (this.#pending) {
      this.toHost(commandStatus(op, DISALLOWED));
      return;
    }
    this.#pending = {
      peer: { address: addressText(data.subarray(6, 12)), addressType: data.readUInt8(5) },
      minInterval: data.readUInt16LE(13),
      parameters: {
        interval: data.readUInt16LE(15),
        latency: data.readUInt16LE(17),
        supervision: data.readUInt16LE(19),
      },
    };
    this.toHost(commandStatus(op, 0));
    this.medium.report({ kind: 'pending', central: this.address, peripheral: this.#pending.peer.address });
  }

  #cancelConnect(op: number): void {
    const pending = this.#pending;
    this.#pending = null;
    this.#complete(op, pending ? 0 : DISALLOWED);
    if (!pending) return;
    const cancelled = { status: UNKNOWN_CONNECTION, handle: 0, role: 'central' } as const;
    this.toHost(connectionComplete(cancelled, pending.peer, pending.parameters));
    this.medium.report({ kind: 'cancelled', central: this.address, peripheral: pending.peer.address });
  }

  #updateLink(link: Link, data: Buffer): void {
    const parameters = {
      interval: data.readUInt16LE(4),
      latency: data.readUInt16LE(6),
      supervision: data.readUInt16LE(8),
    };
    link.update(parameters);
    this.toHost(connectionUpdated(0, data.readUInt16LE(0), parameters));
  }

  #advertiseAfter(ms: number): void {
    clearTimeout(this.#advertisingTimer);
    if (!this.#advertising.on || !this.#powered) return;
    this.#advertisingTimer = setTimeout(() => {
      this.medium.advertise(this);
      this.#advertiseAfter(
        this.#advertising.minInterval * ADVERTISING_UNIT_MS + this.medium.random() * ADVERTISING_JITTER_MS,
      );
    }, ms);
  }
}
