import { Controller } from './controller.js';
import { REASON_TIMEOUT, type LinkParameters } from './h4.js';
import { Link } from './link.js';
import {
  type Advertiser,
  type CentralAcl,
  type LinkEvent,
  type LinkMedium,
  type Medium,
  type NotificationFate,
} from './medium.js';

export interface AirOptions {
  /** Wanted connection interval, default 30 ms; clamped to what the central asks for. 0: packets cross on the next turn. */
  readonly connectionIntervalMs?: number;
  /** Uniform in [0, 1): advertising jitter and made-up addresses. */
  readonly random: () => number;
}

export interface ControllerOptions {
  /** `e1:1d:2f:0a:33:10`; made up when missing. */
  readonly address?: string;
  /** Default `random` (static random address: its top two bits are 11, Core 5.4 Vol 6 Part B 1.3.2.1). */
  readonly addressType?: 'public' | 'random';
}

const DEFAULT_INTERVAL_MS = 30;
const INTERVAL_UNIT_MS = 1.25;
const DEFAULT_RSSI_DBM = -60;
const STATIC_RANDOM_BITS = 0xc0;

const pairKey = (a: string, b: string): string => [a, b].sort().join(' ');

/** The ether between virtual controllers: range, signal strength, advertisements, links and their faults. Real time. */
export class Air {
  /** Signal strength at `to`, dBm. */
  rssi: (from: string, to: string) => number = () => DEFAULT_RSSI_DBM;
  /** Fault hook: asked for every notification that crosses. */
  notificationFilter: (notification: {
    readonly from: string;
    readonly to: string;
    readonly packet: Uint8Array;
  }) => NotificationFate = () => 'deliver';

  readonly #controllers = new Map<string, Controller>();
  readonly #apart = new Set<string>();
  readonly #linkListeners = new Set<(event: LinkEvent) => void>();
  readonly #aclListeners = new Set<(acl: CentralAcl) => void>();

  constructor(private readonly options: AirOptions) {}

  /** A new controller in this air. Throws `RangeError` when the address is taken or not a static random one. */
  controller(options: ControllerOptions = {}): Controller {
    const address = options.address?.toLowerCase() ?? this.#freeAddress();
    const random = options.addressType !== 'public';
    if (this.#controllers.has(address)) throw new RangeError(`address ${address} is already on the air`);
    if (random && Number.parseInt(address.slice(0, 2), 16) < STATIC_RANDOM_BITS)
      throw new RangeError(`${address} is not a static random address: the top two bits must be 11`);
    const controller = new Controller(this.#medium(), address, random ? 1 : 0);
    this.#controllers.set(address, controller);
    return controller;
  }

  onLinkEvent(listener: (event: LinkEvent) => void): () => void {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  }

  /** Every ACL packet that reaches a peripheral, before its host sees it. */
  onCentralAcl(listener: (acl: CentralAcl) => void): () => void {
    this.#aclListeners.add(listener);
    return () => this.#aclListeners.delete(listener);
  }

  /** Cuts or restores the radio between two addresses. A cut link ends with reason 8 after its supervision timeout. */
  setRange(a: string, b: string, inRange: boolean): void {
    if (inRange) this.#apart.delete(pairKey(a, b));
    else this.#apart.add(pairKey(a, b));
    for (const controller of this.#controllers.values()) for (const link of controller.links) link.rangeChanged();
  }

  /** Ends every link and detaches every controller: no timer is left. */
  close(): void {
    for (const controller of [...this.#controllers.values()]) {
      for (const link of controller.links) link.close(REASON_TIMEOUT, REASON_TIMEOUT);
      controller.close();
    }
  }

  #medium(): Medium {
    return {
      random: this.options.random,
      inRange: (a, b) => this.#inRange(a, b),
      rssiDbm: (from, to) => this.rssi(from, to),
      advertise: (from) => {
        this.#advertise(from);
      },
      forget: (address) => {
        this.#controllers.delete(address);
      },
      report: (event) => {
        this.#report(event);
      },
    };
  }

  #linkMedium(): LinkMedium {
    return {
      nowMs: () => performance.now(),
      inRange: (a, b) => this.#inRange(a, b),
      report: (event) => {
        this.#report(event);
      },
      centralAcl: (acl) => {
        for (const listener of this.#aclListeners) listener(acl);
      },
      fateOf: (notification) => this.notificationFilter(notification),
    };
  }

  #inRange(a: string, b: string): boolean {
    const powered = this.#controllers.get(a)?.powered === true && this.#controllers.get(b)?.powered === true;
    return powered && !this.#apart.has(pairKey(a, b));
  }

  #report(event: LinkEvent): void {
    for (const listener of this.#linkListeners) listener(event);
  }

  #advertise(from: Advertiser): void {
    const advertiser = this.#controllers.get(from.address);
    if (!advertiser) return;
    for (const other of this.#controllers.values()) {
      if (other === advertiser || !this.#inRange(advertiser.address, other.address)) continue;
      if (this.#wants(other, advertiser)) {
        this.#connect(other, advertiser);
        return;
      }
      other.hear(advertiser, this.rssi(advertiser.address, other.address));
    }
  }

  #wants(central: Controller, advertiser: Controller): boolean {
    const peer = central.pending?.peer;
    return (
      advertiser.connectable && peer?.address === advertiser.address && peer.addressType === advertiser.addressType
    );
  }

  #connect(central: Controller, peripheral: Controller): void {
    const pending = central.pending;
    if (!pending) return;
    const wanted = this.options.connectionIntervalMs ?? DEFAULT_INTERVAL_MS;
    const interval = Math.round(wanted / INTERVAL_UNIT_MS);
    const parameters: LinkParameters = {
      ...pending.parameters,
      interval: Math.min(Math.max(interval, pending.minInterval), pending.parameters.interval),
    };
    const link = new Link(this.#linkMedium(), { central, peripheral }, parameters, wanted === 0);
    peripheral.linkUp('peripheral', link, parameters);
    central.linkUp('central', link, parameters);
  }

  #freeAddress(): string {
    for (;;) {
      const bytes = Array.from({ length: 6 }, () => Math.floor(this.options.random() * 256));
      bytes[0] = (bytes[0] ?? 0) | STATIC_RANDOM_BITS;
      const address = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
      if (!this.#controllers.has(address)) return address;
    }
  }
}
