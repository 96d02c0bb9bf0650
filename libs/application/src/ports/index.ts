export * from './ble.port.js';
export * from './clock.port.js';
export * from './device.port.js';
export * from './home-bus.port.js';
export * from './journal.port.js';
