import { type NextFunction, type Request, type Response } from 'express';
import { overControlSocket } from './control-socket.js';

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Answers only requests addressed to the loopback by name: a web page that points its own name at 127.0.0.1 (DNS
 * rebinding) is refused. Requests over the unix socket are the CLI's and have no such risk.
 */
export function hostAllowList(request: Request, response: Response, next: NextFunction): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (overControlSocket(request) || LOOPBACK_HOSTS.has(host)) next();
  else response.status(421).json({ message: 'this hub answers only on localhost' });
}
