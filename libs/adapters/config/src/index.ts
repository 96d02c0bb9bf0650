export { type HubConfig, loadConfig, type MqttConfig, type Surroundings } from './load-config.js';
export { type DeskConfig, type PersonConfig, toMotionPolicy, toPersonPolicy, toWeekHours } from './policy.mapper.js';
export { type ConfigProblem } from './problem.js';
export { Secret } from './secret.js';
