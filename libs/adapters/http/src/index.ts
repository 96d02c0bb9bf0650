export { type MoveReport, type StopReport } from './control.controller.js';
export { openControlSocket } from './control-socket.js';
export { HttpModule } from './http.module.js';
