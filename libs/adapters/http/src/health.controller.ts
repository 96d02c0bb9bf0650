import { Controller, Get, HttpCode, HttpStatus, Inject, ServiceUnavailableException } from '@nestjs/common';
import { BleCentral, HomeBus, HubService, radioInUse, RADIOS } from '#libs/application';

interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly hub: 'up' | 'starting';
  readonly radio: string;
  readonly radioProblem: string | null;
  readonly broker: 'connected' | 'disconnected';
}

/** `/health/live`: the process answers. `/health/ready`: the hub is up; a missing radio or broker is named, not hidden. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly hub: HubService,
    private readonly bus: HomeBus,
    @Inject(RADIOS) private readonly radios: readonly BleCentral[],
  ) {}

  @Get('live')
  @HttpCode(HttpStatus.OK)
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): Readiness {
    const readiness = this.readiness();
    if (readiness.status === 'not-ready') throw new ServiceUnavailableException(readiness);
    return readiness;
  }

  private readiness(): Readiness {
    const radio = radioInUse(this.radios);
    const parts = {
      hub: this.hub.ready ? ('up' as const) : ('starting' as const),
      radio: radio?.state ?? 'unavailable',
      radioProblem: radio === undefined ? 'no radio is configured' : radio.problem,
      broker: this.bus.connected ? ('connected' as const) : ('disconnected' as const),
    };
    if (parts.hub === 'starting') return { status: 'not-ready', ...parts };
    const whole = parts.radio === 'powered-on' && parts.broker === 'connected';
    return { status: whole ? 'ready' : 'degraded', ...parts };
  }
}
