export { EmbeddedBroker } from './embedded-broker.adapter.js';
export { type MqttCounters, MqttHomeBus } from './mqtt-home-bus.adapter.js';
export { type MqttLogger, type MqttOptions } from './mqtt-options.js';
export { topics, type Topics } from './topics.js';
