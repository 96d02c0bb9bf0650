export { type HubConfig, loadConfig, type MqttConfig, mqttDefaults, type Surroundings } from './load-config.js';
export { type DeskConfig, type PersonConfig, toMotionPolicy, toPersonPolicy, toWeekHours } from './policy.mapper.js';
export { type ConfigProblem } from './problem.js';
export { type Secret } from './secret.js';
