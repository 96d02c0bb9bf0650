import { Injectable } from '@nestjs/common';
import { motionView, personView } from '#libs/domain';
import { DeviceKeeper } from '../devices/device-keeper.service.js';
import {
  type BandSnapshot,
  Clock,
  type DeskSnapshot,
  type Household,
  type PersonSnapshot,
  ProfileStore,
} from '../ports/index.js';
import { HubSetup } from './hub-setup.js';
import { Pipeline } from './pipeline.service.js';
import { deskSnapshot, personSnapshot } from './snapshots.js';

/** Everything the hub believes at one instant: for the CLI, the health page and the start of the bus. */
export interface HomeState {
  readonly desks: readonly DeskSnapshot[];
  readonly bands: readonly BandSnapshot[];
  readonly persons: readonly PersonSnapshot[];
}

/** Read side of the hub: what there is, and how it stands now. */
@Injectable()
export class HouseholdService {
  constructor(
    private readonly setup: HubSetup,
    private readonly pipeline: Pipeline,
    private readonly keeper: DeviceKeeper,
    private readonly profiles: ProfileStore,
    private readonly clock: Clock,
  ) {}

  household(): Household {
    const { hub, desks, bands } = this.setup;
    const at = this.clock.stamp();
    return {
      hub,
      desks: desks.map((desk) => {
        const engine = this.pipeline.engines.desks.get(desk.id);
        return {
          ...this.device(desk),
          id: desk.id,
          limits: engine === undefined ? null : motionView(engine.supervisorState, at, desk.policy).limits,
          presets: Object.keys(desk.presets),
        };
      }),
      bands: bands.map((band) => ({ ...this.device(band), id: band.id })),
      persons: [...this.pipeline.engines.persons.values()].map(({ person, personState }) => ({
        id: person.policy.personId,
        name: person.name,
        mode: personView(personState, at, person.policy).mode,
      })),
    };
  }

  state(): HomeState {
    const at = this.clock.stamp();
    const { desks, bands, persons } = this.pipeline.engines;
    return {
      desks: [...desks.values()].map((desk) => deskSnapshot(desk, at)),
      bands: [...bands.values()].map((band) => band.snapshot()),
      persons: [...persons.values()].map(({ personState, person }) =>
        personSnapshot(personState, person, at, this.setup.units),
      ),
    };
  }

  private device(device: HubSetup['desks'][number] | HubSetup['bands'][number]): {
    readonly name: string;
    readonly vendor: string;
    readonly model: string;
    readonly address: string | null;
  } {
    const profile = this.profiles.list().find(({ id }) => id === device.profileId);
    return {
      name: device.name,
      vendor: profile?.vendor ?? 'unknown',
      model: profile?.model ?? 'unknown',
      address: this.keeper.addressOf(device.id),
    };
  }
}
