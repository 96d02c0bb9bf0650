import { Inject, Injectable } from '@nestjs/common';
import { type DeviceId } from '#libs/domain';
import { HubSetup } from '../hub/hub-setup.js';
import { BleCentral, Clock, ProfileStore, type Undo } from '../ports/index.js';
import { DeviceConnection, type DeviceListener } from './device-connection.js';
import { RadioUse } from './radio-use.js';

/** Token of the list of radios in use, in the order of the config. */
export const RADIOS = Symbol('RADIOS');

/** Keeps every configured device connected over whichever radio hears it first, and scans only while one is missing. */
@Injectable()
export class DeviceKeeper {
  private connections: readonly DeviceConnection[] = [];
  private readonly scans = new Map<BleCentral, Undo>();

  constructor(
    private readonly setup: HubSetup,
    @Inject(RADIOS) private readonly radios: readonly BleCentral[],
    private readonly profiles: ProfileStore,
    private readonly clock: Clock,
    private readonly radio: RadioUse,
  ) {}

  async start(listener: DeviceListener): Promise<void> {
    const watched: DeviceListener = {
      onStage: (...told) => {
        listener.onStage(...told);
      },
      onSession: (...told) => {
        listener.onSession(...told);
        this.scanAsNeeded();
      },
      onSessionEnd: (...told) => {
        listener.onSessionEnd(...told);
        this.scanAsNeeded();
      },
    };
    this.connections = [...this.setup.desks, ...this.setup.bands].map(
      (device) =>
        new DeviceConnection(device, { profiles: this.profiles, clock: this.clock, radio: this.radio }, watched),
    );
    for (const { device } of this.connections) listener.onStage(device, 'searching', null);
    await Promise.all(this.radios.map((radio) => radio.start()));
    this.scanAsNeeded();
  }

  async stop(): Promise<void> {
    for (const undo of this.scans.values()) undo();
    this.scans.clear();
    await Promise.allSettled(this.connections.map((connection) => connection.stop()));
    await Promise.allSettled(this.radios.map((radio) => radio.stop()));
  }

  addressOf(id: DeviceId): string | null {
    return this.connections.find((connection) => connection.device.id === id)?.knownAddress ?? null;
  }

  private scanAsNeeded(): void {
    const missing = this.connections.some((connection) => !connection.connected);
    for (const radio of this.radios) {
      const running = this.scans.get(radio);
      if (missing && running === undefined)
        this.scans.set(
          radio,
          radio.onAdvertisement((heard) => {
            this.offer(heard, radio);
          }),
        );
      if (!missing && running !== undefined) {
        running();
        this.scans.delete(radio);
      }
    }
  }

  private offer(advertisement: Parameters<DeviceConnection['offer']>[0], radio: BleCentral): void {
    for (const connection of this.connections) connection.offer(advertisement, radio);
  }
}
