import { type Advertisement, type BleAddress, type Clock, type MachineClock, type Uuid } from '#libs/application';
import { type MonotonicMs } from '#libs/domain';
import { type NoblePeripheral } from './noble-api.js';
import { fullUuid } from './uuid.js';

/**
 * A connect to a device that is not there blocks Node's event loop for up to 40 s on a real kernel (a blocking L2CAP connect
 * in the native module), so only an address heard this recently may be connected: two advertisements of 1 s each.
 */
export const FRESH_MS = 2_000;

/** An advertiser unheard for a minute is gone, or has taken another private address. */
const FORGET_MS = 60_000;

/** States in which noble still needs its record. */
const LINKED = new Set(['connecting', 'connected', 'disconnecting']);

interface Heard {
  readonly advertisement: Advertisement;
  readonly peripheral: NoblePeripheral;
  /** Machine clock. */
  readonly heardAt: MonotonicMs;
}

/** Who was heard lately: one merged, copied record per address. */
export class Advertisers {
  private readonly heard = new Map<BleAddress, Heard>();

  constructor(
    private readonly clock: MachineClock,
    private readonly domainClock: Clock,
  ) {}

  /** Takes what noble reports; the record keeps name and services that came in earlier packets of this address. */
  take(peripheral: NoblePeripheral): Advertisement {
    const address = peripheral.address.toLowerCase();
    const before = this.heard.get(address)?.advertisement;
    const services = (peripheral.advertisement.serviceUuids ?? []).map(fullUuid);
    const advertisement: Advertisement = {
      address,
      addressType: peripheral.addressType === 'random' ? 'random' : 'public',
      name: peripheral.advertisement.localName ?? before?.name ?? null,
      serviceUuids: [...new Set<Uuid>([...(before?.serviceUuids ?? []), ...services])],
      rssiDbm: peripheral.rssi,
      connectable: peripheral.connectable,
      at: this.domainClock.stamp(),
    };
    this.heard.set(address, { advertisement, peripheral, heardAt: this.clock.monotonicMs() });
    return advertisement;
  }

  /** The advertiser of this address if it was heard within `FRESH_MS`. */
  fresh(address: BleAddress): NoblePeripheral | null {
    const heard = this.heard.get(address);
    return heard && this.clock.monotonicMs() - heard.heardAt <= FRESH_MS ? heard.peripheral : null;
  }

  /** Drops who was not heard for a minute and tells whom; those with a link are kept. */
  prune(): readonly NoblePeripheral[] {
    const now = this.clock.monotonicMs();
    const gone = [...this.heard.values()].filter(
      ({ heardAt, peripheral }) => now - heardAt > FORGET_MS && !LINKED.has(peripheral.state),
    );
    for (const { advertisement } of gone) this.heard.delete(advertisement.address);
    return gone.map(({ peripheral }) => peripheral);
  }

  clear(): void {
    this.heard.clear();
  }
}
