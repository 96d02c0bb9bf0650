import {
  type Advertisement,
  BleCentral,
  type BleAddress,
  type BleLink,
  type Clock,
  type MachineClock,
  type RadioState,
  type SessionSpec,
  StanceError,
  type Undo,
} from '#libs/application';
import { monotonic } from '#libs/domain';
import { Advertisers, FRESH_MS } from './advertisers.js';
import { assertWanted, settleWithin } from './deadline.js';
import { openLink } from './link-setup.js';
import { type NobleApi, type NoblePeripheral } from './noble-api.js';
import { catchFlushAcl, commandsFirst, endPollWhen, forgetPeripheral, stopNoble } from './noble-internals.js';
import { type NobleLink } from './noble-link.js';
import { explainFailure, isMissing, type NoblePackage, openNoble, PERMISSION_PROBLEM } from './noble-loader.js';
import { Scanner } from './scanner.js';

export interface NobleCentralOptions {
  /** Tried first; without its native part `abandonware` falls back to `stoprocent`. */
  readonly package: NoblePackage;
  /** Number of the adapter: 0 is hci0. Without it the environment's NOBLE_HCI_DEVICE_ID or the first that is up. */
  readonly adapterIndex?: number;
  readonly clock: MachineClock;
  /** Stamps advertisements and notifications. */
  readonly domainClock: Clock;
  readonly logger?: { info(message: string): void; warn(message: string): void };
}

/** noble asks once a second whether the adapter is up; five of these without a word is an adapter that does not answer. */
const POWER_UP_MS = 5_000;
const PRUNE_EVERY_MS = 10_000;

/** Process events noble listens to for every instance. */
const HOOKED = ['exit', 'SIGINT'] as const;

const STOPPED = 'The radio is stopped.';

const STATES: Readonly<Record<string, RadioState>> = {
  poweredOn: 'powered-on',
  poweredOff: 'powered-off',
  unsupported: 'unsupported',
  unauthorized: 'unavailable',
};

const PROBLEMS: Readonly<Record<string, string>> = {
  poweredOff: 'The Bluetooth adapter is off. Switch it on: bluetoothctl power on, or rfkill unblock bluetooth.',
  unsupported:
    'There is no usable Bluetooth Low Energy adapter. Plug one in, or set its number under radios in the configuration.',
  unauthorized: PERMISSION_PROBLEM,
};

/** The radio through one of the noble packages. All of noble's known traps are closed in this folder. */
export class NobleCentral extends BleCentral {
  private currentState: RadioState = 'starting';
  private currentProblem: string | null = null;
  private noble: NobleApi | null = null;
  private scanner: Scanner | null = null;
  private readonly stopping = new AbortController();
  private queue: Promise<unknown> = Promise.resolve();
  private cancelPrune: Undo = () => undefined;
  private readonly processListeners: Undo[] = [];
  private readonly advertisers: Advertisers;
  private readonly links = new Set<NobleLink>();
  private readonly advertisementListeners = new Set<(advertisement: Advertisement) => void>();
  private readonly stateListeners = new Set<(state: RadioState) => void>();

  constructor(private readonly options: NobleCentralOptions) {
    super();
    this.advertisers = new Advertisers(options.clock, options.domainClock);
  }

  override get state(): RadioState {
    return this.currentState;
  }

  override get problem(): string | null {
    return this.currentProblem;
  }

  override async start(): Promise<void> {
    try {
      const noble = await this.load();
      if (!this.stopping.signal.aborted) await this.powerUp(noble);
    } catch (error) {
      this.setState('unavailable', explainFailure(error));
    }
  }

  override async stop(): Promise<void> {
    this.setState('unavailable', STOPPED);
    this.stopping.abort(new StanceError('radio.closed', STOPPED));
    this.cancelPrune();
    this.scanner?.want(false);
    await Promise.all([this.queue, ...[...this.links].map((link) => link.close())]);
    if (this.noble) this.letGo(this.noble);
    for (const undo of this.processListeners.splice(0)) undo();
    this.advertisers.clear();
    this.stateListeners.clear();
    this.advertisementListeners.clear();
  }

  override onAdvertisement(listener: (advertisement: Advertisement) => void): Undo {
    this.advertisementListeners.add(listener);
    this.updateScan();
    return () => {
      this.advertisementListeners.delete(listener);
      this.updateScan();
    };
  }

  override onState(listener: (state: RadioState) => void): Undo {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  }

  override connect(address: BleAddress, spec: SessionSpec, signal?: AbortSignal): Promise<BleLink> {
    const wanted = signal ? AbortSignal.any([signal, this.stopping.signal]) : this.stopping.signal;
    const attempt = this.queue.then(() => this.attempt(address, spec, wanted));
    this.queue = attempt.catch(() => undefined);
    return attempt;
  }

  private async load(): Promise<NobleApi> {
    try {
      return await openNoble(this.options.package, this.options.adapterIndex);
    } catch (error) {
      if (this.options.package !== 'abandonware' || !isMissing(error)) throw error;
      this.options.logger?.warn(
        '@abandonware/noble or its native part is not installed; using @stoprocent/noble instead',
      );
      return openNoble('stoprocent', this.options.adapterIndex);
    }
  }

