import { aHousehold, ManualClock } from '#libs/testing';
import { Announcer } from './announcer.js';
import { type MqttOptions } from './mqtt-options.js';
import { Outbox } from './outbox.js';
import { topics } from './topics.js';

const names = topics('7c1');
const DOCUMENT = 'homeassistant/device/stance_7c1_desk_linak-office/config';

describe('Announcer', () => {
  let clock: ManualClock;
  let outbox: Outbox;
  let announcer: Announcer;
  let random: number;
  const sent: string[] = [];
  const counted = (topic: string): number => sent.filter((other) => other === topic).length;

  beforeEach(() => {
    clock = new ManualClock();
    random = 0;
    sent.length = 0;
    const options: MqttOptions = {
      url: 'mqtt://broker',
      base: 'stance',
      discoveryPrefix: 'homeassistant',
      statusTopic: 'homeassistant/status',
      acceptBareMotion: false,
      publishHealth: true,
      publishMinIntervalMs: 250,
      units: 'mm',
      clock,
      random: () => random,
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    outbox = new Outbox(clock);
    announcer = new Announcer(aHousehold(), names, outbox, options);
    announcer.start();
    outbox.attach(({ topic }, done) => {
      sent.push(topic);
      done();
    });
  });

  it('says availability first, then the hub, then its devices', () => {
    expect(sent).toEqual([
      'stance/7c1/status',
      'stance/7c1/desk/linak-office/status',
      'stance/7c1/band/wrist/status',
      'homeassistant/device/stance_7c1_hub/config',
      'homeassistant/device/stance_7c1_desk_linak-office/config',
      'homeassistant/device/stance_7c1_band_wrist/config',
      'homeassistant/device/stance_7c1_person_ada/config',
    ]);
  });

  it('sends a changed document once, 2 s after the last of many changes, and no unchanged one', async () => {
    sent.length = 0;
    for (let maxMm = 1200; maxMm < 1210; maxMm += 1) {
      const [desk] = aHousehold().desks;
      announcer.update(aHousehold({ desks: [{ ...desk!, limits: { minMm: 650, maxMm } }] }));
      await clock.advance(500);
    }
    expect(sent).toEqual([]);
    await clock.advance(2000);
    expect(sent).toEqual([DOCUMENT]);
  });

  it('empties the document of a device that left, and writes it again when it comes back', async () => {
    announcer.update(aHousehold({ desks: [] }));
    expect(outbox.has(DOCUMENT)).toBe(false);
    sent.length = 0;
    announcer.update(aHousehold());
    await clock.advance(60_000);
    expect(sent).toEqual([DOCUMENT, 'stance/7c1/desk/linak-office/status']);
  });

  it.each([
    [0, 1000],
    [0.5, 3000],
    [0.999, 4996],
  ])('waits a random time after a birth: for %d it is %d ms', async (value, waitMs) => {
    random = value;
    sent.length = 0;
    announcer.homeAssistantSays('online');
    await clock.advance(waitMs - 1);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(counted(DOCUMENT)).toBe(1);
    expect(counted('stance/7c1/status')).toBe(1);
  });

  it('answers a burst of births once, and one that is taken back not at all', async () => {
    sent.length = 0;
    for (let birth = 0; birth < 10; birth += 1) announcer.homeAssistantSays('online');
    await clock.advance(60_000);
    expect(counted(DOCUMENT)).toBe(1);
    announcer.homeAssistantSays('online');
    announcer.homeAssistantSays('offline');
    await clock.advance(60_000);
    expect(counted(DOCUMENT)).toBe(1);
    announcer.homeAssistantSays('ONLINE');
    await clock.advance(60_000);
    expect(counted(DOCUMENT)).toBe(1);
  });

  it('repeats availability and states every 10 min, documents not', async () => {
    sent.length = 0;
    await clock.advance(30 * 60_000);
    expect(counted('stance/7c1/status')).toBe(3);
    expect(counted(DOCUMENT)).toBe(0);
  });

  it('leaves no timer behind', async () => {
    announcer.homeAssistantSays('online');
    announcer.update(aHousehold());
    announcer.stop();
    await outbox.drained();
    outbox.close();
    expect(clock.pending).toBe(0);
    expect(sent.at(-1)).toBe('stance/7c1/status');
    expect(outbox.differs('stance/7c1/status', 'offline')).toBe(false);
  });
});
