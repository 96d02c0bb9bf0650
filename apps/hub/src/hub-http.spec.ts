import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type FeedItem, HubFeed, HubService, Pipeline } from '#libs/application';
import { bandId, deskId } from '#libs/domain';
import { loadConfig } from '#adapters/config';
import { openControlSocket } from '#adapters/http';
import { type OpenedAdapters, openAdapters } from './adapters.js';
import { hubLog } from './hub-log.js';
import { createApp, startHub } from './start-hub.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}
type Door = { readonly port: number; readonly host?: string } | { readonly socketPath: string };

function ask(door: Door, method: string, url: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...('host' in door ? { host: door.host } : {}),
    };
    const target = 'port' in door ? { host: '127.0.0.1', port: door.port } : door;
    const call = request({ ...target, path: url, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: text });
      });
    });
    call.once('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const json = ({ body }: Answer): unknown => JSON.parse(body);

/** A hub without a radio, on its own broker: everything but Bluetooth is the real part. */
const CONFIG = `
config_version: 1
time_zone: UTC
data_dir: ./data
http: { port: 0 }
commands: { remote: open }
desks: [{ id: office, name: Office desk, profile: linak-dpg }]
bands: [{ id: wrist, name: Wrist, profile: infinitime }]
persons: [{ id: alex, name: Alex, desk: office, band: wrist, mode: notify, presets: { sit_mm: 720, stand_mm: 1110 } }]
`;
const silent = hubLog({ levels: ['fatal'] });

const CONTROL = [
  ['GET', '/control/state'],
  ['GET', '/control/scan?seconds=1'],
  ['POST', '/control/desks/office/move'],
  ['POST', '/control/desks/office/stop'],
  ['POST', '/control/desks/office/unlock'],
] as const;

describe('the hub’s HTTP face', () => {
  let folder: string;
  let file: string;
  let adapters: OpenedAdapters;
  let app: NestExpressApplication;
  let closeSocket: () => Promise<void>;
  let tcp: { readonly port: number };
  let unix: { readonly socketPath: string };
  const told: FeedItem[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stance-http-'));
    file = path.join(folder, 'stance.yaml');
    await writeFile(file, CONFIG);
    const config = await loadConfig(file);
    adapters = await openAdapters({ config, simulatedHome: null, log: silent });
    app = await createApp(adapters, silent);
    await app.init();
    unix = { socketPath: path.join(config.data_dir, 'hub.sock') };
    closeSocket = await openControlSocket(app.getHttpAdapter().getInstance(), unix.socketPath);
    await app.listen(0, '127.0.0.1');
    tcp = { port: (app.getHttpServer().address() as AddressInfo).port };
    app.get(HubFeed).onItem((item) => told.push(item));
  });

  afterAll(async () => {
    await app.get(HubService).stop();
    await closeSocket();
    await app.close();
    await adapters.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('before the start it lives and is not ready', async () => {
    expect(await ask(tcp, 'GET', '/health/live')).toEqual({ status: 200, body: '{"status":"ok"}' });
    const ready = await ask(tcp, 'GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(json(ready)).toMatchObject({ status: 'not-ready', hub: 'starting' });
  });

  it('without a radio it is up, degraded, and says why', async () => {
    const connected = new Promise<void>((resolve) => {
      app.get(HubFeed).onItem((item) => {
        if (item.kind === 'bus' && item.connected) resolve();
      });
    });
    await app.get(HubService).start();
    await connected;
    const ready = await ask(tcp, 'GET', '/health/ready');
    expect(ready.status).toBe(200);
    expect(json(ready)).toEqual({
      status: 'degraded',
      hub: 'up',
      radio: 'unavailable',
      radioProblem: 'no radio is configured',
      broker: 'connected',
    });
  });

  it.each(CONTROL)('%s %s is refused over TCP', async (method, url) => {
    const answer = await ask(tcp, method, url, method === 'POST' ? { height_mm: 800 } : undefined);
    expect(answer.status).toBe(403);
  });

  it('the socket is its owner’s alone, and state, move, stop and unlock answer on it', async () => {
    expect(statSync(unix.socketPath).mode & 0o777).toBe(0o600);
    const state = await ask(unix, 'GET', '/control/state');
    expect(json(state)).toMatchObject({
      hub: { name: 'Stance', simulated: false },
      desks: [{ id: 'office', link: false, heightMm: null }],
    });
    const move = await ask(unix, 'POST', '/control/desks/office/move', { preset: 'stand' });
    expect(json(move)).toMatchObject({ kind: 'command-refused', guards: expect.arrayContaining(['link-down']) as [] });
    expect(await ask(unix, 'POST', '/control/desks/office/stop', {})).toEqual({
      status: 200,
      body: '{"desk":"office","sent":false}',
    });
    expect((await ask(unix, 'POST', '/control/desks/office/unlock', {})).status).toBe(200);
  });

  it.each([
    ['an unknown desk', 404, '/control/desks/attic/move', { height_mm: 800 }],
    ['an unknown preset', 422, '/control/desks/office/move', { preset: 'lie' }],
    ['a height that is no number', 422, '/control/desks/office/move', { height_mm: '800' }],
    ['a height and a preset at once', 422, '/control/desks/office/move', { height_mm: 800, preset: 'sit' }],
    ['no body', 422, '/control/desks/office/move', undefined],
  ])('refuses a move with %s (%i)', async (_what, status, url, body) => {
    expect((await ask(unix, 'POST', url, body)).status).toBe(status);
  });

  it.each([0, -1, 1e9, Number.NaN])('refuses to scan for %d s', async (seconds) => {
    expect((await ask(unix, 'GET', `/control/scan?seconds=${seconds}`)).status).toBe(422);
  });

  it.each(['stance.example', 'stance.example:80', '127.0.0.1.stance.example', 'localhost.'])(
    'answers 421 to a page that calls this machine %p',
    async (host) => {
      for (const url of ['/health/live', '/metrics', '/control/state'])
        expect((await ask({ ...tcp, host }, 'GET', url)).status).toBe(421);
    },
  );

  it.each(['localhost', '127.0.0.1', '[::1]'])('answers to the loopback name %s', async (host) => {
    expect((await ask({ ...tcp, host: `${host}:${tcp.port}` }, 'GET', '/health/live')).status).toBe(200);
  });

  it('a TCP peer that resets its connection after the request is still a TCP peer: nothing is commanded', async () => {
    told.length = 0;
    for (let attempt = 0; attempt < 40; attempt += 1)
      await sendAndReset(tcp.port, 'POST', '/control/desks/office/move');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(told).toEqual([]);
    await ask(unix, 'POST', '/control/desks/office/move', { height_mm: 800 });
    expect(told).toMatchObject([{ kind: 'command-refused' }]);
  });

  it('/metrics shows the desk’s height and no health data', async () => {
    const pipeline = app.get(Pipeline);
    const at = adapters.clock.stamp();
    pipeline.accept({ type: 'LinkChanged', at, source: deskId('office'), up: true });
    pipeline.observed(deskId('office'), { kind: 'height', heightMm: 722.5, speedMmS: 0 }, at);
    pipeline.observed(bandId('wrist'), { kind: 'steps', total: 54_321 }, at);
    pipeline.observed(bandId('wrist'), { kind: 'heart-rate', bpm: 187, contact: null }, at);
    const { status, body } = await ask(tcp, 'GET', '/metrics');
    expect(status).toBe(200);
    const ours = body.split('\n').filter((line) => !/^(# \w+ )?stance_(process|nodejs)_/.test(line));
    expect(body).toContain('stance_desk_height_mm{desk="office"} 722.5');
    expect(body).toContain('stance_link_up{device="wrist"} 0');
    expect(ours.join('\n')).not.toMatch(/54321|187|step|heart|bpm/i);
  });

  it('a second hub on the same data folder is refused and leaves the first alone', async () => {
    const second = startHub({ config: await loadConfig(file), simulatedHome: null, log: silent });
    await expect(second).rejects.toMatchObject({ code: 'hub.already-running' });
    expect(existsSync(unix.socketPath)).toBe(true);
    expect((await ask(unix, 'GET', '/control/state')).status).toBe(200);
  });
});

/** The whole request, and the reset right behind it. */
function sendAndReset(port: number, method: string, url: string): Promise<void> {
  const body = '{"height_mm":800}';
  const head = [`${method} ${url} HTTP/1.1`, 'host: localhost', 'content-type: application/json'];
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write([...head, `content-length: ${body.length}`, '', body].join('\r\n'), () => {
        socket.resetAndDestroy();
        resolve();
      });
    });
    socket.on('error', () => undefined);
  });
}
