import { ManualClock } from '#libs/testing';
import { Outbox, type Outgoing, type Rule } from './outbox.js';

const RULE: Rule = { qos: 0, json: false, expiryS: 60, rank: 3, minIntervalMs: 250 };
const AT_ONCE: Rule = { ...RULE, minIntervalMs: 0 };

/** A broker that takes each message when the spec says so. */
const aBroker = () => {
  const open: { readonly message: Outgoing; readonly done: () => void }[] = [];
  const got: string[] = [];
  return {
    got,
    open,
    send: (message: Outgoing, done: () => void) => {
      got.push(`${message.topic}=${message.payload}`);
      open.push({ message, done });
    },
    takeAll: () => {
      for (const { done } of open.splice(0)) done();
    },
  };
};

describe('Outbox', () => {
  const clock = new ManualClock();
  let outbox: Outbox;
  let broker: ReturnType<typeof aBroker>;

  beforeEach(() => {
    outbox = new Outbox(clock);
    broker = aBroker();
  });

  afterEach(() => {
    outbox.close();
    expect(clock.pending).toBe(0);
  });

  it('sends only the newest value of each topic after an outage, lower ranks first', () => {
    for (let height = 700; height <= 800; height += 1) outbox.set('height', String(height), RULE, true);
    outbox.set('status', 'online', { ...AT_ONCE, rank: 0 });
    outbox.attach(broker.send);
    expect(broker.got).toEqual(['status=online', 'height=800']);
  });

  it('sends a paced value at once, then at most once per interval, and always the last one', async () => {
    outbox.attach(broker.send);
    for (let step = 0; step < 100; step += 1) {
      outbox.set('height', String(700 + step), RULE);
      broker.takeAll();
      await clock.advance(10);
      broker.takeAll();
    }
    await clock.advance(250);
    // 1 s of a value every 10 ms at one per 250 ms: the first, three in between, the last.
    expect(broker.got).toEqual(['height=700', 'height=724', 'height=749', 'height=774', 'height=799']);
  });

  it('does not wait where it is urgent', async () => {
    outbox.attach(broker.send);
    outbox.set('height', '700', RULE);
    broker.takeAll();
    await clock.advance(10);
    outbox.set('height', '701', RULE);
    outbox.set('height', '702', RULE, true);
    broker.takeAll();
    await clock.advance(1000);
    expect(broker.got).toEqual(['height=700', 'height=702']);
  });

  it('does not repeat a value that the broker has', () => {
    outbox.attach(broker.send);
    outbox.set('preset', 'sit', AT_ONCE);
    broker.takeAll();
    outbox.set('preset', 'sit', AT_ONCE);
    expect(broker.got).toEqual(['preset=sit']);
  });

  it('holds one message per topic and 16 in all against a broker that takes nothing, and goes on with the newest', () => {
    outbox.attach(broker.send);
    for (let topic = 0; topic < 100; topic += 1)
      for (let value = 0; value < 100; value += 1) outbox.set(`t${String(topic)}`, String(value), AT_ONCE);
    expect(broker.open).toHaveLength(16);
    while (broker.open.length > 0) broker.takeAll();
    // The first 16 topics sent their first value and their last one, the others their last one only.
    expect(broker.got).toHaveLength(116);
    expect(new Set(broker.got.slice(16).map((line) => line.split('=')[1]))).toEqual(new Set(['99']));
  });

  it('sends everything again on the next connection, also what the old one never confirmed', () => {
    outbox.attach(broker.send);
    outbox.set('a', '1', AT_ONCE);
    outbox.detach();
    outbox.attach(broker.send);
    expect(broker.got).toEqual(['a=1', 'a=1']);
  });

  it('ignores a confirmation of an earlier connection', async () => {
    outbox.attach(broker.send);
    outbox.set('a', '1', AT_ONCE);
    const [old] = broker.open.splice(0);
    outbox.attach(broker.send);
    old!.done();
    let drained = false;
    void outbox.drained().then(() => (drained = true));
    await clock.advance(1);
    expect(drained).toBe(false);
    broker.takeAll();
    await clock.advance(1);
    expect(drained).toBe(true);
  });

  it('empties a removed topic on the broker, now or at the next connect, and then forgets it', () => {
    outbox.set('gone', '1', AT_ONCE);
    outbox.remove('gone', AT_ONCE);
    outbox.attach(broker.send);
    expect(broker.got).toEqual(['gone=']);
    broker.takeAll();
    outbox.attach(broker.send);
    expect(broker.got).toEqual(['gone=']);
  });

  it('has drained at once where there is no connection', async () => {
    outbox.set('a', '1', AT_ONCE);
    await expect(outbox.drained()).resolves.toBeUndefined();
  });
});
