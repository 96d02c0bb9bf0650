import { type BandSession, type CharacteristicRef, type Undo } from '#libs/application';
import { type Observation, type Stamp } from '#libs/domain';
import { type Decoder, isIssue } from '../../profiles/decode/decoded.js';
import { decoderOf } from '../../profiles/decode/frame-rules.js';
import { encodeCurrentTime } from '../../profiles/encode/bluetooth-sig.js';
import { encodeAlert } from '../../profiles/encode/infinitime.js';
import { type BandProfile } from '../../profiles/profile.schema.js';
import { refOf } from '../../profiles/refs.js';
import { type DeviceDeps } from '../device-deps.js';
import { ObservationFeed } from '../observation-feed.js';
import { readOptional } from '../optional-read.js';

/** What is read once on connect: they are notified only when they change. */
const READ_ON_CONNECT = ['battery', 'steps'] as const;

/**
 * Opens a session with an InfiniTime watch whose notifications are on: sets its clock, since the midnight reset of the steps
 * depends on it, and reads battery and steps once.
 */
export const openInfinitime = async (
  profile: BandProfile,
  deps: DeviceDeps,
  utcOffsetMinutes: number,
): Promise<BandSession> => {
  const session = new InfinitimeSession(profile, deps);
  try {
    await session.greet(utcOffsetMinutes);
    return session;
  } catch (error) {
    session.end();
    throw error;
  }
};

interface DecodedCharacteristic {
  readonly name: string;
  readonly decode: Decoder;
}

class InfinitimeSession implements BandSession {
  readonly kind = 'band';
  readonly alertWindowMs: number;
  /** As the watch tells it, `1.16.0`; null when it does not. Motion is sampled reliably from 1.16 on. */
  firmware: string | null = null;
  readonly #feed = new ObservationFeed();
  /** By the characteristic's UUID. */
  readonly #decoders: ReadonlyMap<string, DecodedCharacteristic>;
  readonly #undos: readonly Undo[];

  constructor(
    private readonly profile: BandProfile,
    private readonly deps: DeviceDeps,
  ) {
    this.alertWindowMs = profile.alert.window_ms;
    this.#decoders = new Map(
      Object.entries(profile.characteristics).flatMap(([name, { uuid, frame }]) =>
        frame === undefined ? [] : [[uuid, { name, decode: decoderOf(frame, profile.scales) }] as const],
      ),
    );
    this.#undos = [
      deps.link.onNotification(({ characteristic, bytes, at }) => {
        this.#accept(characteristic, bytes, at);
      }),
      deps.link.onClosed(() => {
        this.end();
      }),
    ];
  }

  async greet(utcOffsetMinutes: number): Promise<void> {
    const { link, clock } = this.deps;
    const time = refOf(this.profile, 'current_time');
    if (link.has(time)) {
      await link.write(time, encodeCurrentTime(clock.epochMs(), utcOffsetMinutes), { withResponse: true });
    }
    const firmware = await readOptional(link, refOf(this.profile, 'firmware'));
    if (firmware !== null) this.firmware = new TextDecoder().decode(firmware);
    for (const name of READ_ON_CONNECT) await this.#readOnce(refOf(this.profile, name));
  }

  onObservation(listener: (observation: Observation, at: Stamp) => void): Undo {
    return this.#feed.subscribe(listener);
  }

  async readRssi(): Promise<number> {
    const dbm = await this.deps.link.readRssi();
    this.#feed.emit({ kind: 'rssi', dbm }, this.deps.clock.stamp());
    return dbm;
  }

  /** A Write Request: the watch takes nothing else. Its answer says received, not shown; the watch may be set to silence. */
  async showAlert(alert: {
    readonly title: string;
    readonly body: string;
    readonly answerable: boolean;
  }): Promise<void> {
    const space = { maxTextBytes: this.profile.alert.max_text_bytes, mtu: this.deps.link.mtu };
    await this.deps.link.write(refOf(this.profile, 'new_alert'), encodeAlert(alert, space), { withResponse: true });
  }

  close(): Promise<void> {
    return this.deps.link.close();
  }

  end(): void {
    for (const undo of this.#undos) undo();
    this.#feed.end();
  }

  async #readOnce(ref: CharacteristicRef): Promise<void> {
    const bytes = await readOptional(this.deps.link, ref);
    if (bytes !== null) this.#accept(ref.characteristic, bytes, this.deps.clock.stamp());
  }

  #accept(characteristic: string, bytes: Uint8Array, at: Stamp): void {
    const known = this.#decoders.get(characteristic);
    if (known === undefined) return;
    const decoded = known.decode(bytes);
    if (isIssue(decoded)) this.deps.issues.count(this.profile.id, known.name, decoded);
    else for (const observation of decoded) this.#feed.emit(observation, at);
  }
}
