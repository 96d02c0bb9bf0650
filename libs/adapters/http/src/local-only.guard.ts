import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { overControlSocket } from './control-socket.js';

/** Lets only the hub's own unix socket (mode 0600) in: whoever can open it is the hub's user. */
@Injectable()
export class UnixSocketOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (overControlSocket(context.switchToHttp().getRequest<Request>())) return true;
    throw new ForbiddenException('control is only answered on the unix socket of the hub');
  }
}
