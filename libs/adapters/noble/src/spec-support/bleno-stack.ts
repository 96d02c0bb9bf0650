import { createRequire } from 'node:module';

interface CharacteristicOptions {
  readonly uuid: string;
  readonly properties: readonly string[];
  readonly onReadRequest?: (link: number, offset: number, done: (result: number, data?: Buffer) => void) => void;
  readonly onWriteRequest?: (
    link: number,
    data: Buffer,
    offset: number,
    withoutResponse: boolean,
    done: (result: number) => void,
  ) => void;
  readonly onSubscribe?: (link: number, maxSize: number, update: (data: Buffer) => void) => void;
}

/** What the specs use of a bleno instance. */
export interface BlenoStack {
  readonly PrimaryService: new (options: {
    readonly uuid: string;
    readonly characteristics: readonly object[];
  }) => object;
  readonly Characteristic: new (options: CharacteristicOptions) => object;
  on(event: 'accept' | 'disconnect', listener: () => void): unknown;
  /** Opens the adapter. */
  on(event: 'stateChange', listener: (state: string) => void): unknown;
  setServicesAsync(services: readonly object[]): Promise<void>;
  startAdvertisingAsync(name: string, serviceUuids: readonly string[]): Promise<void>;
  /** Stops and lets the process end: bleno would ask `isDevUp` once a second for ever. */
  end(): void;
}

type Loaded = Omit<BlenoStack, 'end'> & {
  stop(): void;
  readonly _bindings: { readonly _hci: { pollIsDevUp: () => void } };
};

const load = createRequire(__filename);

/** A bleno instance of its own on the given HCI device. */
export const loadBleno = (hciDevice: number): BlenoStack => {
  const module = load('@stoprocent/bleno') as {
    withBindings(kind: 'hci', options: { readonly deviceId: number }): Loaded;
  };
  const stack = module.withBindings('hci', { deviceId: hciDevice });
  const hci = stack._bindings._hci;
  const poll = hci.pollIsDevUp.bind(hci);
  let ended = false;
  hci.pollIsDevUp = () => {
    if (!ended) poll();
  };
  return Object.assign(stack, {
    end: () => {
      ended = true;
      stack.stop();
    },
  });
};
