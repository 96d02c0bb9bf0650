import { connect, type Socket } from 'node:net';
import { type Air, type ControllerOptions } from '../air/air.js';
import { type Controller } from '../air/controller.js';
import { type HciTransport } from './hci-transport.js';

/**
 * Attaches an accepted connection to the air: from here on it carries raw H4 both ways and is one controller, which leaves
 * the air when the connection ends. Bytes read beyond the opening line must be put back before (`socket.unshift`).
 */
export const serveHci = (air: Air, socket: Socket, options: ControllerOptions = {}): Controller => {
  const controller = air.controller(options);
  const close = (): void => {
    controller.close();
  };
  controller.onData((bytes) => socket.write(bytes));
  socket.on('data', (bytes: Buffer) => {
    try {
      controller.write(bytes);
    } catch (error) {
      // Out of step: nothing after this can be understood.
      socket.destroy(error instanceof Error ? error : undefined);
    }
  });
  socket.on('error', close);
  socket.on('close', close);
  return controller;
};

/**
 * Opens one controller of a simulated home's air: sends the line `hci <address>` (address optional: the home makes one up),
 * then H4 both ways. Never throws: when the home is not there or goes away, `up` is false.
 */
export const connectHci = (path: string, address?: string): HciTransport => {
  const socket = connect(path);
  let up = true;
  const down = (): void => {
    up = false;
  };
  socket.on('error', down);
  socket.on('close', down);
  socket.write(`hci${address ? ` ${address}` : ''}\n`);
  return {
    get up() {
      return up;
    },
    write: (bytes) => {
      if (up) socket.write(bytes);
    },
    onData: (listener) => {
      socket.on('data', listener);
      return () => socket.off('data', listener);
    },
    close: () => {
      socket.destroy();
    },
  };
};
