import { type MqttClient } from 'mqtt';
import { type SimulatedHome } from '#libs/simulation';
import { sleep } from './bench-run.js';

const PER_SECOND = 200;
const PERIOD_MS = 1_000 / PER_SECOND;
const ECHO_TOPIC = 'stance-bench/echo';
/** The last message has this long to come. */
const LAST_MS = 1_000;
/** ACL header 5, L2CAP header 4, ATT opcode and handle 3, value 4: the height notification (docs/protocols/linak.md). */
const HEIGHT_PACKET_BYTES = 16;
const VALUE_AT = 12;
const RAW_PER_MM = 10;
/** Whole millimetres, because that is what is published: even ones on the way up and odd ones down never repeat in a lap. */
const LAP_MM = 600;
/** As many digits as a height. */
const FIRST_ECHO = 620;

/** ms from being sent to the subscriber, of each message that came; the newest of equal heights counts. */
export interface Latency {
  readonly arrivedMs: readonly number[];
  readonly sent: number;
}

export interface LatencyOptions {
  readonly subscriber: MqttClient;
  readonly seconds: number;
}

export interface HubLatencyOptions extends LatencyOptions {
  readonly home: SimulatedHome;
  readonly deskId: string;
  readonly heightTopic: string;
}

/**
 * 200 known heights a second from the desk, from the moment the packet enters the hub's controller. Stimulus and
 * subscriber share this process's clock.
 */
export async function hubLatency({ home, deskId, heightTopic, ...options }: HubLatencyOptions): Promise<Latency> {
  const desk = home.desks.get(deskId);
  if (desk === undefined) throw new RangeError(`no desk ${deskId}`);
  const { address, baseMm } = desk.plan;
  const lowest = Math.ceil(baseMm) + 1;
  try {
    return await measure(heightTopic, options, (index, stamp) => {
      // Asked at the instant the packet crosses.
      home.air.notificationFilter = ({ from, packet }) => {
        if (from === address && packet.length === HEIGHT_PACKET_BYTES) {
          const raw = Buffer.from(packet).readUInt16LE(VALUE_AT);
          stamp(String(Math.round(baseMm + raw / RAW_PER_MM)));
        }
        return 'deliver';
      };
      desk.reportHeight(lowest + lapMm(index));
    });
  } finally {
    home.air.notificationFilter = () => 'deliver';
  }
}

/** The same for a bare client on the broker: as many messages, as long, to the same subscriber. */
export const brokerLatency = (publisher: MqttClient, options: LatencyOptions): Promise<Latency> =>
  measure(ECHO_TOPIC, options, (index, stamp) => {
    const payload = String(FIRST_ECHO + lapMm(index));
    stamp(payload);
    publisher.publish(ECHO_TOPIC, payload);
  });

async function measure(
  topic: string,
  { subscriber, seconds }: LatencyOptions,
  send: (index: number, stamp: (payload: string) => void) => void,
): Promise<Latency> {
  const sentAt = new Map<string, number>();
  const arrivedMs: number[] = [];
  let sent = 0;
  const take = (heard: string, payload: Buffer): void => {
    const at = heard === topic ? sentAt.get(payload.toString('utf8')) : undefined;
    if (at === undefined) return;
    sentAt.delete(payload.toString('utf8'));
    arrivedMs.push(performance.now() - at);
  };
  const stamp = (payload: string): void => {
    sentAt.set(payload, performance.now());
    sent += 1;
  };
  await subscriber.subscribeAsync(topic);
  subscriber.on('message', take);
  await steadily(seconds * PER_SECOND, (index) => {
    send(index, stamp);
  });
  await sleep(LAST_MS);
  subscriber.off('message', take);
  await subscriber.unsubscribeAsync(topic);
  return { arrivedMs, sent };
}

const lapMm = (index: number): number => {
  const at = (2 * index) % (2 * LAP_MM);
  return at < LAP_MM ? at : 2 * LAP_MM - at - 1;
};

/** On a fixed grid: a late turn is caught up with, so that the rate holds. */
async function steadily(count: number, act: (index: number) => void): Promise<void> {
  const startMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    const waitMs = startMs + index * PERIOD_MS - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    act(index);
  }
}
