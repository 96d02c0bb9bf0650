import Module from 'node:module';
import { VirtualHciSocket } from './virtual-hci-socket.js';

const REPLACED = new Set(['@abandonware/bluetooth-hci-socket', '@stoprocent/bluetooth-hci-socket']);

type Load = (request: string, ...rest: readonly unknown[]) => unknown;

/**
 * From now on `require` of a bluetooth-hci-socket package gives `VirtualHciSocket`, in this process and for every package:
 * noble and bleno are CommonJS and run unchanged. Call it before they are first loaded. Returns the undo.
 */
export const installVirtualHci = (): (() => void) => {
  const loader = Module as unknown as { _load: Load };
  const original = loader._load;
  loader._load = function (this: unknown, request, ...rest) {
    return REPLACED.has(request) ? VirtualHciSocket : original.call(this, request, ...rest);
  };
  return () => {
    loader._load = original;
  };
};
