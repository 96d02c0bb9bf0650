export { Air, type AirOptions, type ControllerOptions } from './air/air.js';
export { type Controller } from './air/controller.js';
export { type CentralAcl, type LinkEvent, type NotificationFate } from './air/medium.js';
export { type HciTransport } from './hci/hci-transport.js';
export { connectHci, serveHci } from './hci/hci-wire.js';
export { installVirtualHci } from './hci/install-virtual-hci.js';
export { provideVirtualHci, type HciProvider } from './hci/virtual-hci-socket.js';
