import { type DeskLimits, type DeskSession, type MoveProgress, type Undo } from '#libs/application';
import { type MoveOutcome, type Observation, type Stamp } from '#libs/domain';
import { type HeightScale, referenceOutputDecoder } from '../../profiles/decode/linak.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { refOf } from '../../profiles/refs.js';
import { type DeviceDeps } from '../device-deps.js';
import { ObservationFeed } from '../observation-feed.js';
import { DpgChannel } from './dpg-channel.js';
import { becomeOwner, readBaseMm, requireDesk } from './linak-handshake.js';
import { LinakMove } from './linak-move.js';
import { LinakWire } from './linak-wire.js';
import { RestReader } from './rest-reader.js';

/**
 * Runs the handshake on a link whose notifications are on (docs/protocols/linak.md, "Connect"): is it a desk, owner flag,
 * base, wake, first height. The first request also makes the radio encrypt the link. Rejects with `device.*` errors.
 */
export const openLinak = async (profile: DeskProfile, deps: DeviceDeps): Promise<DeskSession> => {
  const feed = new ObservationFeed();
  const wire = new LinakWire(profile, deps, feed);
  const dpgRef = refOf(profile, 'dpg');
  const dpg = new DpgChannel(deps.link, deps.machineClock, {
    ref: dpgRef,
    timeoutMs: profile.timing.request_timeout_ms,
    attempts: profile.timing.request_attempts,
    onIssue: (issue) => {
      wire.countIssue('dpg', issue);
    },
  });
  const undo = deps.link.onNotification((notification) => {
    if (notification.characteristic === dpgRef.characteristic) dpg.accept(notification.bytes);
    else wire.accept(notification);
  });
  try {
    await requireDesk(deps.link, profile, dpg);
    await becomeOwner(dpg);
    const baseMm = await readBaseMm(profile, dpg);
    const { height_mm_per_count, speed_mm_s_per_count } = profile.scales;
    const scale = { baseMm, mmPerCount: height_mm_per_count, mmSPerSpeedCount: speed_mm_s_per_count };
    wire.useHeights(referenceOutputDecoder(scale));
    await wire.wake();
    await wire.readSample();
    return new LinakSession(profile, deps, { feed, wire, dpg, scale, undo });
  } catch (error) {
    undo();
    throw error;
  }
};

interface Parts {
  readonly feed: ObservationFeed;
  readonly wire: LinakWire;
  readonly dpg: DpgChannel;
  readonly scale: HeightScale;
  readonly undo: Undo;
}

class LinakSession implements DeskSession {
  readonly kind = 'desk';
  readonly limits: DeskLimits;
  #moving = false;
  #armedMs: number;

  constructor(
    private readonly profile: DeskProfile,
    private readonly deps: DeviceDeps,
    private readonly parts: Parts,
  ) {
    const { baseMm } = parts.scale;
    this.limits = { minMm: baseMm, maxMm: baseMm + profile.limits.range_mm };
    this.#armedMs = deps.machineClock.monotonicMs();
    const rest = new RestReader(deps.machineClock, profile.timing.poll_ms, () => parts.wire.readSample());
    const undoRest = parts.wire.listen({
      onSample: (sample) => {
        // A move of ours reads its own rest.
        if (this.#moving) rest.end();
        else rest.heard(sample);
      },
    });
    const undoClosed = deps.link.onClosed(() => {
      undoClosed();
      undoRest();
      rest.end();
      parts.undo();
      parts.feed.end();
    });
  }

  onObservation(listener: (observation: Observation, at: Stamp) => void): Undo {
    return this.parts.feed.subscribe(listener);
  }

  async readRssi(): Promise<number> {
    const dbm = await this.deps.link.readRssi();
    this.parts.feed.emit({ kind: 'rssi', dbm }, this.deps.clock.stamp());
    return dbm;
  }

  async readHeight(): Promise<number> {
    return (await this.parts.wire.readSample()).heightMm;
  }

  /** One move at a time: a second one is refused, as is a target outside the limits. */
  async moveTo(
    heightMm: number,
    signal: AbortSignal,
    onProgress?: (progress: MoveProgress) => void,
  ): Promise<MoveOutcome> {
    const { minMm, maxMm } = this.limits;
    if (this.#moving || !(heightMm >= minMm && heightMm <= maxMm)) return { result: 'refused', heightMm: null };
    if (!this.deps.link.open) return { result: 'link-lost', heightMm: null };
    this.#moving = true;
    try {
      const order = { targetMm: heightMm, signal, onProgress, rearm: () => this.#rearm() };
      return await new LinakMove(this.profile, this.parts.wire, this.deps, this.parts.scale, order).run();
    } finally {
      this.#moving = false;
      this.#armedMs = this.deps.machineClock.monotonicMs();
    }
  }

  stop(): Promise<void> {
    return this.parts.wire.stop();
  }

  /** The desk's stop comes first while it moves. */
  async close(): Promise<void> {
    if (this.#moving) await this.stop().catch(() => undefined);
    await this.deps.link.close();
  }

  /** After long idle the control box may have forgotten owner and wake (maxime1992/linak-2-mqtt PR #10). */
  async #rearm(): Promise<void> {
    const idleMs = this.deps.machineClock.monotonicMs() - this.#armedMs;
    if (idleMs < this.profile.timing.rearm_after_idle_ms) return;
    await becomeOwner(this.parts.dpg);
    await this.parts.wire.wake();
  }
}
