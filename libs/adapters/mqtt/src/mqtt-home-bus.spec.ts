import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { SystemClock } from '#adapters/clock';
import { type HomeCommand } from '#libs/application';
import { aBandSnapshot, aDeskSnapshot, aHousehold, aHubSnapshot, aPersonSnapshot, MqttObserver } from '#libs/testing';
import { EmbeddedBroker, MqttHomeBus, type MqttOptions, topics } from './index.js';

const clock = new SystemClock();
const names = topics('7c1');

describe('MqttHomeBus on the embedded broker (MQTT 3.1.1)', () => {
  const log: string[] = [];
  const note = (message: string): void => {
    log.push(message);
  };
  let broker: EmbeddedBroker;
  let url: string;
  let observer: MqttObserver;
  let bus: MqttHomeBus;

  const options = (): MqttOptions => ({
    url,
    base: 'stance',
    discoveryPrefix: 'homeassistant',
    statusTopic: 'homeassistant/status',
    acceptBareMotion: false,
    publishHealth: false,
    publishMinIntervalMs: 250,
    units: 'mm',
    clock,
    random: () => 0,
    logger: { debug: note, info: note, warn: note, error: note },
  });

  beforeEach(async () => {
    log.length = 0;
    broker = new EmbeddedBroker();
    ({ url } = await broker.start());
    observer = await MqttObserver.connect(url);
    bus = new MqttHomeBus(options());
  });

  afterEach(async () => {
    await bus.stop();
    await observer.end();
    await broker.stop();
  });

  it('falls back to 3.1.1, says which version it speaks, and announces the hub before its devices', async () => {
    await bus.start(aHousehold());
    await observer.until(
      'all documents',
      () => observer.topics().filter((topic) => topic.endsWith('/config')).length === 4,
    );
    expect(bus.connected).toBe(true);
    expect(log).toContain(`MQTT: connected to ${url} with MQTT 3.1.1`);
    expect(observer.seen.map(({ topic }) => topic).filter((topic) => topic.startsWith('homeassistant'))).toEqual([
      'homeassistant/device/stance_7c1_hub/config',
      'homeassistant/device/stance_7c1_desk_linak-office/config',
      'homeassistant/device/stance_7c1_band_wrist/config',
      'homeassistant/device/stance_7c1_person_ada/config',
    ]);
  });

  it('says offline for the hub and each device on a clean stop, and ends every timer and connection', async () => {
    await bus.start(aHousehold());
    bus.publishDesk(aDeskSnapshot());
    await observer.untilLast(names.of('desk', 'linak-office', 'status'), 'online');
    await bus.stop();
    await observer.untilLast(names.status, 'offline');
    await observer.untilLast(names.of('desk', 'linak-office', 'status'), 'offline');
    expect(bus.connected).toBe(false);
  });

  it('publishes every state of the four kinds in the words of docs/mqtt.md', async () => {
    await bus.start(aHousehold());
    bus.publishHub(aHubSnapshot());
    bus.publishDesk(aDeskSnapshot());
    bus.publishBand(aBandSnapshot());
    bus.publishPerson(aPersonSnapshot());
    await observer.untilLast(names.of('person', 'ada', 'mode'), 'confirm');
    await observer.untilLast(names.of('person', 'ada', 'unknown-today'), '0');
    const states = observer.topics().filter((topic) => topic.startsWith('stance/'));
    expect(Object.fromEntries(states.sort().map((topic) => [topic, observer.last(topic)]))).toMatchSnapshot();
  });

  it('hands on what a person sends, and nothing of a broken payload', async () => {
    const commands: HomeCommand[] = [];
    bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    const created = clock.epochMs() / 1000;
    await observer.publish(
      names.of('desk', 'linak-office', 'target/set'),
      JSON.stringify({ value: 900, created, id: 'k1' }),
    );
    await observer.publish(names.of('desk', 'linak-office', 'target/set'), '{"value": "up"');
    await observer.publish('stance/7c1/desk/another/target/set', '900');
    await observer.publish(names.of('desk', 'linak-office', 'stop/set'), '');
    await observer.publish(names.of('person', 'ada', 'snooze/set'), '30');
    await observer.until('the snooze', () => commands.length === 3);
    expect(commands).toEqual([
      {
        kind: 'height',
        deskId: 'linak-office',
        heightMm: 900,
        age: { commandId: 'k1', ageMs: expect.any(Number) as number, retained: false },
      },
      { kind: 'stop', deskId: 'linak-office' },
      { kind: 'snooze', personId: 'ada', minutes: 30 },
    ]);
    expect(bus.counters).toEqual({ accepted: 3, broken: 2, flooded: 0, droppedEvents: 0 });
  });

  it('hands on a retained movement as retained, carries out a retained stop, and clears both', async () => {
    const commands: HomeCommand[] = [];
    bus.onCommand((command) => commands.push(command));
    const target = names.of('desk', 'linak-office', 'target/set');
    const stop = names.of('desk', 'linak-office', 'stop/set');
    const mode = names.of('person', 'ada', 'mode/set');
    await observer.publish(target, JSON.stringify({ value: 900, created: clock.epochMs() / 1000 }), { retain: true });
    await observer.publish(stop, 'PRESS', { retain: true });
    await observer.publish(mode, 'off', { retain: true });
    await bus.start(aHousehold());
    for (const topic of [target, stop, mode]) await observer.untilLast(topic, '');
    expect(commands.filter(({ kind }) => kind === 'height')).toMatchObject([{ age: { retained: true } }]);
    expect(commands.filter(({ kind }) => kind === 'stop').length).toBeGreaterThanOrEqual(1);
    expect(commands.filter(({ kind }) => kind === 'mode')).toEqual([]);
  });

  it('keeps trying without a broker, blocks nobody, and publishes the newest values when it comes', async () => {
    await broker.stop();
    await bus.start(aHousehold());
    for (let height = 700; height < 1000; height += 1) bus.publishDesk(aDeskSnapshot({ heightMm: height }));
    bus.publishEvent({ kind: 'moved-by-hand', deskId: aDeskSnapshot().id, fromMm: 700, toMm: 999 });
    expect(bus.connected).toBe(false);
    broker = new EmbeddedBroker(Number(new URL(url).port));
    await broker.start();
    await observer.untilLast(names.of('desk', 'linak-office', 'height'), '999');
    expect(observer.payloads(names.of('desk', 'linak-office', 'height'))).toEqual(['999']);
    expect(bus.counters.droppedEvents).toBe(1);
    expect(log.filter((line) => line.includes('nothing listens there'))).toHaveLength(1);
  });

  it('never shows credentials that were written into the URL', async () => {
    const secret = new MqttHomeBus({ ...options(), url: url.replace('mqtt://', 'mqtt://hub:s3cret@') });
    await secret.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await secret.stop();
    expect(secret.url).toBe(url);
    expect(log.join('\n')).not.toMatch(/s3cret/);
  });

  it('bounds a flood and still hands on every stop in it', async () => {
    const commands: HomeCommand[] = [];
    bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        observer.publish(names.of('desk', 'linak-office', index % 10 === 0 ? 'stop/set' : 'target/set'), '900'),
      ),
    );
    await observer.publish(names.of('desk', 'linak-office', 'stop/set'), 'last');
    await observer.until('the last stop', () => commands.filter(({ kind }) => kind === 'stop').length === 21);
    const moves = commands.filter(({ kind }) => kind === 'height').length;
    expect(moves).toBeGreaterThanOrEqual(20);
    expect(moves).toBeLessThan(40);
    expect(bus.counters.flooded).toBe(180 - moves);
    expect(log.filter((line) => line.includes('commands a second'))).toHaveLength(1);
  });

  it.each([
    [60, "in the future: the sender's clock is ahead"],
    [-60, 'ago, allowed are 10 s'],
  ])('names a clock that is %d s off, and hands the command on as that stale', async (offS, words) => {
    const commands: HomeCommand[] = [];
    bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    const created = clock.epochMs() / 1000 + offS;
    await observer.publish(names.of('desk', 'linak-office', 'preset/set'), JSON.stringify({ value: 'stand', created }));
    await observer.until('the command', () => commands.length === 1);
    expect(commands).toMatchObject([{ kind: 'preset', preset: 'stand' }]);
    const [command] = commands;
    expect(command !== undefined && 'age' in command ? command.age.ageMs : null).toBeGreaterThan(50_000);
    expect(log.filter((line) => /command-refused: .* (59|60)\.\d s /.test(line) && line.includes(words))).toHaveLength(
      1,
    );
  });

  it('goes on with the other listeners where one throws', async () => {
    const commands: HomeCommand[] = [];
    bus.onCommand(() => {
      throw new Error('broken listener');
    });
    const undo = bus.onCommand((command) => commands.push(command));
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    await observer.publish(names.of('person', 'ada', 'later/set'), 'later');
    await observer.until('the later', () => commands.length === 1);
    undo();
    await observer.publish(names.of('person', 'ada', 'later/set'), 'later');
    await observer.until('the second', () => bus.counters.accepted === 2);
    expect(commands).toHaveLength(1);
    expect(log.filter((line) => line.includes('broken listener'))).toHaveLength(2);
  });

  it('sends events unretained, in the words of the entity', async () => {
    await bus.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    const { id } = aDeskSnapshot();
    bus.publishEvent({ kind: 'move-started', deskId: id, txId: 't1', targetMm: 1100 });
    bus.publishEvent({
      kind: 'command-refused',
      deskId: null,
      commandId: 'k1',
      txId: null,
      guards: ['command-stale'],
      text: 'too old',
    });
    const topic = names.of('desk', 'linak-office', 'event');
    await observer.until('both events', () => observer.last(names.of('hub', '7c1', 'event')) !== undefined);
    expect(observer.payloads(topic)).toEqual(['{"event_type":"move-started","tx_id":"t1","target_mm":1100}']);
    const late = await MqttObserver.connect(url);
    await late.caughtUp();
    expect(late.last(topic)).toBeUndefined();
    await late.end();
  });

  it('finds 3.1.1 also where the broker drops MQTT 5 without a word', async () => {
    const port = Number(new URL(url).port);
    const old = createServer((near) => {
      near.on('error', () => undefined);
      near.once('data', (packet: Buffer) => {
        // CONNECT: the protocol version follows the name "MQTT".
        if (packet[packet.indexOf('MQTT') + 4] === 5) near.destroy();
        else {
          const far = connect(port, '127.0.0.1', () => far.write(packet));
          far.on('error', () => undefined);
          far.pipe(near).pipe(far);
        }
      });
    });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const oldUrl = `mqtt://127.0.0.1:${String((old.address() as AddressInfo).port)}`;
    const through = new MqttHomeBus({ ...options(), url: oldUrl });
    await through.start(aHousehold());
    await observer.untilLast(names.status, 'online');
    expect(log).toContain(`MQTT: connected to ${oldUrl} with MQTT 3.1.1`);
    await through.stop();
    old.close();
  });

  it('stops in time while a broker accepts the connection and says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const hung = new MqttHomeBus({
      ...options(),
      url: `mqtt://127.0.0.1:${String((silent.address() as AddressInfo).port)}`,
    });
    await hung.start(aHousehold());
    hung.publishDesk(aDeskSnapshot());
    await hung.stop();
    expect(hung.connected).toBe(false);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it.each([
    ['no URL', { url: 'broker:1883' }, 'mqtt.bad-url'],
    ['another scheme', { url: 'http://hub:s3cret@broker' }, 'mqtt.bad-url'],
    ['a base that is the discovery prefix', { base: 'homeassistant' }, 'mqtt.base-is-prefix'],
  ])('refuses %s with its cause and without its secrets', (_, change, code) => {
    expect(() => new MqttHomeBus({ ...options(), ...change })).toThrow(expect.objectContaining({ code }) as Error);
    expect(() => new MqttHomeBus({ ...options(), ...change })).toThrow(/^(?!.*s3cret)/);
  });
});
