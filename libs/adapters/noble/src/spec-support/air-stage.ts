import { Air, type Controller, type HciTransport, provideVirtualHci } from '#libs/simulation';
import { type BleCentralStage, ManualClock } from '#libs/testing';
import { NobleCentral, type NobleCentralOptions } from '../index.js';
import { ContractPeripheral } from './contract-peripheral.js';

const ADDRESSES = ['e1:1d:2f:0a:33:10', 'd4:5e:00:b2:77:c9'] as const;

export interface AirStage extends BleCentralStage {
  readonly central: NobleCentral;
  readonly air: Air;
  readonly radio: Controller;
  readonly devices: readonly [ContractPeripheral, ContractPeripheral];
  /** Switches the adapter of the central off and on, as rfkill does. */
  switchAdapter(up: boolean): void;
}

/** A controller whose adapter can be switched off. */
export function switchable(radio: Controller): { readonly transport: HciTransport; switch(up: boolean): void } {
  let on = true;
  return {
    transport: {
      get up() {
        return on;
      },
      write: (bytes) => {
        radio.write(bytes);
      },
      onData: (listener) => radio.onData(listener),
      close: () => {
        radio.close();
      },
    },
    switch: (up) => (on = up),
  };
}

/** A started `NobleCentral` (HCI device 0) and two devices (1 and 2) in one air. */
export async function openAirStage(
  name: NobleCentralOptions['package'],
  options: { readonly connectionIntervalMs?: number; readonly clock?: NobleCentralOptions['clock'] } = {},
): Promise<AirStage> {
  const air = new Air({ connectionIntervalMs: options.connectionIntervalMs ?? 7.5, random: Math.random });
  air.rssi = () => -63;
  const radio = air.controller({ address: '00:1a:7d:da:71:13', addressType: 'public' });
  const [first, second] = [air.controller({ address: ADDRESSES[0] }), air.controller({ address: ADDRESSES[1] })];
  const adapter = switchable(radio);
  const undo = provideVirtualHci((id) => [adapter.transport, first, second][id] ?? adapter.transport);
  const devices = [
    new ContractPeripheral('Desk 1234', air, first, radio),
    new ContractPeripheral('Band 7', air, second, radio),
  ] as const;
  await Promise.all(devices.map((device, at) => device.start(at + 1)));
  const clock = new ManualClock();
  const central = new NobleCentral({
    package: name,
    adapterIndex: 0,
    clock: options.clock ?? clock,
    domainClock: clock,
  });
  await central.start();
  return {
    central,
    clock,
    air,
    radio,
    devices,
    switchAdapter: (up) => {
      adapter.switch(up);
    },
    rssiDbm: -63,
    close: async () => {
      await central.stop();
      for (const device of devices) device.stop();
      undo();
      air.close();
    },
  };
}
