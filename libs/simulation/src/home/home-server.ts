import { chmod, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { serveHci } from '../hci/hci-wire.js';
import { type Undo } from '../clock/timer-queue.js';
import { HomeRequestHandler } from './home-requests.js';
import { type ClientMessage, HCI_CHANNEL, type HomeMessage, LAB_CHANNEL, Lines } from './home-wire.js';
import { type SimulatedHome } from './simulated-home.js';

const OWNER_ONLY = 0o600;
const LONGEST_OPENING = 100;
/** At 1 x a follower needs no more than every fourth tick: its own timers are no finer than this. */
const TICK_EVERY_MS = 20;
/** A hub that has just plugged its radio in looks around for this long before it connects. */
const HUB_STARTS_MS = 5_000;

export interface ServedHome {
  /** Ends every connection and removes the socket. */
  close(): Promise<void>;
}

/** Serves a home on a unix socket that only its owner may open. Rejects when another home is serving there. */
export async function serveHome(home: SimulatedHome, socketPath: string): Promise<ServedHome> {
  await removeStale(socketPath);
  const serving = new HomeServer(home);
  await serving.listen(socketPath);
  return { close: () => serving.close() };
}

async function removeStale(socketPath: string): Promise<void> {
  const probe = connect(socketPath);
  const answered = await new Promise<boolean>((resolve) => {
    probe.once('connect', () => {
      resolve(true);
    });
    probe.once('error', () => {
      resolve(false);
    });
  });
  probe.destroy();
  if (answered) throw new Error(`${socketPath} already serves a simulated home: stop it or choose another path`);
  await rm(socketPath, { force: true });
}

class HomeServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly radios = new Set<Socket>();
  /** Without a hub nobody listens: the day waits at 1 x instead of running off. */
  private waiting: Undo | null;

  constructor(private readonly home: SimulatedHome) {
    this.waiting = home.clock.hold('no hub yet');
    this.server = createServer((socket) => {
      this.accept(socket);
    });
  }

  async listen(socketPath: string): Promise<void> {
    // The mode must hold from the first moment: binding happens within this call.
    const mask = process.umask(0o777 & ~OWNER_ONLY);
    this.server.listen(socketPath);
    process.umask(mask);
    await once(this.server, 'listening');
    await chmod(socketPath, OWNER_ONLY);
  }

  async close(): Promise<void> {
    this.waiting?.();
    this.waiting = null;
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let opening = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      opening = Buffer.concat([opening, chunk]);
      const end = opening.indexOf('\n');
      if (end < 0 && opening.length <= LONGEST_OPENING) return;
      socket.off('data', read);
      socket.pause();
      const [channel, argument] = opening.toString('latin1', 0, Math.max(0, end)).split(' ');
      socket.unshift(opening.subarray(end + 1));
      this.open(socket, channel ?? '', argument);
      socket.resume();
    };
    socket.on('data', read);
  }

  private open(socket: Socket, channel: string, argument: string | undefined): void {
    if (channel === LAB_CHANNEL) new LabSession(this.home, socket);
    else if (channel === HCI_CHANNEL) this.openRadio(socket, argument);
    else socket.destroy();
  }

  private openRadio(socket: Socket, address: string | undefined): void {
    try {
      serveHci(this.home.air, socket, { addressType: 'public', ...(address ? { address } : {}) });
    } catch {
      // The address is already on the air: the hub sees its adapter down.
      socket.destroy();
      return;
    }
    this.radios.add(socket);
    this.home.clock.holdFor('hub radio starts', HUB_STARTS_MS);
    this.waiting?.();
    this.waiting = null;
    socket.on('close', () => {
      this.radios.delete(socket);
      if (this.radios.size === 0 && this.server.listening) this.waiting ??= this.home.clock.hold('no hub any more');
    });
  }
}

/** One client that lives in lab time: gets every tick, acknowledges it, and may ask. */
class LabSession {
  private readonly lines = new Lines();
  private readonly requests: HomeRequestHandler;
  private sentMs: number;

  constructor(
    home: SimulatedHome,
    private readonly socket: Socket,
  ) {
    const { clock } = home;
    this.requests = new HomeRequestHandler(home);
    this.sentMs = clock.nowMs();
    const follower = clock.follow();
    const undoTick = clock.onTick(({ nowMs, rate }) => {
      this.tick(nowMs, rate);
    });
    this.send({
      lab: { nowMs: clock.nowMs(), epochMs: clock.epochMs(), uptimeMs: clock.uptimeMs(), rate: clock.rate },
    });
    socket.on('data', (chunk: Buffer) => {
      for (const line of this.lines.push(chunk.toString('utf8')))
        this.receive(line, (nowMs) => {
          follower.ack(nowMs);
        });
    });
    socket.on('close', () => {
      undoTick();
      follower.leave();
      this.requests.dispose();
    });
  }

  private tick(nowMs: number, rate: number): void {
    if (nowMs - this.sentMs < TICK_EVERY_MS) return;
    this.sentMs = nowMs;
    this.send({ tick: [nowMs, rate] });
  }

  private receive(line: string, ack: (nowMs: number) => void): void {
    let message: ClientMessage;
    try {
      message = JSON.parse(line) as ClientMessage;
    } catch {
      this.socket.destroy();
      return;
    }
    if ('ack' in message) {
      ack(message.ack);
      return;
    }
    const { id, ask } = message;
    try {
      this.send({ re: id, answer: this.requests.answer(ask) });
    } catch (error) {
      this.send({ re: id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private send(message: HomeMessage): void {
    if (!this.socket.destroyed) this.socket.write(`${JSON.stringify(message)}\n`);
  }
}
