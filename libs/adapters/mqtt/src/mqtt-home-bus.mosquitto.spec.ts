import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { SystemClock } from '#adapters/clock';
import { type HomeCommand } from '#libs/application';
import {
  aBandSnapshot,
  aDeskSnapshot,
  aHousehold,
  aHubSnapshot,
  aPersonSnapshot,
  describeWithMosquitto,
  type Mosquitto,
  MqttObserver,
  startMosquitto,
} from '#libs/testing';
import { MqttHomeBus, type MqttOptions, topics } from './index.js';

const clock = new SystemClock();
const names = topics('7c1');
const HEIGHT = names.of('desk', 'linak-office', 'height');
const TARGET_SET = names.of('desk', 'linak-office', 'target/set');

describeWithMosquitto('MqttHomeBus on Mosquitto (MQTT 5)', () => {
  const log: string[] = [];
  const note =
    (level: string) =>
    (message: string): void => {
      log.push(`${level} ${message}`);
    };
  let mosquitto: Mosquitto;
  const buses: MqttHomeBus[] = [];
  const observers: MqttObserver[] = [];

  const aBus = (change: Partial<MqttOptions> = {}): MqttHomeBus => {
    const bus = new MqttHomeBus({
      url: mosquitto.url,
      base: 'stance',
      discoveryPrefix: 'homeassistant',
      statusTopic: 'homeassistant/status',
      acceptBareMotion: false,
      publishHealth: false,
      publishMinIntervalMs: 250,
      units: 'mm',
      clock,
      random: () => 0,
      logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
      ...change,
    });
    buses.push(bus);
    return bus;
  };

  const anObserver = async (...more: Partial<Parameters<typeof MqttObserver.connect>>): Promise<MqttObserver> => {
    const [, options, subscribe] = more;
    const observer = await MqttObserver.connect(mosquitto.url, { protocolVersion: 5, ...options }, subscribe);
    observers.push(observer);
    return observer;
  };

  const publishAll = (bus: MqttHomeBus): void => {
    bus.publishHub(aHubSnapshot());
    bus.publishDesk(aDeskSnapshot());
    bus.publishBand(aBandSnapshot());
    bus.publishPerson(aPersonSnapshot());
  };

  beforeEach(async () => {
    log.length = 0;
    mosquitto = await startMosquitto();
  });

  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.stop();
    for (const observer of observers.splice(0)) await observer.end();
    await mosquitto.stop();
  });

  it('speaks MQTT 5: states expire, JSON says so, and nothing comes back of its own', async () => {
    const observer = await anObserver();
    const bus = aBus();
    await bus.start(aHousehold());
    publishAll(bus);
    await observer.untilLast(HEIGHT, '720');
    expect(log).toContain(`info MQTT: connected to ${mosquitto.url} with MQTT 5`);
    const properties = (topic: string) => observer.seen.find((message) => message.topic === topic)?.properties;
    expect(properties(HEIGHT)).toMatchObject({ messageExpiryInterval: 1800, payloadFormatIndicator: true });
    expect(properties('homeassistant/device/stance_7c1_hub/config')).toEqual({
      contentType: 'application/json',
      payloadFormatIndicator: true,
    });
    expect(properties(names.status)).toEqual({ payloadFormatIndicator: true });
  });

  it('is left offline by its last will when it dies', async () => {
    const observer = await anObserver();
    const wire = await aWire(mosquitto.port);
    await aBus({ url: wire.url }).start(aHousehold());
    await observer.untilLast(names.status, 'online');
    wire.end();
    await observer.untilLast(names.status, 'offline', 9_000);
    const late = await anObserver();
    await late.untilLast(names.status, 'offline');
  });

  it('does not grey out for a short loss of the network: the will waits 5 s', async () => {
    const observer = await anObserver();
    const wire = await aWire(mosquitto.port);
    const bus = aBus({ url: wire.url });
    const ups: boolean[] = [];
    bus.onConnection((up) => ups.push(up));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    wire.cut();
    await observer.until('it is back', () => observer.payloads(names.status).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(observer.payloads(names.status)).toEqual(['online', 'online']);
    expect(ups).toEqual([true, false, true]);
    await bus.stop();
    wire.end();
  });

  it('says offline before a clean end, and the will does not follow', async () => {
    const observer = await anObserver();
    const bus = aBus();
    await bus.start(aHousehold());
    publishAll(bus);
    await observer.untilLast(names.of('band', 'wrist', 'status'), 'online');
    await bus.stop();
    await observer.untilLast(names.status, 'offline');
    expect(observer.payloads(names.status)).toEqual(['online', 'offline']);
    for (const [kind, id] of [
      ['desk', 'linak-office'],
      ['band', 'wrist'],
    ] as const)
      expect(observer.last(names.of(kind, id, 'status'))).toBe('offline');
  });

  it('brings everything back after the broker died and lost its data', async () => {
    const bus = aBus();
    const ups: boolean[] = [];
    bus.onConnection((up) => ups.push(up));
    const before = await anObserver();
    await bus.start(aHousehold());
    publishAll(bus);
    await before.untilLast(names.of('person', 'ada', 'mode'), 'confirm');
    await before.untilLast(names.of('band', 'wrist', 'status'), 'online');
    await before.untilLast(HEIGHT, '720');
    const held = [...before.topics()].sort();
    await mosquitto.kill();
    bus.publishDesk(aDeskSnapshot({ heightMm: 1100, preset: 'stand' }));
    await mosquitto.startAgain();
    const after = await anObserver();
    await after.until('everything again', () => after.topics().length >= held.length);
    expect([...after.topics()].sort()).toEqual(held);
    await after.untilLast(HEIGHT, '1100');
    expect(ups).toEqual([true, false, true]);
    expect(log.filter((line) => line.endsWith('with MQTT 5'))).toHaveLength(2);
  });

  it('says so when a second hub with the same id throws it out', async () => {
    const observer = await anObserver();
    await aBus().start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await aBus().start(aHousehold());
    const told = () =>
      log.filter((line) => line.startsWith('error') && line.includes('does a second hub run with the same id?'));
    await observer.until('the warning', () => told().length > 0, 15_000);
  });

  it('is not even sent a movement that the broker kept, but a stop is carried out and cleared', async () => {
    const observer = await anObserver();
    const created = clock.epochMs() / 1000;
    await observer.publish(TARGET_SET, JSON.stringify({ value: 900, created }), { retain: true });
    await observer.publish(names.of('desk', 'linak-office', 'stop/set'), 'PRESS', { retain: true });
    const commands: HomeCommand[] = [];
    const bus = aBus();
    bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.of('desk', 'linak-office', 'stop/set'), '');
    expect(commands).toEqual([{ kind: 'stop', deskId: 'linak-office' }]);
  });

  it('sees that a live movement was sent with the retain flag, hands that on, and clears it', async () => {
    const observer = await anObserver();
    const commands: HomeCommand[] = [];
    const bus = aBus();
    bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await observer.publish(TARGET_SET, JSON.stringify({ value: 900, created: clock.epochMs() / 1000 }), {
      retain: true,
    });
    await observer.untilLast(TARGET_SET, '');
    expect(commands).toMatchObject([{ kind: 'height', heightMm: 900, age: { retained: true } }]);
    expect(log.filter((line) => line.includes('retain flag'))).toHaveLength(1);
  });

  it('does not get a movement that was sent while it was away', async () => {
    const observer = await anObserver();
    const first = aBus();
    await first.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await first.stop();
    await observer.publish(TARGET_SET, JSON.stringify({ value: 900, created: clock.epochMs() / 1000 }), { qos: 1 });
    const commands: HomeCommand[] = [];
    const second = aBus();
    second.onCommand((command) => commands.push(command));
    await second.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await observer.publish(names.of('person', 'ada', 'later/set'), 'later');
    await observer.until('the later', () => commands.length > 0);
    expect(commands).toEqual([{ kind: 'later', personId: 'ada' }]);
  });

  it('says everything again after the birth of Home Assistant, once for a burst of births', async () => {
    const observer = await anObserver();
    const bus = aBus();
    await bus.start(aHousehold());
    publishAll(bus);
    await observer.untilLast(HEIGHT, '720');
    await observer.untilLast(names.of('person', 'ada', 'guards'), 'just-returned');
    observer.forget();
    for (let burst = 0; burst < 5; burst += 1) await observer.publish('homeassistant/status', 'online');
    await observer.untilLast(HEIGHT, '720');
    await observer.untilLast(
      'homeassistant/device/stance_7c1_hub/config',
      observer.last('homeassistant/device/stance_7c1_hub/config') ?? 'none',
    );
    expect(observer.payloads(HEIGHT)).toEqual(['720']);
    expect(observer.payloads(names.status)).toEqual(['online']);
    expect(observer.topics().filter((topic) => topic.endsWith('/config'))).toHaveLength(4);
  });

  it('publishes a height in motion at most at the set rate, and always the last one', async () => {
    const observer = await anObserver();
    const bus = aBus({ publishMinIntervalMs: 100 });
    await bus.start(aHousehold());
    bus.publishDesk(aDeskSnapshot());
    await observer.untilLast(HEIGHT, '720');
    for (let heightMm = 721; heightMm <= 820; heightMm += 1) {
      bus.publishDesk(aDeskSnapshot({ heightMm, motion: 'moving-up', targetMm: 820, remainingS: 1, preset: null }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    bus.publishDesk(aDeskSnapshot({ heightMm: 821, preset: null }));
    await observer.untilLast(HEIGHT, '821');
    await observer.untilLast(names.of('desk', 'linak-office', 'motion'), 'idle');
    const times = observer.seen.filter(({ topic }) => topic === HEIGHT).map(({ at }) => at);
    // 100 values in about half a second: the first, one per 100 ms, the last with the end of the motion.
    expect(times.length).toBeGreaterThan(3);
    expect(times.length).toBeLessThan(15);
  });

  it('empties all topics of a device that left the household', async () => {
    const observer = await anObserver();
    const bus = aBus();
    await bus.start(aHousehold());
    publishAll(bus);
    await observer.untilLast(HEIGHT, '720');
    bus.announce(aHousehold({ desks: [] }));
    await observer.until('no desk', () => observer.topics().every((topic) => !topic.includes('desk')));
    const late = await anObserver();
    await late.caughtUp();
    expect(late.topics().filter((topic) => topic.includes('desk'))).toEqual([]);
  });

  it('keeps health data off the broker unless asked, and clears what an earlier run left there', async () => {
    const HEALTH = names.of('band', 'wrist', 'heart-rate');
    const asked = aBus({ publishHealth: true });
    await asked.start(aHousehold());
    asked.publishBand(aBandSnapshot());
    const observer = await anObserver();
    await observer.untilLast(HEALTH, '64');
    await asked.stop();
    const silent = aBus();
    await silent.start(aHousehold());
    silent.publishBand(aBandSnapshot({ heartRateBpm: 71 }));
    await observer.untilLast(HEALTH, '');
    await observer.untilLast(names.of('band', 'wrist', 'status'), 'online');
    expect(observer.payloads(HEALTH)).toEqual(['64', '']);
    expect(log.join('\n')).not.toMatch(/\b(64|71)\b/);
  });

  describe('with a password', () => {
    const user = { username: 'hub', password: 'right-one' };

    beforeEach(async () => {
      await mosquitto.stop();
      mosquitto = await startMosquitto({ user });
    });

    it('says clearly that the log-in was refused, once, without the password, and keeps trying', async () => {
      const bus = aBus({ username: 'hub', password: 'wr0ng-one' });
      await bus.start(aHousehold());
      const refused = () => log.filter((line) => line.startsWith('error'));
      for (let wait = 0; wait < 200 && refused().length === 0; wait += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(refused()).toEqual([
        `error MQTT: no connection to ${mosquitto.url}: the broker refused the log-in, username or password is not accepted: check mqtt.username and mqtt.password. Trying again in the background`,
      ]);
      expect(bus.problem).toContain('check mqtt.username');
      expect(log.join('\n')).not.toContain('wr0ng-one');
    });

    it('connects with the right one', async () => {
      const observer = await anObserver(undefined, user);
      await aBus(user).start(aHousehold());
      await observer.untilLast(names.status, 'online');
    });
  });
});

/** A wire to the broker that can be cut: for the broker that is a killed hub or a lost network. */
const aWire = async (port: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cut,
    end: () => {
      server.close();
      cut();
    },
  };
};
