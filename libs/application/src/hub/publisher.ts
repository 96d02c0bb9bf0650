import { type DeskId, type PersonId } from '#libs/domain';
import { type PersonEngine } from '../persons/person-engine.js';
import { type Clock, type HomeBus, type HomeEvent } from '../ports/index.js';
import { reasonsText } from '../text/catalogue.js';
import { type HubFeed } from './hub-feed.service.js';
import { type HubSetup } from './hub-setup.js';
import { type Engines } from './engines.js';
import { type BandFacts, deskSnapshot, personSnapshot } from './snapshots.js';

interface PublisherPorts {
  readonly setup: HubSetup;
  readonly clock: Clock;
  readonly bus: HomeBus;
  readonly feed: HubFeed;
}

/** Says on bus and feed how things stand and what happened. */
export class Publisher {
  private engines: Engines | null = null;
  private readonly lastPosture = new Map<PersonId, string>();

  constructor(private readonly ports: PublisherPorts) {}

  bind(engines: Engines): void {
    this.engines = engines;
  }

  band(band: BandFacts): void {
    this.ports.bus.publishBand(band.snapshot());
  }

  desk(deskId: DeskId): void {
    const engine = this.engines?.desks.get(deskId);
    if (engine !== undefined) this.ports.bus.publishDesk(deskSnapshot(engine, this.ports.clock.stamp()));
  }

  person(engine: PersonEngine): void {
    const { bus, clock, feed, setup } = this.ports;
    const at = clock.stamp();
    const snapshot = personSnapshot(engine.personState, engine.person, at, setup.units);
    bus.publishPerson(snapshot);
    const { id: personId, posture: estimate } = snapshot;
    if (this.lastPosture.get(personId) === estimate.posture) return;
    this.lastPosture.set(personId, estimate.posture);
    feed.tell({ kind: 'posture', personId, estimate, text: reasonsText(estimate.reasons, setup.units) }, at);
  }

  /** A thing that happened once. */
  event(event: HomeEvent): void {
    this.ports.bus.publishEvent(event);
    this.ports.feed.tell(event, this.ports.clock.stamp());
  }

  fault(code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.ports.feed.tell({ kind: 'fault', code, message }, this.ports.clock.stamp());
  }
}
