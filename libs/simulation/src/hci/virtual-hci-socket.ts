import { EventEmitter } from 'node:events';
import { H4Framer } from '../air/h4.js';
import { type HciTransport } from './hci-transport.js';

/** Gives the controller behind an HCI device number. */
export type HciProvider = (deviceId: number) => HciTransport;

const KEY = Symbol.for('stance.virtual-hci');
const registry = globalThis as typeof globalThis & { [KEY]?: HciProvider };

/**
 * Every `VirtualHciSocket` made from now on gets its controllers here. Held on `globalThis`: the module may be loaded more
 * than once in a process (as ESM by the application, as CommonJS by noble). Returns the undo.
 */
export const provideVirtualHci = (provider: HciProvider): (() => void) => {
  registry[KEY] = provider;
  return () => {
    if (registry[KEY] === provider) Reflect.deleteProperty(registry, KEY);
  };
};

/**
 * Drop-in for the class that both bluetooth-hci-socket packages export, so that the real host stacks of noble and bleno run
 * over a virtual controller. Every packet is emitted in a turn of its own, as a kernel socket does.
 */
export class VirtualHciSocket extends EventEmitter {
  #transport: HciTransport | null = null;
  #undo: (() => void) | null = null;

  /** The stoprocent package picks its class by driver name. */
  static loadDriver(): typeof VirtualHciSocket {
    return VirtualHciSocket;
  }

  bindRaw(deviceId?: number): number {
    const provider = registry[KEY];
    if (!provider) throw new Error('no virtual HCI: call provideVirtualHci() before the Bluetooth stack starts');
    const id = deviceId ?? 0;
    const framer = new H4Framer();
    this.#transport = provider(id);
    this.#undo = this.#transport.onData((bytes) => {
      for (const packet of framer.push(bytes)) setImmediate(() => this.emit('data', packet));
    });
    return id;
  }

  bindUser(deviceId?: number): number {
    return this.bindRaw(deviceId);
  }

  /** A control channel manages keys in the kernel; there is none, so writes to it go nowhere. */
  bindControl(): number {
    return 0;
  }

  isDevUp(): boolean {
    return this.#transport?.up ?? false;
  }

  write(packet: Uint8Array): void {
    this.#transport?.write(packet);
  }

  stop(): void {
    this.#undo?.();
    this.#transport?.close();
    this.#transport = null;
  }

  reset(): void {
    this.write(Buffer.from([0x01, 0x03, 0x0c, 0x00]));
  }

  start(): void {
    // The kernel socket's read loop has no counterpart here.
  }

  setFilter(): void {
    // Every packet is wanted.
  }

  getDeviceList(): readonly { readonly devId: number; readonly devUp: boolean }[] {
    return [{ devId: 0, devUp: this.isDevUp() }];
  }
}
