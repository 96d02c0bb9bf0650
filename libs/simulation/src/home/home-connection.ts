import { connect, type Socket } from 'node:net';
import { LabClockFollower } from '../clock/lab-clock-follower.js';
import { connectHci } from '../hci/hci-wire.js';
import { type HciProvider } from '../hci/virtual-hci-socket.js';
import { type HomeAnswer, type HomeMessage, type HomeRequest, LAB_CHANNEL, Lines } from './home-wire.js';

/** A hub's (or a test's) way into a simulated home of another process. */
export interface HomeConnection {
  /** Lab time, moved by the home. It stands still while the home is gone. */
  readonly clock: LabClockFollower;
  /** Gives every HCI device a radio in the home's air: for `provideVirtualHci`. */
  readonly hci: HciProvider;
  /** Rejects with the home's own words, or when the home goes away. */
  request<R extends HomeRequest>(request: R): Promise<HomeAnswer<R>>;
  close(): void;
}

/** Joins the home that is served at the path. Rejects when there is none. */
export async function connectHome(socketPath: string): Promise<HomeConnection> {
  const client = new HomeClient(connect(socketPath), socketPath);
  const clock = await client.opened;
  return {
    clock,
    hci: () => connectHci(socketPath),
    request: (request) => client.request(request),
    close: () => {
      client.close();
    },
  };
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

class HomeClient {
  readonly opened: Promise<LabClockFollower>;
  private readonly lines = new Lines();
  private readonly waiting = new Map<number, Waiting>();
  private clock: LabClockFollower | null = null;
  private nextId = 1;
  private gone: Error | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly path: string,
  ) {
    this.opened = new Promise((resolve, reject) => {
      this.waiting.set(0, {
        resolve: () => {
          if (this.clock) resolve(this.clock);
        },
        reject,
      });
    });
    socket.on('data', (chunk: Buffer) => {
      for (const line of this.lines.push(chunk.toString('utf8'))) this.receive(JSON.parse(line) as HomeMessage);
    });
    socket.on('error', (error) => {
      this.end(error);
    });
    socket.on('close', () => {
      this.end();
    });
    socket.write(`${LAB_CHANNEL}\n`);
  }

  request<R extends HomeRequest>(request: R): Promise<HomeAnswer<R>> {
    if (this.gone) return Promise.reject(this.gone);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, {
        resolve: (answer) => {
          resolve(answer as HomeAnswer<R>);
        },
        reject,
      });
      this.socket.write(`${JSON.stringify({ id, ask: request })}\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(message: HomeMessage): void {
    if ('tick' in message) this.tick(...message.tick);
    else if ('lab' in message) {
      this.clock = new LabClockFollower(message.lab);
      this.settle(0)?.resolve(null);
    } else if ('error' in message) this.settle(message.re)?.reject(new Error(message.error));
    else this.settle(message.re)?.resolve(message.answer);
  }

  private tick(nowMs: number, rate: number): void {
    this.clock?.advance(nowMs, rate);
    // What the tick set off is given its turn before the home goes on.
    setImmediate(() => {
      if (!this.socket.destroyed) this.socket.write(`${JSON.stringify({ ack: nowMs })}\n`);
    });
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  private end(cause?: Error): void {
    this.gone ??= new Error(`no simulated home at ${this.path}: start one, or look why it ended`, { cause });
    for (const { reject } of this.waiting.values()) reject(this.gone);
    this.waiting.clear();
  }
}
