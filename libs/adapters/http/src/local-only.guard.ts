import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  ServiceUnavailableException,
} from '@nestjs/common';
import { type Request } from 'express';
import { HubService } from '#libs/application';
import { overControlSocket } from './control-socket.js';

/** Lets only the hub's own unix socket (mode 0600) in: whoever can open it is the hub's user. */
@Injectable()
export class UnixSocketOnly implements CanActivate {
  constructor(private readonly hub: HubService) {}

  canActivate(context: ExecutionContext): boolean {
    if (!overControlSocket(context.switchToHttp().getRequest<Request>())) {
      throw new ForbiddenException('control is only answered on the unix socket of the hub');
    }
    // Before the journal was read, an unlock would be forgotten again.
    if (!this.hub.ready)
      throw new ServiceUnavailableException('the hub is starting or stopping; try again in a moment');
    return true;
  }
}
