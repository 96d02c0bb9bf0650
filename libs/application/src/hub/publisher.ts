import { Injectable } from '@nestjs/common';
import { type DeskId, type PersonId } from '#libs/domain';
import { type PersonEngine } from '../persons/person-engine.js';
import { Clock, HomeBus, type HomeEvent } from '../ports/index.js';
import { reasonsText } from '../text/catalogue.js';
import { type Engines } from './engines.js';
import { type FeedItem, HubFeed } from './hub-feed.service.js';
import { HubSetup } from './hub-setup.js';
import { type BandFacts, deskSnapshot, personSnapshot } from './snapshots.js';

/** Says on bus and feed how things stand and what happened. */
@Injectable()
export class Publisher {
  private engines: Engines | null = null;
  private readonly lastPosture = new Map<PersonId, string>();

  constructor(
    private readonly setup: HubSetup,
    private readonly clock: Clock,
    private readonly bus: HomeBus,
    private readonly feed: HubFeed,
  ) {}

  bind(engines: Engines): void {
    this.engines = engines;
  }

  band(band: BandFacts): void {
    this.bus.publishBand(band.snapshot());
  }

  desk(deskId: DeskId): void {
    const engine = this.engines?.desks.get(deskId);
    if (engine !== undefined) this.bus.publishDesk(deskSnapshot(engine, this.clock.stamp()));
  }

  person(engine: PersonEngine): void {
    const { units } = this.setup;
    const at = this.clock.stamp();
    const snapshot = personSnapshot(engine.personState, engine.person, at, units);
    this.bus.publishPerson(snapshot);
    const { id: personId, posture: estimate } = snapshot;
    if (this.lastPosture.get(personId) === estimate.posture) return;
    this.lastPosture.set(personId, estimate.posture);
    this.feed.tell({ kind: 'posture', personId, estimate, text: reasonsText(estimate.reasons, units) }, at);
  }

  /** A thing that happened once. */
  event(event: HomeEvent): void {
    this.bus.publishEvent(event);
    this.tell(event);
  }

  fault(code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.tell({ kind: 'fault', code, message });
  }

  /** For those who watch the hub, not for the bus. */
  tell(item: FeedItem): void {
    this.feed.tell(item, this.clock.stamp());
  }
}