  private async powerUp(noble: NobleApi): Promise<void> {
    noble.on('warning', (message) => this.options.logger?.info(`noble: ${message}`));
    endPollWhen(noble, () => this.stopping.signal.aborted);
    catchFlushAcl(noble, (error) => this.options.logger?.warn(`a packet to a lost link was dropped: ${String(error)}`));
    this.open(noble);
    this.noble = noble;
    this.scanner = new Scanner(noble, this.options.clock);
    noble.on('discover', (peripheral) => {
      this.heard(peripheral);
    });
    const known = new Promise<void>((resolve) => {
      const take = (state: string): void => {
        if (STATES[state] === undefined) return;
        this.followState(state);
        resolve();
      };
      noble.on('stateChange', take);
      take(noble.state);
    });
    this.pruneLater();
    const late = (): Error => new Error('it does not answer');
    await settleWithin(known, { clock: this.options.clock, ms: POWER_UP_MS, late });
  }

  /** Opens the adapter. noble hooks into the process and does not let go: what it adds is taken off on stop. */
  private open(noble: NobleApi): string {
    const before = HOOKED.map((event) => new Set(process.rawListeners(event)));
    try {
      return noble.state;
    } finally {
      HOOKED.forEach((event, index) => {
        for (const listener of process.rawListeners(event))
          if (!before[index]?.has(listener))
            this.processListeners.push(() => process.removeListener(event, listener as () => void));
      });
    }
  }

  private letGo(noble: NobleApi): void {
    noble.removeAllListeners('discover');
    noble.removeAllListeners('stateChange');
    try {
      stopNoble(noble);
    } catch (error) {
      this.options.logger?.warn(`the Bluetooth adapter could not be closed: ${String(error)}`);
    }
  }

  private followState(state: string): void {
    const next = STATES[state] ?? 'starting';
    if (next !== 'powered-on') this.dropAll();
    this.setState(next, PROBLEMS[state] ?? null);
    if (next === 'powered-on') this.scanner?.restart();
    this.updateScan();
  }

  /** @abandonware leaves the peripherals of a radio that went off 'connected' for ever: they are forgotten with it. */
  private dropAll(): void {
    for (const link of [...this.links]) {
      link.end('the Bluetooth adapter went off');
      if (this.noble) forgetPeripheral(this.noble, link.id, link.address);
    }
    this.advertisers.clear();
  }

  private setState(state: RadioState, problem: string | null): void {
    const changed = state !== this.currentState;
    this.currentState = state;
    this.currentProblem = problem;
    if (changed) for (const listener of this.stateListeners) listener(state);
  }

  private heard(peripheral: NoblePeripheral): void {
    this.scanner?.heard();
    const advertisement = this.advertisers.take(peripheral);
    for (const listener of this.advertisementListeners) listener(advertisement);
  }

  private updateScan(): void {
    if (!this.stopping.signal.aborted) this.scanner?.want(this.advertisementListeners.size > 0);
  }

  private pruneLater(): void {
    const { clock } = this.options;
    this.cancelPrune = clock.at(monotonic(clock.monotonicMs() + PRUNE_EVERY_MS), () => {
      for (const { id, address } of this.advertisers.prune()) if (this.noble) forgetPeripheral(this.noble, id, address);
      this.pruneLater();
    });
  }

  private async attempt(address: BleAddress, spec: SessionSpec, signal: AbortSignal): Promise<BleLink> {
    assertWanted(signal);
    if (this.currentState !== 'powered-on')
      throw new StanceError('radio.closed', this.currentProblem ?? 'The radio is not ready yet.');
    if ([...this.links].some((link) => link.address === address))
      throw new StanceError('radio.refused', `${address} is connected already`, { owner: 'developer' });
    const peripheral = await this.present(address, signal);
    this.scanner?.pause(true);
    try {
      const { clock, domainClock } = this.options;
      const link = await openLink({ peripheral, clock, domainClock }, spec, signal);
      if (this.noble) commandsFirst(this.noble, link.id);
      this.links.add(link);
      link.onClosed(() => this.links.delete(link));
      return link;
    } finally {
      this.scanner?.pause(false);
    }
  }

  /** The advertiser, heard at most `FRESH_MS` ago; listens that long for it, because the scan pauses during other connects. */
  private async present(address: BleAddress, signal: AbortSignal): Promise<NoblePeripheral> {
    const known = this.advertisers.fresh(address);
    if (known) return known;
    let undo: Undo = () => undefined;
    const heard = new Promise<void>((resolve) => {
      undo = this.onAdvertisement((advertisement) => {
        if (advertisement.address === address) resolve();
      });
    });
    const absent = (): StanceError =>
      new StanceError(
        'radio.absent',
        `${address} was not heard within ${FRESH_MS / 1_000} s: switched off, out of range, or connected elsewhere`,
        {
          owner: 'device',
        },
      );
    try {
      await settleWithin(heard, { clock: this.options.clock, ms: FRESH_MS, late: absent, signal });
    } finally {
      undo();
    }
    const found = this.advertisers.fresh(address);
    if (!found) throw absent();
    return found;
  }
}
