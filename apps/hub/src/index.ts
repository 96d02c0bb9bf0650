export { type RadioKind, scanWithoutHub } from './adapters.js';
export { controlSocketOf, type RunningHub, startHub } from './start-hub.js';
export { installationRoot, stanceVersion } from './version.js';
