import { type CharacteristicRef, type Notification, StanceError, type Undo } from '#libs/application';
import { type Observation, type Stamp } from '#libs/domain';
import { type DecodeIssue, type Decoded, type Decoder, isIssue } from '../../profiles/decode/decoded.js';
import { decodeDeskError } from '../../profiles/decode/linak.js';
import { REFERENCE_STOP, STOP, WAKE } from '../../profiles/encode/linak.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { refOf } from '../../profiles/refs.js';
import { type DeviceDeps } from '../device-deps.js';
import { type ObservationFeed } from '../observation-feed.js';
import { type HeightSample } from './travel-watch.js';

/** Right to write frames that move the desk. Any stop takes it away for good. */
export type MotionPermit = number;

interface WireListener {
  readonly onSample?: (sample: HeightSample) => void;
  readonly onDeskError?: () => void;
  readonly onStop?: () => void;
}

/**
 * The desk's characteristics, in heights and commands. It is the only place that writes to the motor, and guards the one
 * rule of docs/safety.md, S-04: nothing that moves is written after a stop.
 */
export class LinakWire {
  readonly #refs: Record<'command' | 'error' | 'reference_output' | 'reference_input', CharacteristicRef>;
  readonly #listeners = new Set<WireListener>();
  #decodeHeight: Decoder = () => [];
  #permit: MotionPermit = 0;
  /** Machine time of the newest stop; null before the first. */
  lastStopMs: number | null = null;

  constructor(
    private readonly profile: DeskProfile,
    private readonly deps: DeviceDeps,
    private readonly feed: ObservationFeed,
  ) {
    this.#refs = {
      command: refOf(profile, 'command'),
      error: refOf(profile, 'error'),
      reference_output: refOf(profile, 'reference_output'),
      reference_input: refOf(profile, 'reference_input'),
    };
  }

  get open(): boolean {
    return this.deps.link.open;
  }

  /** From when the base is known; before that heights are dropped, since they would be wrong. */
  useHeights(decode: Decoder): void {
    this.#decodeHeight = decode;
  }

  listen(listener: WireListener): Undo {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Heights and error reports; the rest is not this class's. */
  accept({ characteristic, bytes, at }: Notification): void {
    if (characteristic === this.#refs.reference_output.characteristic) {
      this.#report('reference_output', this.#decodeHeight(bytes), at);
    } else if (characteristic === this.#refs.error.characteristic) {
      this.#report('error', decodeDeskError(bytes), at);
    }
  }

  /** Reads the height now. Rejects with `device.bad-frame` when the answer is none, as noble's empty buffer. */
  async readSample(): Promise<HeightSample> {
    const bytes = await this.deps.link.read(this.#refs.reference_output);
    const decoded = this.#decodeHeight(bytes);
    const sample = this.#report('reference_output', decoded, this.deps.clock.stamp());
    if (sample !== null) return sample;
    throw new StanceError(
      'device.bad-frame',
      'The desk answered the height request with something else than a height.',
      {
        owner: 'device',
      },
    );
  }

  permit(): MotionPermit {
    return this.#permit;
  }

  holds(permit: MotionPermit): boolean {
    return permit === this.#permit;
  }

  /** Wakes the control box, which DPG1C and DPG1M need before they take a reference. */
  wake(): Promise<void> {
    return this.deps.link.write(this.#refs.command, WAKE, { withResponse: true });
  }

  /**
   * Clears the way for references as the vendor's app does: wake, then stop. Commands, not requests: they queue in order
   * with the first target, and none of them waits for an answer.
   */
  arm(permit: MotionPermit): Promise<void> {
    if (!this.holds(permit)) return Promise.resolve();
    return this.#commands([
      [this.#refs.command, WAKE],
      [this.#refs.command, STOP],
    ]);
  }

  /** Writes one target frame, which keeps the motors running for up to a second. Without the permit it writes nothing. */
  drive(permit: MotionPermit, target: Uint8Array): Promise<void> {
    if (!this.holds(permit)) return Promise.resolve();
    return this.#commands([[this.#refs.reference_input, target]]);
  }

  /** Both stop frames, handed to the radio before this returns; every permit ends. Rejects when the radio refuses them. */
  stop(): Promise<void> {
    this.#permit += 1;
    this.lastStopMs = this.deps.machineClock.monotonicMs();
    const written = this.#commands([
      [this.#refs.command, STOP],
      [this.#refs.reference_input, REFERENCE_STOP],
    ]);
    for (const listener of [...this.#listeners]) listener.onStop?.();
    return written;
  }

  countIssue(characteristic: string, issue: DecodeIssue): void {
    this.deps.issues.count(this.profile.id, characteristic, issue);
  }

  async #commands(frames: readonly (readonly [CharacteristicRef, Uint8Array])[]): Promise<void> {
    const writes = frames.map(([ref, bytes]) => this.deps.link.write(ref, bytes, { withResponse: false }));
    const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #report(characteristic: string, decoded: Decoded, at: Stamp): HeightSample | null {
    if (isIssue(decoded)) {
      this.countIssue(characteristic, decoded);
      return null;
    }
    let sample: HeightSample | null = null;
    for (const observation of decoded) {
      sample = this.#tell(observation) ?? sample;
      this.feed.emit(observation, at);
    }
    return sample;
  }

  /** The running move hears it first: its reaction must not wait for other listeners. */
  #tell(observation: Observation): HeightSample | null {
    const listeners = [...this.#listeners];
    if (observation.kind === 'desk-error') for (const listener of listeners) listener.onDeskError?.();
    if (observation.kind !== 'height') return null;
    const { heightMm, speedMmS } = observation;
    const sample: HeightSample = { heightMm, speedMmS, atMs: this.deps.machineClock.monotonicMs() };
    for (const listener of listeners) listener.onSample?.(sample);
    return sample;
  }
}
