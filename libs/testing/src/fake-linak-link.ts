import { BleLink, type CharacteristicRef, type Notification, StanceError, type Undo } from '#libs/application';
import { monotonic } from '#libs/domain';
import { type ManualClock } from './manual-clock.js';

const uuid = (short: string): string => `99fa${short}-338a-1024-8a49-009c0215f78a`;
const STEP_MS = 10;
/** One reference write drives for half a second, then the desk ramps down. */
const DRIVE_MS = 500;

/** One write that reached the desk: short UUID, hex, and when. */
export interface DeskWrite {
  readonly atMs: number;
  readonly to: string;
  readonly hex: string;
  readonly withResponse: boolean;
}

export interface FakeDeskOptions {
  readonly counts?: number;
  readonly owner?: boolean;
  readonly readLatencyMs?: number;
  /** Notifications come each this many ms while something changes. */
  readonly notifyMs?: number;
  readonly startDelayMs?: number;
  /** Replies of the DPG characteristic by the request's hex, null for silence. */
  readonly replies?: Readonly<Record<string, string | null>>;
  /** Value of the actuator mask. */
  readonly mask?: string;
}

/**
 * A Linak desk behind the `BleLink` port, for driver specs: base 624.6 mm, 38 mm/s, soft landing, and a last
 * notification that is not the rest height. It only acts on a `ManualClock`.
 */
export class FakeLinakLink extends BleLink {
  override readonly address = 'e1:1d:2f:0a:33:10';
  override readonly mtu: number = 23;
  override open = true;
  readonly writes: DeskWrite[] = [];
  /** Whether reference writes are obeyed; a collision ends it until a stop comes. */
  obeys = true;
  /** Fails every read from now on, the link being up. */
  failReads = false;
  /** Write Commands are taken but their promise does not settle. */
  hangWrites = false;
  counts: number;
  #owner: boolean;
  #velocity = 0;
  #targetCounts: number | null = null;
  #driveUntilMs = -1;
  #startedMs: number | null = null;
  #hand = 0;
  /** Where the anti-collision backs off to. */
  #backOffTo: number | null = null;
  #obstacle: { readonly counts: number; readonly report: boolean; readonly backOffCounts: number } | null = null;
  #zeroAt: number | null = null;
  #stepping = false;
  #lastNotifyMs = -Infinity;
  readonly #listeners = new Set<(notification: Notification) => void>();
  readonly #closedListeners = new Set<(cause: string) => void>();

  constructor(
    private readonly clock: ManualClock,
    private readonly options: FakeDeskOptions = {},
  ) {
    super();
    this.counts = options.counts ?? 1000;
    this.#owner = options.owner ?? true;
  }

  /** True height above the floor. */
  get heightMm(): number {
    return Math.round(6246 + this.counts) / 10;
  }

  get moving(): boolean {
    return this.#velocity !== 0;
  }

  get owner(): boolean {
    return this.#owner;
  }

  hex(to: string): string[] {
    return this.writes.filter((write) => write.to === to).map((write) => write.hex);
  }

  /** Stops the desk when it passes the height and backs off from there; with `report` it tells so on 0003. */
  obstructAt(counts: number, { report, backOffCounts = 0 }: { report: boolean; backOffCounts?: number }): void {
    this.#obstacle = { counts, report, backOffCounts };
  }

  /** Reports speed 0 once in mid-travel, as proxies and stutter do. */
  zeroSpeedAt(counts: number): void {
    this.#zeroAt = counts;
  }

  /** A hand on the handset: 1 up, -1 down, 0 a press that ends the move. References are ignored from then on. */
  handset(direction: -1 | 0 | 1): void {
    this.obeys = false;
    this.#targetCounts = null;
    this.#backOffTo = null;
    this.#hand = direction;
    this.#ensureStepping();
  }

