import { chmod, mkdir, rm } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, type Server, createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { StanceError } from '#libs/application';

const requests = new WeakSet<IncomingMessage>();

/**
 * Whether the request came in by a control socket. The server that took it says so, never the peer's address: a TCP peer
 * that has reset its connection has none either.
 */
export const overControlSocket = (request: IncomingMessage): boolean => requests.has(request);

/** Serves the handler on a unix socket that only the hub's own user may open. */
export async function openControlSocket(handler: RequestListener, socketPath: string): Promise<() => Promise<void>> {
  await mkdir(path.dirname(socketPath), { recursive: true });
  if (await answers(socketPath)) {
    throw new StanceError(
      'hub.already-running',
      `a hub already answers on ${socketPath}: stop it, or give this one another data_dir`,
      {
        owner: 'user',
      },
    );
  }
  await rm(socketPath, { force: true });
  const server = createServer((request, response) => {
    requests.add(request);
    handler(request, response);
  });
  await listen(server, socketPath);
  await chmod(socketPath, 0o600);
  return async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    await rm(socketPath, { force: true });
  };
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Created with no rights for others: the chmod that follows leaves no moment in between.
    const mask = process.umask(0o177);
    server.listen(socketPath, () => {
      resolve();
    });
    process.umask(mask);
  });
}

/** A socket file that a killed hub left behind answers nobody. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
}
