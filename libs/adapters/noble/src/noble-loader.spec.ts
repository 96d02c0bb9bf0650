import { Air, provideVirtualHci } from '#libs/simulation';
import { ManualClock } from '#libs/testing';
import { NobleCentral } from './index.js';
import { explainFailure } from './noble-loader.js';

const missing = () =>
  Object.assign(new Error("Cannot find module '@abandonware/bluetooth-hci-socket'"), { code: 'MODULE_NOT_FOUND' });

// Only the absence of an optional native part is played here: it is installed on this machine.
jest.mock('@abandonware/noble/with-custom-binding.js', () => {
  throw missing();
});

describe('Without the native part of @abandonware/noble', () => {
  it('the radio runs on @stoprocent/noble and says so', async () => {
    const air = new Air({ random: Math.random });
    const undo = provideVirtualHci(() => air.controller());
    const clock = new ManualClock();
    const warnings: string[] = [];
    const logger = { info: () => undefined, warn: (message: string) => warnings.push(message) };
    const central = new NobleCentral({ package: 'abandonware', clock, domainClock: clock, logger });
    await central.start();
    expect({ state: central.state, problem: central.problem }).toEqual({ state: 'powered-on', problem: null });
    expect(warnings).toEqual([
      '@abandonware/noble or its native part is not installed; using @stoprocent/noble instead',
    ]);
    await central.stop();
    undo();
    air.close();
  });
});

describe('The words for a radio that cannot be opened', () => {
  it.each([
    [missing(), /No Bluetooth library.*npm install/],
    [new Error('EAFNOSUPPORT, Address family not supported by protocol'), /kernel/],
    [new Error('ENODEV, No such device'), /no such Bluetooth adapter.*configuration/],
    [new Error('EPERM, Operation not permitted'), /setcap cap_net_raw/],
    ['something else', /could not be opened: something else/],
  ])('%s: cause and fix', (error, words) => {
    expect(explainFailure(error)).toMatch(words);
  });
});
