import { type Advertisement } from '#libs/application';
import { FakeLinakLink, ManualClock } from '#libs/testing';
import { FileProfileStore } from './file-profile-store.js';

const DESK_SERVICE = '99fa0001-338a-1024-8a49-009c0215f78a';
const HEART_RATE_SERVICE = '0000180d-0000-1000-8000-00805f9b34fb';

const setUp = (): { clock: ManualClock; store: FileProfileStore } => {
  const clock = new ManualClock();
  return { clock, store: new FileProfileStore({ directory: 'device-profiles', machineClock: clock, clock }) };
};

const advertisement = (name: string | null, ...serviceUuids: string[]): Advertisement => ({
  address: 'e1:1d:2f:0a:33:10',
  addressType: 'random',
  name,
  serviceUuids,
  rssiDbm: -60,
  connectable: true,
  at: new ManualClock().stamp(),
});

describe('the profile store', () => {
  it('lists what the hub must know of each profile', () => {
    expect(setUp().store.list()).toEqual([
      {
        id: 'infinitime',
        kind: 'band',
        vendor: 'Pine64',
        model: 'PineTime (InfiniTime)',
        status: 'documented',
        minSpeedMmS: null,
      },
      {
        id: 'linak-dpg',
        kind: 'desk',
        vendor: 'Linak',
        model: 'DPG (IKEA IDASEN, DPG1C, DPG1M)',
        status: 'captured',
        minSpeedMmS: 30,
      },
    ]);
  });

  it.each([
    ['a desk by its service, whatever its name', advertisement('Kitchen', DESK_SERVICE), ['linak-dpg']],
    ['a desk without a name', advertisement(null, DESK_SERVICE), ['linak-dpg']],
    ['a watch by service and name', advertisement('InfiniTime', HEART_RATE_SERVICE), ['infinitime']],
    ['no chest strap for a watch', advertisement('HRM-Pro', HEART_RATE_SERVICE), []],
    ['no watch before its name is known', advertisement(null, HEART_RATE_SERVICE), []],
    ['nothing by the name alone', advertisement('Desk 1234'), []],
  ])('recognises %s', (_, seen, ids) => {
    expect(
      setUp()
        .store.match(seen)
        .map(({ id }) => id),
    ).toEqual(ids);
  });

  it('gives the session a desk needs', () => {
    const spec = setUp().store.sessionSpec('linak-dpg');
    expect(spec.notify).toEqual([
      { service: DESK_SERVICE, characteristic: '99fa0003-338a-1024-8a49-009c0215f78a' },
      { service: '99fa0010-338a-1024-8a49-009c0215f78a', characteristic: '99fa0011-338a-1024-8a49-009c0215f78a' },
      { service: '99fa0020-338a-1024-8a49-009c0215f78a', characteristic: '99fa0021-338a-1024-8a49-009c0215f78a' },
    ]);
    expect(spec.connection).toEqual({ minIntervalMs: 20, maxIntervalMs: 60, latency: 0, supervisionTimeoutMs: 500 });
    expect(spec.required).toHaveLength(5);
  });

  it('knows no profile that is not there, and says which are', () => {
    expect(() => setUp().store.sessionSpec('jiecang')).toThrow(
      /no device profile "jiecang". Known are: infinitime, linak-dpg/,
    );
  });

  it('opens a desk and counts its broken frames', async () => {
    const { clock, store } = setUp();
    const link = new FakeLinakLink(clock);
    const session = await clock.complete(store.open('linak-dpg', link));
    expect(session).toMatchObject({ kind: 'desk', limits: { minMm: 624.6, maxMm: 1274.6 } });
    link.notify('0021', '00');
    expect(store.decodeIssues()).toEqual([
      {
        profileId: 'linak-dpg',
        characteristic: 'reference_output',
        code: 'wrong-length',
        count: 1,
        detail: '1 bytes, expected 4',
      },
    ]);
  });

  it('closes a link whose handshake failed, and says what to do', async () => {
    const { clock, store } = setUp();
    const link = new FakeLinakLink(clock);
    link.failReads = true;
    await expect(clock.complete(store.open('linak-dpg', link))).rejects.toMatchObject({
      code: 'device.handshake-failed',
      message: expect.stringContaining('Bluetooth button') as string,
    });
    expect(link.open).toBe(false);
  });
});
