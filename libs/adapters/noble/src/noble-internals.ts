import { type NobleApi } from './noble-api.js';

/**
 * The private members of both noble packages that this adapter has to touch, all in this file. Every one is optional here
 * and checked by the canary spec.
 */
interface Hci {
  pollIsDevUp(): void;
  flushAcl(): Promise<void>;
  readonly _socket: { stop(): void; removeAllListeners(): void };
}

/** The GATT client of one link. `callback` is there when the packet asks for an answer. */
interface Gatt {
  _queueCommand(buffer: Buffer, callback: ((answer: Buffer) => void) | null, written?: () => void): void;
  writeAtt(buffer: Buffer): void;
}

export interface NobleInternals {
  readonly _bindings: {
    readonly _hci?: Hci;
    /** By peripheral id, anew on every connect. */
    readonly _gatts?: Record<string, Gatt>;
    readonly _gap?: { readonly _discoveries?: Record<string, unknown> };
  };
  readonly _peripherals: Map<string, unknown> | Record<string, unknown>;
  readonly _services: Record<string, unknown>;
  readonly _characteristics: Record<string, unknown>;
  readonly _descriptors: Record<string, unknown>;
}

const internals = (noble: NobleApi): NobleInternals => noble as unknown as NobleInternals;

/**
 * Both packages never evict an advertiser; with rotating private addresses that grows without bound. Only for addresses
 * without a link. Remove when noble evicts by itself.
 */
export const forgetPeripheral = (noble: NobleApi, id: string, address: string): void => {
  const inside = internals(noble);
  if (inside._peripherals instanceof Map) inside._peripherals.delete(id);
  else Reflect.deleteProperty(inside._peripherals, id);
  for (const store of [inside._services, inside._characteristics, inside._descriptors])
    Reflect.deleteProperty(store, id);
  const discoveries = inside._bindings._gap?._discoveries;
  if (discoveries) Reflect.deleteProperty(discoveries, address);
};

/**
 * @abandonware/noble: `flushAcl` awaits, then uses a connection that may have ended meanwhile; the rejection reaches nobody
 * and would end the process. The write it drops belongs to the dead link. Remove when stoprocent/noble #22 is fixed there.
 */
export const catchFlushAcl = (noble: NobleApi, onCaught: (error: unknown) => void): void => {
  const hci = internals(noble)._bindings._hci;
  if (!hci) return;
  const flushAcl = hci.flushAcl.bind(hci);
  hci.flushAcl = () => flushAcl().catch(onCaught);
};

/**
 * Sends what needs no answer at once. Both packages keep Write Commands, a desk's stop among them, behind the request under
 * way, for as long as its answer takes; ATT lets them go at any time (Core 5.4 Vol 3 Part F 3.3.2). Commands keep their
 * order among themselves. To be called once the link is set up. Remove when noble tells commands from requests.
 */
export const commandsFirst = (noble: NobleApi, id: string): void => {
  const gatt = internals(noble)._bindings._gatts?.[id];
  if (!gatt) return;
  const queue = gatt._queueCommand.bind(gatt);
  gatt._queueCommand = (buffer, callback, written) => {
    if (callback) {
      queue(buffer, callback, written);
      return;
    }
    gatt.writeAtt(buffer);
    written?.();
  };
};

/**
 * Lets go of the adapter. @abandonware/noble has no `stop()` and asks `isDevUp` once a second for ever: the poll is ended
 * and the socket closed; its last timer (at most 1 s) runs out by itself and does nothing.
 */
export const stopNoble = (noble: NobleApi): void => {
  const hci = internals(noble)._bindings._hci;
  if (noble.stop) noble.stop();
  else if (hci) {
    hci._socket.removeAllListeners();
    hci._socket.stop();
  }
};

/** Replaces the endless poll by one that `ended` stops. To be called before the adapter is opened. */
export const endPollWhen = (noble: NobleApi, ended: () => boolean): void => {
  const hci = internals(noble)._bindings._hci;
  if (!hci) return;
  const poll = hci.pollIsDevUp.bind(hci);
  hci.pollIsDevUp = () => {
    if (!ended()) poll();
  };
};
