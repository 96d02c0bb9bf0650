import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Air } from '../air/air.js';
import { connectHci, serveHci } from './hci-wire.js';

const READ_ADDRESS = Buffer.from('01091000', 'hex');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('HCI over a unix socket', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stance-hci-'));
  const socketPath = path.join(folder, 'home.sock');
  const lines: string[] = [];
  let air: Air, server: Server;
  let accepted: Socket[] = [];

  beforeEach(async () => {
    air = new Air({ random: Math.random });
    accepted = [];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.once('readable', () => {
        const bytes = socket.read() as Buffer;
        const end = bytes.indexOf('\n') + 1;
        const line = bytes.subarray(0, end).toString().trim();
        lines.push(line);
        if (end < bytes.length) socket.unshift(bytes.subarray(end));
        const address = line.split(' ')[1];
        serveHci(air, socket, address ? { address } : {});
      });
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  });
  afterEach(async () => {
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    air.close();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const answer = (transport: ReturnType<typeof connectHci>) =>
    new Promise<string>((resolve) =>
      transport.onData((bytes) => {
        resolve(Buffer.from(bytes).toString('hex'));
      }),
    );

  it('is one controller per connection, at the address asked for', async () => {
    const transport = connectHci(socketPath, 'e1:1d:2f:0a:33:10');
    const answered = answer(transport);
    transport.write(READ_ADDRESS);
    expect(await answered).toBe('040e0a0109100010330a2f1de1');
    expect(lines).toEqual(['hci e1:1d:2f:0a:33:10']);
    transport.close();
  });

  it('makes an address up when none is asked for, and frees it when the connection ends', async () => {
    const transport = connectHci(socketPath);
    const answered = answer(transport);
    transport.write(READ_ADDRESS);
    const address = (await answered).slice(14).match(/../g)!.reverse().join(':');
    expect(() => air.controller({ address })).toThrow('already on the air');
    transport.close();
    await sleep(50);
    expect(air.controller({ address }).address).toBe(address);
  });

  it('is down, and takes writes in silence, when the home is not there or goes away', async () => {
    const nobody = connectHci(path.join(folder, 'nobody.sock'));
    const transport = connectHci(socketPath);
    const answered = answer(transport);
    transport.write(READ_ADDRESS);
    await answered;
    expect([nobody.up, transport.up]).toEqual([false, true]);
    for (const socket of accepted) socket.destroy();
    await sleep(50);
    transport.write(READ_ADDRESS);
    expect(transport.up).toBe(false);
  });

  it('ends a connection whose stream is out of step', async () => {
    const transport = connectHci(socketPath);
    transport.write(Buffer.from('ff', 'hex'));
    await sleep(50);
    expect(transport.up).toBe(false);
  });
});
