import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type RequestListener, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openControlSocket, overControlSocket } from './control-socket.js';

const answering: RequestListener = (incoming, response) => response.end(String(overControlSocket(incoming)));

const ask = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: '/' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve(text);
      });
    })
      .once('error', reject)
      .end();
  });

describe('the control socket', () => {
  let folder: string;
  let socketPath: string;
  let close: () => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stance-control-'));
    socketPath = path.join(folder, 'data', 'hub.sock');
    close = await openControlSocket(answering, socketPath);
  });

  afterEach(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  it('may be opened by its owner only, in a folder made for it', () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  it('marks what comes in by it', async () => {
    expect(await ask(socketPath)).toBe('true');
  });

  it('is refused to a second hub, and the first goes on answering', async () => {
    await expect(openControlSocket(answering, socketPath)).rejects.toMatchObject({
      code: 'hub.already-running',
      message: expect.stringContaining(socketPath) as string,
    });
    expect(await ask(socketPath)).toBe('true');
  });

  it('leaves no file behind when it is closed, and a request under way does not hold it up', async () => {
    const hanging = await openControlSocket(() => undefined, path.join(folder, 'hanging.sock'));
    const asked = ask(path.join(folder, 'hanging.sock')).then(
      () => 'answered',
      () => 'cut off',
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    await hanging();
    expect(await asked).toBe('cut off');
    await close();
    expect(await readdir(path.dirname(socketPath))).toEqual([]);
  });

  it('takes the place of the file a killed hub left behind', async () => {
    const stale = path.join(folder, 'stale.sock');
    await leaveStaleSocket(stale);
    expect(existsSync(stale)).toBe(true);
    const closeStale = await openControlSocket(answering, stale);
    expect(await ask(stale)).toBe('true');
    await closeStale();
  });

  it('takes the place of a plain file, too', async () => {
    const file = path.join(folder, 'file.sock');
    await writeFile(file, 'not a socket');
    const closeFile = await openControlSocket(answering, file);
    expect(await ask(file)).toBe('true');
    await closeFile();
  });
});

/** A socket file without a process behind it: Node removes its own on close, a second name for it stays. */
async function leaveStaleSocket(file: string): Promise<void> {
  const { link } = await import('node:fs/promises');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(`${file}.first`, resolve);
  });
  await link(`${file}.first`, file);
  await new Promise((resolve) => server.close(resolve));
}
