import {
  type BandSession,
  BleLink,
  type CharacteristicRef,
  type Notification,
  StanceError,
  type Undo,
} from '#libs/application';
import { type Observation } from '#libs/domain';
import { ManualClock } from '#libs/testing';
import { DecodeIssueLog } from '../../profiles/decode-issue-log.js';
import { compileCorpus, readCorpus } from '../../profiles/profile-corpus.js';
import { type BandProfile } from '../../profiles/profile.schema.js';
import { openInfinitime } from './infinitime.session.js';

const profile = compileCorpus(readCorpus('device-profiles')).find(({ id }) => id === 'infinitime') as BandProfile;
const sig = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;
const own = (short: string): string => `${short}-78fc-48fe-8e23-433b3a1942d0`;
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** A watch behind the port: its values by UUID, and what was written to it. */
class WatchLink extends BleLink {
  override readonly address = 'd7:01:02:03:04:05';
  override open = true;
  override readonly mtu: number = 256;
  readonly writes: { to: string; hex: string; withResponse: boolean }[] = [];
  readonly values = new Map([
    [sig('2a19'), '5f'],
    [sig('2a26'), Buffer.from('1.16.0').toString('hex')],
    [own('00030001'), 'd2040000'],
  ]);
  readonly listeners = new Set<(notification: Notification) => void>();
  readonly #closed = new Set<(cause: string) => void>();

  constructor(readonly clock: ManualClock) {
    super();
  }

  notify(characteristic: string, hex: string): void {
    for (const listener of [...this.listeners])
      listener({ characteristic, bytes: fromHex(hex), at: this.clock.stamp() });
  }

  override has({ characteristic }: CharacteristicRef): boolean {
    return this.values.has(characteristic) || characteristic === sig('2a2b') || characteristic === sig('2a46');
  }

  override read({ characteristic }: CharacteristicRef): Promise<Uint8Array> {
    return Promise.resolve(fromHex(this.values.get(characteristic) ?? ''));
  }

  override write(
    ref: CharacteristicRef,
    bytes: Uint8Array,
    { withResponse }: { withResponse: boolean },
  ): Promise<void> {
    this.writes.push({ to: ref.characteristic, hex: Buffer.from(bytes).toString('hex'), withResponse });
    return Promise.resolve();
  }

  override readRssi(): Promise<number> {
    return Promise.resolve(-70);
  }

  override onNotification(listener: (notification: Notification) => void): Undo {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  override onClosed(listener: (cause: string) => void): Undo {
    this.#closed.add(listener);
    return () => {
      this.#closed.delete(listener);
    };
  }

  override close(): Promise<void> {
    this.open = false;
    for (const listener of [...this.#closed]) listener('closed by us');
    return Promise.resolve();
  }
}

interface Bench {
  readonly link: WatchLink;
  readonly session: BandSession;
  readonly issues: DecodeIssueLog;
  readonly seen: Observation[];
}

const openWatch = async (change: (link: WatchLink) => void = () => undefined): Promise<Bench> => {
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 8));
  const link = new WatchLink(clock);
  change(link);
  const issues = new DecodeIssueLog();
  const session = await openInfinitime(profile, { link, machineClock: clock, clock, issues }, 60);
  const seen: Observation[] = [];
  session.onObservation((observation) => seen.push(observation));
  await clock.advance(0);
  return { link, session, issues, seen };
};

describe('an InfiniTime session', () => {
  it('sets the clock to local time and tells what it read', async () => {
    const { link, session, seen } = await openWatch();
    expect(link.writes).toEqual([{ to: sig('2a2b'), hex: 'ea070105090000010002', withResponse: true }]);
    expect(seen).toEqual([
      { kind: 'battery', percent: 95 },
      { kind: 'steps', total: 1234 },
    ]);
    expect(session.firmware).toBe('1.16.0');
    expect(session.alertWindowMs).toBe(7000);
  });

  it('does without what an older watch does not have', async () => {
    const { session, seen } = await openWatch((link) => {
      link.values.clear();
    });
    expect(seen).toEqual([]);
    expect(session.firmware).toBeNull();
  });

  it('does without what the watch refuses to tell, but not without the link', async () => {
    const failing = (code: string) => (link: WatchLink) => {
      link.read = () => Promise.reject(new StanceError(code, 'no value'));
    };
    expect((await openWatch(failing('radio.empty-read'))).seen).toEqual([]);
    await expect(openWatch(failing('radio.link-lost'))).rejects.toMatchObject({ code: 'radio.link-lost' });
  });

  it('decodes what the watch notifies', async () => {
    const { link, seen } = await openWatch();
    seen.length = 0;
    link.notify(own('00030002'), '00fc0002f6ff');
    link.notify(own('00030001'), 'd3040000');
    link.notify(sig('2a37'), '0048');
    link.notify(sig('2a37'), '0000');
    link.notify(sig('2a19'), '5e');
    link.notify(own('00020001'), '01');
    link.notify(sig('2a06'), '01');
    expect(seen).toEqual([
      { kind: 'acceleration', xG: -1, yG: 0.5, zG: -10 / 1024 },
      { kind: 'steps', total: 1235 },
      { kind: 'heart-rate', bpm: 72, contact: null },
      { kind: 'battery', percent: 94 },
      { kind: 'alert-answer', answer: 'accept' },
    ]);
  });

  it('counts broken and impossible frames, without their bytes', async () => {
    const { link, seen, issues } = await openWatch();
    seen.length = 0;
    link.notify(own('00030001'), 'a02a0020');
    link.notify(own('00030002'), '00fc');
    link.notify(sig('2a37'), '');
    expect(seen).toEqual([]);
    expect(issues.list().map(({ characteristic, code, count }) => [characteristic, code, count])).toEqual([
      ['steps', 'implausible', 1],
      ['motion', 'wrong-length', 1],
      ['heart_rate', 'wrong-length', 1],
    ]);
  });

  it('shows an alert by a Write Request: a call when it can be answered', async () => {
    const { link, session } = await openWatch();
    link.writes.length = 0;
    await session.showAlert({ title: 'Mary', body: '', answerable: true });
    await session.showAlert({ title: 'Test Title', body: 'Test Body', answerable: false });
    expect(link.writes).toEqual([
      { to: sig('2a46'), hex: '0301004d617279', withResponse: true },
      { to: sig('2a46'), hex: '00010054657374205469746c65005465737420426f6479', withResponse: true },
    ]);
  });

  it('reports the strength of its link', async () => {
    const { session, seen } = await openWatch();
    expect(await session.readRssi()).toBe(-70);
    expect(seen.at(-1)).toEqual({ kind: 'rssi', dbm: -70 });
  });

  it('ends with its link and leaves no listener behind', async () => {
    const { link, session } = await openWatch();
    await session.close();
    expect(link.listeners.size).toBe(0);
  });
});
