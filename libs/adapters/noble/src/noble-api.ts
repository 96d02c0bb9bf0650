/**
 * What this adapter uses of a noble instance, in both packages (@abandonware/noble 1.9.2-26, @stoprocent/noble 2.8.0). The
 * canary spec checks each member against the installed packages.
 */
export interface NobleApi {
  /** Reading it the first time opens the adapter; that may throw (no kernel Bluetooth, no such device). */
  readonly state: string;
  on(event: 'stateChange', listener: (state: string) => void): unknown;
  on(event: 'discover', listener: (peripheral: NoblePeripheral) => void): unknown;
  on(event: 'warning', listener: (message: string) => void): unknown;
  removeAllListeners(event: string): unknown;
  startScanning(serviceUuids: readonly string[], allowDuplicates: boolean): void;
  stopScanning(): void;
  /** @stoprocent only. */
  stop?(): void;
}

/** In Bluetooth units: intervals x 1.25 ms, timeout x 10 ms. */
export interface NobleConnectParameters {
  readonly minInterval: number;
  readonly maxInterval: number;
  readonly latency: number;
  readonly timeout: number;
}

export interface NoblePeripheral {
  readonly id: string;
  readonly address: string;
  readonly addressType: string;
  readonly connectable: boolean;
  readonly rssi: number;
  readonly mtu: number | null;
  readonly state: string;
  /** One object per address, mutated in place by the next packet. */
  readonly advertisement: { readonly localName?: string; readonly serviceUuids?: readonly string[] };
  connectAsync(parameters: NobleConnectParameters): Promise<void>;
  cancelConnect(): void;
  disconnect(): void;
  updateRssiAsync(): Promise<number>;
  discoverAllServicesAndCharacteristicsAsync(): Promise<{ readonly services: readonly NobleService[] }>;
  once(event: 'connect', listener: (error?: Error | null) => void): unknown;
  once(event: 'disconnect', listener: (reason?: number | string) => void): unknown;
  removeAllListeners(): unknown;
}

export interface NobleService {
  readonly uuid: string;
  readonly characteristics: readonly NobleCharacteristic[];
}

export interface NobleCharacteristic {
  readonly uuid: string;
  readAsync(): Promise<Buffer>;
  writeAsync(data: Buffer, withoutResponse: boolean): Promise<void>;
  subscribeAsync(): Promise<unknown>;
  /** Fires for reads too; `isNotification` tells which. */
  on(event: 'data', listener: (data: Buffer, isNotification: boolean) => void): unknown;
}