  drop(cause = 'supervision timeout'): void {
    if (!this.open) return;
    this.open = false;
    for (const listener of [...this.#closedListeners]) listener(cause);
  }

  notify(short: string, hex: string): void {
    const notification = {
      characteristic: uuid(short),
      bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
      at: this.clock.stamp(),
    };
    for (const listener of [...this.#listeners]) listener(notification);
  }

  override has(): boolean {
    return true;
  }

  override async read(ref: CharacteristicRef): Promise<Uint8Array> {
    this.#requireOpen();
    await new Promise<void>((resolve) => {
      this.clock.at(monotonic(this.clock.monotonicMs() + (this.options.readLatencyMs ?? 30)), resolve);
    });
    this.#requireOpen();
    if (this.failReads) throw new StanceError('radio.timeout', 'no answer');
    if (ref.characteristic === uuid('0029')) return Uint8Array.from(Buffer.from(this.options.mask ?? '01', 'hex'));
    return Uint8Array.from(Buffer.from(this.#output(), 'hex'));
  }

  override write(
    ref: CharacteristicRef,
    bytes: Uint8Array,
    { withResponse }: { withResponse: boolean },
  ): Promise<void> {
    if (!this.open) return Promise.reject(new StanceError('radio.link-lost', 'closed'));
    const to = ref.characteristic.slice(4, 8);
    const hex = Buffer.from(bytes).toString('hex');
    this.writes.push({ atMs: this.clock.monotonicMs(), to, hex, withResponse });
    if (to === '0011') this.#answer(hex);
    if (to === '0002' && hex === 'ff00') this.#halt();
    if (to === '0031') this.#reference(hex);
    return this.hangWrites && !withResponse ? new Promise(() => undefined) : Promise.resolve();
  }

  override readRssi(): Promise<number> {
    return Promise.resolve(-61);
  }

  override onNotification(listener: (notification: Notification) => void): Undo {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  override onClosed(listener: (cause: string) => void): Undo {
    this.#closedListeners.add(listener);
    return () => {
      this.#closedListeners.delete(listener);
    };
  }

  override close(): Promise<void> {
    this.drop('closed by us');
    return Promise.resolve();
  }

  #requireOpen(): void {
    if (!this.open) throw new StanceError('radio.link-lost', 'closed');
  }

  #answer(request: string): void {
    const reply = this.options.replies?.[request] ?? this.#ownReply(request);
    if (reply === null || this.options.replies?.[request] === null) return;
    this.clock.at(monotonic(this.clock.monotonicMs() + 20), () => {
      this.notify('0011', reply);
    });
  }

  #ownReply(request: string): string | null {
    if (request === '7f8000') return '01022301';
    if (request === '7f8600') return `0111${this.#owner ? '01' : '00'}c60fca6a36344760a0e1a33256926ce4`;
    if (request === '7f8100') return '0103016618';
    if (!request.startsWith('7f868001')) return null;
    this.#owner = true;
    return '0100';
  }

  #halt(): void {
    this.#targetCounts = null;
    if (this.#hand === 0) this.obeys = true;
  }

  #reference(hex: string): void {
    if (hex === '0180') {
      this.#halt();
      return;
    }
    if (!this.#owner || !this.obeys) return;
    this.#targetCounts = Buffer.from(hex, 'hex').readUInt16LE(0);
    this.#driveUntilMs = this.clock.monotonicMs() + DRIVE_MS;
    this.#startedMs ??= this.clock.monotonicMs();
    this.#ensureStepping();
  }

  #ensureStepping(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    this.clock.at(monotonic(this.clock.monotonicMs() + STEP_MS), () => {
      this.#step();
    });
  }

  /** Counts per step: 38 mm/s is 3.8 counts per 10 ms, reached over 0.3 s. */
  #step(): void {
    this.#stepping = false;
    const wanted = this.#wantedVelocity();
    const change = 0.127;
    this.#velocity += Math.max(-change * 2, Math.min(change * 2, wanted - this.#velocity));
    if (Math.abs(this.#velocity) < 0.01 && wanted === 0) this.#velocity = 0;
    this.#moveBy(this.#velocity);
    this.#meetObstacle();
    const driven = this.#targetCounts !== null || this.#hand !== 0 || this.#backOffTo !== null;
    const atRest = this.#velocity === 0 && !driven;
    if (atRest) this.#startedMs = null;
    else this.#notifyHeight();
    if (!atRest) this.#ensureStepping();
  }

  #wantedVelocity(): number {
    if (this.#hand !== 0) return this.#hand * 3.8;
    if (this.#backOffTo !== null) return this.#backingOff(this.#backOffTo);
    const now = this.clock.monotonicMs();
    if (this.#targetCounts === null || now > this.#driveUntilMs) {
      this.#targetCounts = null;
      return 0;
    }
    if (now - (this.#startedMs ?? now) < (this.options.startDelayMs ?? 150)) return 0;
    const gap = this.#targetCounts - this.counts;
    if (Math.abs(gap) < 0.5) {
      this.#velocity = 0;
      this.#targetCounts = null;
      return 0;
    }
    // Braking from v over the gap: v² = 2·a·gap.
    return Math.sign(gap) * Math.min(3.8, Math.sqrt(2 * 0.12 * Math.abs(gap)));
  }

  /** The control box does this by itself: no frame starts or ends it. */
  #backingOff(goal: number): number {
    const gap = goal - this.counts;
    if (Math.abs(gap) >= 4) return Math.sign(gap) * 3.8;
    this.counts = goal;
    this.#velocity = 0;
    this.#backOffTo = null;
    return 0;
  }

  /** The end stops hold whatever drives. */
  #moveBy(counts: number): void {
    const wanted = this.counts + counts;
    this.counts = Math.max(0, Math.min(6500, wanted));
    if (this.counts === wanted) return;
    this.#velocity = 0;
    this.#hand = 0;
    this.#backOffTo = null;
  }

  #meetObstacle(): void {
    const obstacle = this.#obstacle;
    if (obstacle === null || this.#velocity === 0) return;
    if (Math.sign(this.#velocity) * (this.counts - obstacle.counts) < 0) return;
    const backwards = -Math.sign(this.#velocity);
    this.#obstacle = null;
    this.obeys = false;
    this.#targetCounts = null;
    this.#velocity = 0;
    if (obstacle.backOffCounts > 0) this.#backOffTo = this.counts + backwards * obstacle.backOffCounts;
    this.notify('0021', this.#output());
    if (obstacle.report) this.notify('0003', '0102');
  }

  #notifyHeight(): void {
    const now = this.clock.monotonicMs();
    if (this.#velocity === 0 || now - this.#lastNotifyMs < (this.options.notifyMs ?? 100)) return;
    this.#lastNotifyMs = now;
    const passedZero = this.#zeroAt !== null && Math.abs(this.counts - this.#zeroAt) < 50;
    if (passedZero) this.#zeroAt = null;
    this.notify('0021', passedZero ? this.#output(0) : this.#output());
  }

  #output(velocity = this.#velocity): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16LE(Math.round(this.counts), 0);
    bytes.writeInt16LE(Math.round(velocity * 1000), 2);
    return bytes.toString('hex');
  }
}
