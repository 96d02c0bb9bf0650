import { ManualClock } from '#libs/testing';
import { Advertisers } from './advertisers.js';
import { type NoblePeripheral } from './noble-api.js';

const peripheral = (advertisement: NoblePeripheral['advertisement'], state = 'disconnected') =>
  ({
    address: 'E1:1D:2F:0A:33:10',
    addressType: 'random',
    rssi: -60,
    connectable: true,
    state,
    advertisement,
  }) as NoblePeripheral;

describe('Who was heard lately', () => {
  it('keeps name and services of earlier packets, in a record that later packets do not change', () => {
    const clock = new ManualClock();
    const advertisers = new Advertisers(clock, clock);
    const live = { localName: 'Desk 1234', serviceUuids: ['ff'] };
    const first = advertisers.take(peripheral(live));
    live.serviceUuids.length = 0;
    const second = advertisers.take(peripheral({ serviceUuids: ['180a'] }));
    const record = {
      address: 'e1:1d:2f:0a:33:10',
      addressType: 'random',
      name: 'Desk 1234',
      rssiDbm: -60,
      connectable: true,
      at: clock.stamp(),
    };
    const [ff, info] = ['000000ff-0000-1000-8000-00805f9b34fb', '0000180a-0000-1000-8000-00805f9b34fb'];
    expect([first, second]).toEqual([
      { ...record, serviceUuids: [ff] },
      { ...record, serviceUuids: [ff, info] },
    ]);
  });

  it('is fresh for 2 s of the machine clock', async () => {
    const clock = new ManualClock();
    const advertisers = new Advertisers(clock, new ManualClock());
    const heard = peripheral({});
    advertisers.take(heard);
    await clock.advance(2_000);
    expect(advertisers.fresh('e1:1d:2f:0a:33:10')).toBe(heard);
    await clock.advance(1);
    expect(advertisers.fresh('e1:1d:2f:0a:33:10')).toBeNull();
  });

  it('forgets after a minute whom nobody heard, unless a link stands', async () => {
    const clock = new ManualClock();
    const advertisers = new Advertisers(clock, clock);
    const gone = peripheral({});
    const linked = { ...peripheral({}, 'connected'), address: 'd4:5e:00:b2:77:c9' };
    advertisers.take(gone);
    advertisers.take(linked);
    await clock.advance(60_000);
    expect(advertisers.prune()).toEqual([]);
    await clock.advance(1);
    expect([advertisers.prune(), advertisers.prune()]).toEqual([[gone], []]);
  });
});
