export { type RadioKind, scanWithoutHub } from './adapters.js';
export { checkSetup } from './check-setup.js';
export { hubLog } from './hub-log.js';
export { controlSocketOf, type RunningHub, startHub } from './start-hub.js';
export { installationRoot, stanceVersion } from './version.js';
