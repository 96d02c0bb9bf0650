export * from './fake-linak-link.js';
export * from './household.js';
export * from './manual-clock.js';
export * from './mosquitto.js';
export * from './mqtt-observer.js';
