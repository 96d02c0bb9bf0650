export * from './fake-linak-link.js';
export * from './manual-clock.js';
