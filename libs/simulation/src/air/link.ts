import {
  aclForPeer,
  completedPacket,
  disconnectionComplete,
  encryptionChanged,
  isNotification,
  REASON_LOCAL,
  REASON_TIMEOUT,
  type LinkParameters,
} from './h4.js';
import { type LinkMedium } from './medium.js';

/** One side of a link: a controller. */
export interface LinkEnd {
  readonly address: string;
  readonly addressType: number;
  /** Takes a free handle for the link. */
  join(link: Link): number;
  leave(handle: number): void;
  toHost(packet: Buffer): void;
}

interface Side {
  readonly end: LinkEnd;
  readonly handle: number;
}

type Queued = { readonly from: LinkEnd } & (
  { readonly kind: 'acl'; readonly packet: Buffer } | { readonly kind: 'terminate'; readonly reason: number }
);

const SUPERVISION_UNIT_MS = 10;
const INTERVAL_UNIT_MS = 1.25;

/** One LE link. Packets cross at connection events, in order; out of range they are held until the supervision timeout. */
export class Link {
  readonly central: Side;
  readonly peripheral: Side;
  #open = true;
  #queue: Queued[] = [];
  #supervision: NodeJS.Timeout | undefined;
  #connectionEvent: (() => void) | undefined;
  readonly #anchorMs: number;

  /** `immediate`: no connection events, packets cross on the next turn of the event loop. */
  constructor(
    private readonly medium: LinkMedium,
    ends: { readonly central: LinkEnd; readonly peripheral: LinkEnd },
    private parameters: LinkParameters,
    private readonly immediate: boolean,
  ) {
    this.#anchorMs = medium.nowMs();
    this.central = { end: ends.central, handle: ends.central.join(this) };
    this.peripheral = { end: ends.peripheral, handle: ends.peripheral.join(this) };
    this.#report('up');
  }

  get inRange(): boolean {
    return this.medium.inRange(this.central.end.address, this.peripheral.end.address);
  }

  peerOf(end: LinkEnd): LinkEnd {
    return this.#other(end).end;
  }

  send(from: LinkEnd, packet: Buffer): void {
    this.#queue.push({ kind: 'acl', from, packet });
    this.#schedule();
  }

  /** Ends the link after what is queued; the other side is told `reason`. */
  terminate(from: LinkEnd, reason: number): void {
    this.#queue.push({ kind: 'terminate', from, reason });
    this.#schedule();
  }

  update(parameters: LinkParameters): void {
    this.parameters = parameters;
  }

  /** Tells both hosts that the link is encrypted. There is no cipher: hosts compute the pairing themselves. */
  encrypt(): void {
    for (const side of [this.central, this.peripheral]) side.end.toHost(encryptionChanged(side.handle));
  }

  /** To be called whenever range or power of one side changed. */
  rangeChanged(): void {
    if (!this.#open || this.inRange === (this.#supervision === undefined)) return;
    if (this.inRange) {
      clearTimeout(this.#supervision);
      this.#supervision = undefined;
      this.#report('recovered');
      this.#schedule();
      return;
    }
    this.#cancelEvent();
    this.#report('failing');
    this.#supervision = setTimeout(() => {
      this.close(REASON_TIMEOUT, REASON_TIMEOUT);
    }, this.parameters.supervision * SUPERVISION_UNIT_MS);
  }

  close(centralReason: number, peripheralReason: number): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#supervision);
    this.#cancelEvent();
    this.#queue = [];
    this.#leave(this.central, centralReason);
    this.#leave(this.peripheral, peripheralReason);
    const { central, peripheral } = this.#addresses();
    this.medium.report({ kind: 'closed', central, peripheral, reason: centralReason });
  }

  #leave(side: Side, reason: number): void {
    side.end.leave(side.handle);
    side.end.toHost(disconnectionComplete(side.handle, reason));
  }

  #addresses(): { readonly central: string; readonly peripheral: string } {
    return { central: this.central.end.address, peripheral: this.peripheral.end.address };
  }

  #report(kind: 'up' | 'failing' | 'recovered'): void {
    this.medium.report({ kind, ...this.#addresses() });
  }

  #other(end: LinkEnd): Side {
    return this.central.end === end ? this.peripheral : this.central;
  }

  #schedule(): void {
    if (!this.#open || this.#connectionEvent !== undefined || this.#queue.length === 0 || !this.inRange) return;
    const fire = (): void => {
      this.#connectionEvent = undefined;
      this.#exchange();
    };
    if (this.immediate) {
      const immediate = setImmediate(fire);
      this.#connectionEvent = () => {
        clearImmediate(immediate);
      };
      return;
    }
    const timer = setTimeout(fire, this.#untilNextEventMs());
    this.#connectionEvent = () => {
      clearTimeout(timer);
    };
  }

  #untilNextEventMs(): number {
    const intervalMs = this.parameters.interval * INTERVAL_UNIT_MS;
    const sinceAnchorMs = this.medium.nowMs() - this.#anchorMs;
    return Math.ceil(intervalMs - (sinceAnchorMs % intervalMs));
  }

  #cancelEvent(): void {
    this.#connectionEvent?.();
    this.#connectionEvent = undefined;
  }

  #exchange(): void {
    const due = this.#queue;
    this.#queue = [];
    for (const item of due) {
      if (!this.#open) return;
      if (item.kind === 'acl') this.#deliver(item.from, item.packet);
      else if (item.from === this.central.end) this.close(REASON_LOCAL, item.reason);
      else this.close(item.reason, REASON_LOCAL);
    }
    this.#schedule();
  }

  #deliver(from: LinkEnd, packet: Buffer): void {
    const to = this.#other(from);
    const crossed = aclForPeer(packet, to.handle);
    const fromCentral = from === this.central.end;
    if (fromCentral) this.medium.centralAcl({ ...this.#addresses(), packet: crossed });
    const fate =
      !fromCentral && isNotification(crossed)
        ? this.medium.fateOf({ from: from.address, to: to.end.address, packet: crossed })
        : 'deliver';
    if (fate !== 'drop') to.end.toHost(crossed);
    if (fate === 'duplicate') to.end.toHost(Buffer.from(crossed));
    from.toHost(completedPacket(fromCentral ? this.central.handle : this.peripheral.handle));
  }
}
