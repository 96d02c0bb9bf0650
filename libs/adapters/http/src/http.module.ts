import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ControlController, Scanner } from './control.controller.js';
import { HealthController } from './health.controller.js';
import { hostAllowList } from './host-allow-list.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';

/** Needs the hub's own providers from a global module. */
@Module({ controllers: [HealthController, MetricsController, ControlController], providers: [MetricsService, Scanner] })
export class HttpModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(hostAllowList).forRoutes('{*path}');
  }
}
