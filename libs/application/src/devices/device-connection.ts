import { type Stamp, monotonic } from '#libs/domain';
import { StanceError } from '../errors.js';
import { type DeviceSetup } from '../hub/hub-setup.js';
import {
  type Advertisement,
  type BandSession,
  type BleCentral,
  type BleLink,
  type Clock,
  type DeskSession,
  type ProfileStore,
  type Undo,
} from '../ports/index.js';
import { type DeviceStage } from '../hub/hub-feed.service.js';
import { type RadioUse } from './radio-use.js';

/** First and longest pause after a failed attempt or a lost link, ms: 1 s doubled up to 30 s (abmantis/idasen-ha waits 30 s). */
const BACK_OFF_MS = { first: 1_000, longest: 30_000 } as const;

/** Band RSSI is read this often: three readings per 15 s median window (docs/policy.md, "Presence"). */
const RSSI_EVERY_MS = 5_000;

export interface DeviceListener {
  onStage(device: DeviceSetup, stage: DeviceStage, detail: string | null): void;
  onSession(device: DeviceSetup, session: DeskSession | BandSession, at: Stamp): void;
  onSessionEnd(device: DeviceSetup, at: Stamp): void;
}

interface ConnectionPorts {
  readonly profiles: ProfileStore;
  readonly clock: Clock;
  readonly radio: RadioUse;
}

/** Without an address in the config, advertisers are collected this long: only a lone one is taken. */
const LONE_AFTER_MS = 10_000;

/**
 * Keeps one configured device connected: waits for its advertisement, connects, runs the handshake, and after a loss
 * backs off and waits again. One attempt at a time; `stop` ends everything it owns.
 */
export class DeviceConnection {
  private wanted = true;
  private busy = false;
  private notBefore = monotonic(0);
  private failures = 0;
  private readonly undo: Undo[] = [];
  private readonly abort = new AbortController();
  private session: DeskSession | BandSession | null = null;
  private address: string | null;
  /** Matching advertisers, while no address is known. */
  private readonly heard = new Map<string, { readonly first: number; last: number }>();

  constructor(
    readonly device: DeviceSetup,
    private readonly ports: ConnectionPorts,
    private readonly listener: DeviceListener,
  ) {
    this.address = device.address;
  }

  get connected(): boolean {
    return this.session !== null;
  }

  /** Address in use: the configured one, or that of the advertiser the profile matched. */
  get knownAddress(): string | null {
    return this.address;
  }

  /** Told of every advertisement; acts on those of its own device. */
  offer(advertisement: Advertisement, central: BleCentral): void {
    if (!this.wanted || this.busy || this.session !== null || !this.ports.radio.mayConnect) return;
    if (this.ports.clock.monotonicMs() < this.notBefore || !this.isOurs(advertisement)) return;
    this.address = advertisement.address;
    this.busy = true;
    this.listener.onStage(this.device, 'found', `${advertisement.address} at ${advertisement.rssiDbm} dBm`);
    void this.attempt(central, advertisement.address).finally(() => (this.busy = false));
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.abort.abort(new StanceError('radio.closed', 'the hub is stopping'));
    this.release();
    await this.session?.close();
  }

  private isOurs(advertisement: Advertisement): boolean {
    if (this.address !== null) return advertisement.address === this.address;
    if (this.ports.profiles.match(advertisement)[0]?.id !== this.device.profileId) return false;
    return this.isLone(advertisement.address);
  }

  /** A neighbour's desk or watch may match as well: of several nobody can tell which one is meant. */
  private isLone(address: string): boolean {
    const now = this.ports.clock.monotonicMs();
    for (const [other, { last }] of this.heard) if (now - last > LONE_AFTER_MS) this.heard.delete(other);
    const known = this.heard.get(address);
    this.heard.set(address, { first: known?.first ?? now, last: now });
    if (this.heard.size > 1) {
      const all = [...this.heard.keys()].join(', ');
      const advice = `several devices match (${all}): add the address to the config`;
      if (known === undefined) this.listener.onStage(this.device, 'failed', advice);
      return false;
    }
    return known !== undefined && now - known.first >= LONE_AFTER_MS;
  }

  private async attempt(central: BleCentral, address: string): Promise<void> {
    let link: BleLink | null = null;
    try {
      this.listener.onStage(this.device, 'connecting', null);
      const spec = this.ports.profiles.sessionSpec(this.device.profileId);
      link = await this.ports.radio.whileConnecting(() => central.connect(address, spec, this.abort.signal));
      const session = await this.ports.profiles.open(this.device.profileId, link);
      this.begin(link, session);
    } catch (error) {
      await link?.close().catch(() => undefined);
      if (!this.wanted) return;
      this.backOff();
      this.listener.onStage(this.device, 'failed', error instanceof Error ? error.message : String(error));
    }
  }

  private begin(link: BleLink, session: DeskSession | BandSession): void {
    if (!this.wanted || !link.open) {
      throw new StanceError('radio.link-lost', 'the link was lost during the handshake');
    }
    this.failures = 0;
    this.session = session;
    this.undo.push(
      link.onClosed((cause) => {
        this.end(cause);
      }),
    );
    if (session.kind === 'band') this.pollRssi(session);
    this.listener.onStage(this.device, 'connected', null);
    this.listener.onSession(this.device, session, this.ports.clock.stamp());
  }

  private end(cause: string): void {
    if (this.session === null) return;
    this.session = null;
    this.release();
    this.backOff();
    this.listener.onSessionEnd(this.device, this.ports.clock.stamp());
    this.listener.onStage(this.device, 'lost', cause);
  }

  private backOff(): void {
    const pause = Math.min(BACK_OFF_MS.first * 2 ** this.failures, BACK_OFF_MS.longest);
    this.failures += 1;
    this.notBefore = monotonic(this.ports.clock.monotonicMs() + pause);
  }

  private release(): void {
    for (const undo of this.undo.splice(0)) undo();
  }

  private pollRssi(session: BandSession): void {
    let cancel: Undo = () => undefined;
    let ended = false;
    const next = (): void => {
      if (ended) return;
      cancel = this.ports.clock.at(monotonic(this.ports.clock.monotonicMs() + RSSI_EVERY_MS), () => void read());
    };
    // A failed reading is silence, which the presence rule already understands; the link's own loss is told elsewhere.
    const read = (): Promise<void> => session.readRssi().then(next, next);
    this.undo.push(() => {
      ended = true;
      cancel();
    });
    void read();
  }
}
