import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** How the broker of one spec differs from an open one that keeps nothing. */
export interface MosquittoOptions {
  readonly user?: { readonly username: string; readonly password: string };
  /** Keep retained messages over `restart()`. */
  readonly persistence?: boolean;
}

/** A real Mosquitto on a free loopback port, in a folder of its own. */
export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Dies without a word, as in a power cut. */
  kill(): Promise<void>;
  /** Comes back on the same port. */
  startAgain(): Promise<void>;
  /** Ends it and removes the folder. Calling it twice is harmless. */
  stop(): Promise<void>;
}

const INSTALL_LINE = 'apt-get install mosquitto';
const START_DEADLINE_MS = 5_000;

/** Debian keeps it in /usr/sbin, which is not on every user's path. */
const findBinary = (name: string): string | null =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file)) ?? null;

const BINARY = findBinary('mosquitto');

/**
 * `describe` for specs that need a real Mosquitto. Where it is not installed the tests are counted as skipped and the
 * name says how to install it; `.ci/run` installs it and fails on any skip.
 */
export const describeWithMosquitto = (name: string, specs: () => void): void => {
  if (BINARY === null) describe.skip(`${name} (skipped: no mosquitto here; ${INSTALL_LINE})`, specs);
  else describe(name, specs);
};

/** Starts a broker and resolves when it accepts connections. Rejects with what it printed where it does not. */
export const startMosquitto = async (options: MosquittoOptions = {}): Promise<Mosquitto> => {
  if (BINARY === null) throw new Error(`mosquitto is not installed: ${INSTALL_LINE}`);
  const folder = mkdtempSync(join(tmpdir(), 'stance-mosquitto-'));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, configuration(folder, port, options));
  let broker = await launch(BINARY, config, port).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    url: `mqtt://127.0.0.1:${String(port)}`,
    port,
    kill: () => end(broker, 'SIGKILL'),
    startAgain: async () => {
      await end(broker, 'SIGKILL');
      broker = await launch(BINARY, config, port);
    },
    stop: async () => {
      await end(broker, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const configuration = (folder: string, port: number, { user, persistence = false }: MosquittoOptions): string => {
  const lines = [`listener ${String(port)} 127.0.0.1`, `allow_anonymous ${String(user === undefined)}`];
  // Started as root it would drop to its own user, who may not read the folder.
  if (process.getuid?.() === 0) lines.push('user root');
  if (persistence)
    lines.push(
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_interval 1',
      'autosave_on_changes true',
    );
  if (user !== undefined) {
    const file = join(folder, 'passwd');
    execFileSync(findBinary('mosquitto_passwd') ?? 'mosquitto_passwd', [
      '-c',
      '-b',
      file,
      user.username,
      user.password,
    ]);
    chmodSync(file, 0o600);
    lines.push(`password_file ${file}`);
  }
  return `${lines.join('\n')}\n`;
};

const launch = async (binary: string, config: string, port: number): Promise<ChildProcess> => {
  const broker = spawn(binary, ['-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [broker.stdout, broker.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const deadline = Date.now() + START_DEADLINE_MS;
  while (!(await accepts(port))) {
    if (broker.exitCode !== null || Date.now() > deadline) {
      await end(broker, 'SIGKILL');
      throw new Error(`mosquitto did not start on port ${String(port)}: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return broker;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });

const end = async (broker: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const exited = once(broker, 'exit');
  broker.kill(signal);
  await exited;
};
