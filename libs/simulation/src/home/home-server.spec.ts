import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectHome, type HomeConnection } from './home-connection.js';
import { defaultHome } from './home-plan.js';
import { serveHome, type ServedHome } from './home-server.js';
import { SimulatedHome } from './simulated-home.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (met: () => boolean, withinMs = 8_000) => {
  for (let waited = 0; !met() && waited < withinMs; waited += 10) await sleep(10);
  expect(met()).toBe(true);
};

describe('a home served on a socket', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stance-home-'));
  const socketPath = path.join(folder, 'home.sock');
  let home: SimulatedHome;
  let served: ServedHome;
  let lab: HomeConnection;

  beforeAll(async () => {
    home = await SimulatedHome.start(defaultHome());
    writeFileSync(socketPath, ''); // what a killed home leaves behind
    served = await serveHome(home, socketPath);
    lab = await connectHome(socketPath);
  });

  afterAll(async () => {
    lab.close();
    await served.close();
    home.stop();
    rmSync(folder, { recursive: true });
    await sleep(1_100);
  });

  it('is for its owner only, and refuses a second home at the same path', async () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await expect(serveHome(home, socketPath)).rejects.toThrow(/already serves a simulated home/);
  });

  it('waits at 1 x until a hub plugs its radio in, and again when the last one is gone', async () => {
    expect((await lab.request({ do: 'status' })).holds).toEqual(['no hub yet']);
    const radio = lab.hci(0);
    const packets: string[] = [];
    radio.onData((bytes) => packets.push(Buffer.from(bytes).toString('hex')));
    radio.write(Buffer.from('01030c00', 'hex'));
    await until(() => packets.length > 0);
    expect(packets[0]).toBe('040e0401030c00');
    await until(() => home.clock.rate === 240);
    radio.close();
    await until(() => home.clock.rate === 1);
    expect(home.clock.reasons()).toEqual(['no hub any more']);
  });

  it('keeps its followers in step, and waits for one that does not acknowledge', async () => {
    const radio = lab.hci(0);
    await until(() => home.clock.rate === 240);
    const from = lab.clock.monotonicMs();
    const fired: number[] = [];
    lab.clock.at(from + 60_000, () => fired.push(lab.clock.monotonicMs() - from));
    await until(() => lab.clock.monotonicMs() > from + 120_000);
    expect(fired).toEqual([60_000]);
    expect(home.clock.nowMs() - lab.clock.monotonicMs()).toBeLessThanOrEqual(2_400);
    expect(lab.clock.epochMs() - lab.clock.monotonicMs()).toBe(home.clock.epochMs() - home.clock.nowMs());

    const lazy = connect(socketPath);
    lazy.write('lab\n');
    await sleep(50);
    const stuck = home.clock.nowMs();
    await sleep(300);
    expect(home.clock.nowMs() - stuck).toBeLessThanOrEqual(2_400);
    lazy.destroy();
    await until(() => home.clock.nowMs() > stuck + 10_000);
    radio.close();
  });

  it('answers requests, and says which names exist when one is unknown', async () => {
    await lab.request({ do: 'hold', reason: 'a test looks' });
    const { holds, desks, people } = await lab.request({ do: 'status' });
    expect(holds).toContain('a test looks');
    expect({ desks, people }).toEqual({
      desks: { 'desk-1': { heightMm: 722, speedMmPerS: 0 } },
      people: { 'person-1': { posture: 'sitting', place: 'desk' } },
    });
    expect(await lab.request({ do: 'plan' })).toEqual(defaultHome());
    await expect(lab.request({ do: 'press', desk: 'desk-9', direction: 'up', forMs: 100 })).rejects.toThrow(
      'no desk-9 in this home, only desk-1',
    );
    await lab.request({ do: 'press', desk: 'desk-1', direction: 'up', forMs: 500 });
    await until(() => home.truth.ofKind('rest').length === 1);
    const facts = await lab.request({ do: 'truth', since: 1 });
    expect(facts.map(({ kind }) => kind)).toEqual(['press', 'motor', 'rest']);
    expect(facts[1]).toMatchObject({ cause: 'handset', fromMm: 722, dips: 0, starts: 1 });
    await lab.request({ do: 'release', reason: 'a test looks' });
    expect((await lab.request({ do: 'status' })).holds).not.toContain('a test looks');
  });

  it('a device out of range is silent, and back it holds the lab for a hub to hear it', async () => {
    const powered = () => home.bands.get('band-1') && home.air.rssi('d4:3a:7c:51:08:e2', 'x');
    expect(powered()).toBeLessThan(-50);
    await lab.request({ do: 'range', device: 'band-1', inRange: false });
    await lab.request({ do: 'range', device: 'band-1', inRange: true });
    expect(home.clock.reasons()).toContain('d4:3a:7c:51:08:e2 is back');
    await expect(lab.request({ do: 'range', device: 'cat', inRange: false })).rejects.toThrow('only desk-1, band-1');
  });

  it('ends the holds of a client that goes, and hangs up on nonsense', async () => {
    const guest = await connectHome(socketPath);
    await guest.request({ do: 'hold', reason: 'a guest' });
    guest.close();
    await until(() => !home.clock.reasons().includes('a guest'));
    await expect(guest.request({ do: 'status' })).rejects.toThrow(/no simulated home/);
    for (const opening of ['what\n', 'x'.repeat(200), 'lab\n{nonsense\n']) {
      const stranger = connect(socketPath);
      stranger.write(opening);
      stranger.resume();
      await new Promise((resolve) => stranger.once('close', resolve));
    }
    expect((await lab.request({ do: 'status' })).rate).toBe(1);
  });

  it('rejects when nobody serves, and removes its socket at the end', async () => {
    await expect(connectHome(path.join(folder, 'none.sock'))).rejects.toThrow(/no simulated home at/);
    const other = path.join(folder, 'other.sock');
    const second = await serveHome(home, other);
    const connection = await connectHome(other);
    const lost = connection.request({ do: 'status' });
    await lost;
    await second.close();
    await until(() => !existsSync(other));
    await expect(connection.request({ do: 'status' })).rejects.toThrow(/no simulated home/);
  });
});
