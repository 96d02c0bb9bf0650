export * from './domain-driver.js';
export * from './ble-central.contract.js';
export * from './fake-linak-link.js';
export * from './household.js';
export * from './journal.contract.js';
export * from './manual-clock.js';
export * from './mosquitto.js';
export * from './mqtt-observer.js';
