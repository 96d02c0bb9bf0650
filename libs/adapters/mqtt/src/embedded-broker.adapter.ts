import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/**
 * A broker of its own for a house without one: MQTT 3.1.1 only, on loopback only, nothing kept on disk
 * (docs/mqtt.md, "Which broker"). Current Home Assistant wants an external MQTT 5 broker.
 */
export class EmbeddedBroker {
  private broker: Aedes | null = null;
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();

  /** @param port 0 takes a free one. */
  constructor(private readonly port = 0) {}

  /** Listens on 127.0.0.1 and says where. Rejects with Node's error where the port is taken. */
  async start(): Promise<{ readonly url: string }> {
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      broker.handle(socket);
    });
    this.broker = broker;
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    return { url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
  }

  /** Closes all connections. Calling it twice is harmless. */
  async stop(): Promise<void> {
    const { broker, server } = this;
    this.broker = null;
    this.server = null;
    if (broker === null || server === null) return;
    const closed = new Promise<void>((resolve) =>
      server.close(() => {
        resolve();
      }),
    );
    await new Promise<void>((resolve) => {
      broker.close(resolve);
    });
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
