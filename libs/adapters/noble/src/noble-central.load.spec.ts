import { type Notification, type SessionSpec } from '#libs/application';
import { openAirStage } from './spec-support/air-stage.js';

const RATE_PER_S = 200;
const SECONDS = 3;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(['abandonware', 'stoprocent'] as const)('Under load, NobleCentral on %s', (name) => {
  it(`loses none of ${RATE_PER_S} notifications a second at a connection interval of 30 ms`, async () => {
    const stage = await openAirStage(name, { connectionIntervalMs: 30 });
    const [device] = stage.devices;
    const spec: SessionSpec = {
      required: [device.position],
      notify: [device.position],
      connection: { minIntervalMs: 30, maxIntervalMs: 30, latency: 0, supervisionTimeoutMs: 4_000 },
    };
    const link = await stage.central.connect(device.address, spec);
    const got: Notification[] = [];
    link.onNotification((notification) => got.push(notification));
    const sent: string[] = [];
    const startedAt = performance.now();
    while (sent.length < RATE_PER_S * SECONDS) {
      const due = Math.min(((performance.now() - startedAt) * RATE_PER_S) / 1_000, RATE_PER_S * SECONDS);
      while (sent.length < due) {
        const value = sent.length.toString(16).padStart(8, '0');
        sent.push(value);
        device.notify(value);
      }
      await sleep(5);
    }
    await sleep(200);
    expect(got.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(sent);
    await stage.close();
  });
});
