export * from './followed-clock.adapter.js';
export * from './system-clock.adapter.js';
