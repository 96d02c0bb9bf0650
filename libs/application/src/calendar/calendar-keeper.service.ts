import { Injectable } from '@nestjs/common';
import { monotonic } from '#libs/domain';
import { HubSetup, type PersonSetup } from '../hub/hub-setup.js';
import { Pipeline } from '../hub/pipeline.service.js';
import { Clock, type Undo } from '../ports/index.js';
import { nextDayBoundary, resolveCalendar } from './calendar.js';

/** Sends every person's resolved hours at start, at each day boundary and after a jump of the wall clock. */
@Injectable()
export class CalendarKeeper {
  private cancel: Undo = () => undefined;

  constructor(
    private readonly setup: HubSetup,
    private readonly pipeline: Pipeline,
    private readonly clock: Clock,
  ) {}

  /** Resolves now and keeps resolving until `stop`. */
  start(): void {
    this.cancel();
    for (const person of this.setup.persons) this.resolve(person);
    const at = this.clock.stamp();
    const wait = nextDayBoundary(at.epoch, this.setup.calendar) - at.epoch;
    this.cancel = this.clock.at(monotonic(at.mono + wait), () => {
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  private resolve(person: PersonSetup): void {
    const at = this.clock.stamp();
    const { personId } = person.policy;
    this.pipeline.accept({
      type: 'CalendarResolved',
      at,
      personId,
      ...resolveCalendar(at.epoch, person, this.setup.calendar),
    });
  }
}
