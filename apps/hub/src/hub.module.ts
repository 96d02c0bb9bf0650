import { type DynamicModule, Global, Module } from '@nestjs/common';
import {
  type BleCentral,
  BusBridge,
  CalendarKeeper,
  Clock,
  CommandService,
  DeviceKeeper,
  EffectRunner,
  HomeBus,
  HouseholdService,
  HubFeed,
  HubParts,
  HubService,
  HubSetup,
  Journal,
  MachineClock,
  Memory,
  Pipeline,
  ProfileStore,
  Publisher,
  RADIOS,
  RadioUse,
  Watchers,
} from '#libs/application';
import { HttpModule } from '#adapters/http';

/** The adapters of one hub, built by the composition root. */
export interface HubAdapters {
  readonly setup: HubSetup;
  readonly clock: Clock;
  readonly machineClock: MachineClock;
  readonly radios: readonly BleCentral[];
  readonly profiles: ProfileStore;
  readonly journal: Journal;
  readonly bus: HomeBus;
}

const SERVICES = [
  HubFeed,
  Publisher,
  RadioUse,
  EffectRunner,
  Pipeline,
  DeviceKeeper,
  HouseholdService,
  CommandService,
  CalendarKeeper,
  Memory,
  Watchers,
  BusBridge,
  HubParts,
  HubService,
];

/** All use cases over one set of adapters, and the HTTP face on top. */
@Global()
@Module({})
export class HubModule {
  static over(adapters: HubAdapters): DynamicModule {
    const ports = [
      { provide: HubSetup, useValue: adapters.setup },
      { provide: Clock, useValue: adapters.clock },
      { provide: MachineClock, useValue: adapters.machineClock },
      { provide: RADIOS, useValue: adapters.radios },
      { provide: ProfileStore, useValue: adapters.profiles },
      { provide: Journal, useValue: adapters.journal },
      { provide: HomeBus, useValue: adapters.bus },
    ];
    return {
      module: HubModule,
      imports: [HttpModule],
      providers: [...ports, ...SERVICES],
      exports: [...ports, ...SERVICES],
    };
  }
}
