export { NobleCentral, type NobleCentralOptions } from './noble-central.adapter.js';
