import { Injectable } from '@nestjs/common';
import { type DeskId, type Stamp } from '#libs/domain';
import { CalendarKeeper } from '../calendar/calendar-keeper.service.js';
import { DeviceKeeper } from '../devices/device-keeper.service.js';
import { Memory } from '../persons/memory.service.js';
import { type BandSession, Clock, type DeskSession, type Undo } from '../ports/index.js';
import { BusBridge } from './bus-bridge.service.js';
import { ClockWatch } from './clock-watch.js';
import { type DeviceStage, HubFeed } from './hub-feed.service.js';
import { type DeviceSetup } from './hub-setup.js';
import { Pipeline } from './pipeline.service.js';

/** The parts that come up and go down with the hub, in their order. */
@Injectable()
export class HubParts {
  constructor(
    readonly memory: Memory,
    readonly calendar: CalendarKeeper,
    readonly bridge: BusBridge,
    readonly keeper: DeviceKeeper,
  ) {}
}

/** The hub's life: journal → home bus → radio, and back in reverse with every desk stopped first. */
@Injectable()
export class HubService {
  private readonly watch: ClockWatch;
  private readonly sessions = new Map<string, Undo>();
  private running = false;

  constructor(
    private readonly parts: HubParts,
    private readonly pipeline: Pipeline,
    private readonly clock: Clock,
    private readonly feed: HubFeed,
  ) {
    this.watch = new ClockWatch(clock, (at, gapMs) => {
      pipeline.accept({ type: 'ClockJumped', at, gapMs });
      parts.calendar.start();
    });
  }

  get ready(): boolean {
    return this.running;
  }

  /** Resolves when everything is up; devices connect in the background. */
  async start(): Promise<void> {
    await this.parts.memory.restore();
    this.parts.calendar.start();
    await this.parts.memory.recall();
    this.parts.memory.start();
    this.watch.start();
    await this.parts.bridge.start();
    await this.parts.keeper.start({
      onStage: (device, stage, detail) => {
        this.stage(device, stage, detail);
      },
      onSession: (device, session, at) => {
        this.sessionUp(device, session, at);
      },
      onSessionEnd: (device, at) => {
        this.sessionDown(device, at);
      },
    });
    this.running = true;
  }

  async stop(): Promise<void> {
    this.running = false;
    this.watch.stop();
    this.parts.calendar.stop();
    this.parts.bridge.quiet();
    // Desks first, while their links are there; a part that fails to end does not keep the others from ending.
    const { keeper, memory, bridge } = this.parts;
    for (const end of [() => this.pipeline.close(), () => keeper.stop(), () => memory.stop(), () => bridge.stop()]) {
      await end().catch((error: unknown) => {
        this.feed.tell({ kind: 'fault', code: 'hub.stop-failed', message: String(error) }, this.clock.stamp());
      });
    }
  }

  private sessionUp(device: DeviceSetup, session: DeskSession | BandSession, at: Stamp): void {
    this.sessions.set(
      device.id,
      session.onObservation((observation, heardAt) => {
        this.pipeline.observed(device.id, observation, heardAt);
      }),
    );
    if (device.kind === 'band' && session.kind === 'band') this.pipeline.bandUp(device.id, session, at);
    if (device.kind === 'desk' && session.kind === 'desk') void this.deskUp(device.id, session, at);
  }

  private async deskUp(deskId: DeskId, session: DeskSession, at: Stamp): Promise<void> {
    try {
      await this.pipeline.deskUp(deskId, session, at);
    } catch (error) {
      // Without a height nothing may move (S-06): the link is given up, and the next one starts with reading again.
      const message = `the desk's height could not be read, so the link is closed and tried again: ${String(error)}`;
      this.feed.tell({ kind: 'fault', code: 'desk.height-unread', message }, this.clock.stamp());
      await session.close().catch(() => undefined);
    }
    this.parts.bridge.announce();
  }

  private sessionDown(device: DeviceSetup, at: Stamp): void {
    this.sessions.get(device.id)?.();
    this.sessions.delete(device.id);
    if (device.kind === 'band') this.pipeline.bandDown(device.id, at);
    else this.pipeline.deskDown(device.id, at);
  }

  private stage(device: DeviceSetup, stage: DeviceStage, detail: string | null): void {
    this.feed.tell({ kind: 'device', id: device.id, name: device.name, stage, detail }, this.clock.stamp());
  }
}
