import { Injectable } from '@nestjs/common';
import {
  type BandId,
  type DeskId,
  type DomainEvent,
  type Effect,
  type MotionEvent,
  type Observation,
  type Stamp,
  type Surface,
} from '#libs/domain';
import { type BandSession, Clock, type DeskSession } from '../ports/index.js';
import { RadioUse } from '../devices/radio-use.js';
import { DeskEngine, type MoveRequest } from '../motion/desk-engine.js';
import { PersonEngine } from '../persons/person-engine.js';
import { BandPrompter } from '../persons/prompter.js';
import { EffectDispatcher } from './effect-dispatcher.js';
import { type Engines } from './engines.js';
import { EffectRunner } from './effect-runner.service.js';
import { HubSetup } from './hub-setup.js';
import { MotionDispatcher } from './motion-dispatcher.js';
import { Publisher } from './publisher.js';
import { BandFacts } from './snapshots.js';

/**
 * Stop 4: every cause, from a notification to a command, becomes one event here. Supervisors fold it before persons do,
 * so that a request the planner makes on an event meets a supervisor that knows the event, too.
 */
@Injectable()
export class Pipeline {
  readonly engines: Engines;

  constructor(
    setup: HubSetup,
    private readonly clock: Clock,
    runner: EffectRunner,
    private readonly publisher: Publisher,
    radio: RadioUse,
  ) {
    const dispatcher = new EffectDispatcher({ setup, clock, runner, publisher });
    const motion = new MotionDispatcher({
      clock,
      radio,
      runner,
      publisher,
    });
    const onEffects = (engine: PersonEngine, effects: readonly Effect[]): void => {
      dispatcher.dispatch(engine, effects);
    };
    this.engines = {
      persons: new Map(
        setup.persons.map((person) => [person.policy.personId, new PersonEngine(person, clock, onEffects)]),
      ),
      desks: new Map(setup.desks.map((desk) => [desk.id, new DeskEngine(desk, motion.host())])),
      bands: new Map(setup.bands.map((band) => [band.id, new BandFacts(band.id)])),
      prompters: new Map(setup.bands.map((band) => [band.id, new BandPrompter(band.id, setup.units)])),
    };
    dispatcher.bind(this.engines);
    publisher.bind(this.engines);
  }

  /** One event for all it concerns. */
  accept(event: DomainEvent): void {
    for (const desk of this.engines.desks.values()) if (this.reaches(desk, event)) desk.accept(event);
    this.forPersons(event);
  }

  /** A move somebody asks for. */
  requestMove(deskId: DeskId, request: MoveRequest): void {
    this.engines.desks.get(deskId)?.ask(request);
  }

  /** One event for one desk's supervisor only. */
  acceptMotion(deskId: DeskId, event: MotionEvent): void {
    this.engines.desks.get(deskId)?.accept(event);
  }

  /** Bypasses every queue: the frames go first. False where the desk had no link to be told on. */
  async stop(deskId: DeskId, surface: Surface): Promise<boolean> {
    const desk = this.engines.desks.get(deskId);
    return (await desk?.stop({ type: 'StopRequested', at: this.clock.stamp(), surface })) ?? false;
  }

  async deskUp(deskId: DeskId, session: DeskSession, at: Stamp): Promise<void> {
    const desk = this.engines.desks.get(deskId);
    if (desk === undefined) return;
    const attached = desk.attach(session, at);
    this.forPersons({ type: 'LinkChanged', at, source: deskId, up: true });
    await attached;
  }

  deskDown(deskId: DeskId, at: Stamp): void {
    this.engines.desks.get(deskId)?.detach(at);
    this.forPersons({ type: 'LinkChanged', at, source: deskId, up: false });
  }

  bandUp(bandId: BandId, session: BandSession, at: Stamp): void {
    this.engines.prompters.get(bandId)?.attach(session);
    this.bandLink(bandId, true, at);
  }

  bandDown(bandId: BandId, at: Stamp): void {
    this.engines.prompters.get(bandId)?.attach(null);
    this.bandLink(bandId, false, at);
  }

  observed(source: DeskId | BandId, observation: Observation, at: Stamp): void {
    const band = this.engines.bands.get(source as BandId);
    if (band?.observe(observation, at) === true) this.publisher.band(band);
    if (observation.kind === 'alert-answer') this.answered(source as BandId, observation.answer, at);
    this.accept({ type: 'Observed', at, source, observation });
  }

  async close(): Promise<void> {
    const at = this.clock.stamp();
    for (const person of this.engines.persons.values()) person.close();
    const desks = [...this.engines.desks.values()];
    await Promise.all(desks.map((desk) => desk.close({ type: 'StopRequested', at, surface: 'hub' })));
  }

  private answered(bandId: BandId, answer: 'accept' | 'reject' | 'mute', at: Stamp): void {
    const answered = this.engines.prompters.get(bandId)?.answered(answer, at) ?? null;
    if (answered !== null) this.accept({ type: 'PromptAnswered', at, ...answered, surface: 'band' });
  }

  private bandLink(bandId: BandId, up: boolean, at: Stamp): void {
    const band = this.engines.bands.get(bandId);
    band?.linkChanged(up);
    if (band !== undefined) this.publisher.band(band);
    this.accept({ type: 'LinkChanged', at, source: bandId, up });
  }

  private forPersons(event: DomainEvent): void {
    for (const person of this.engines.persons.values()) if (person.concerns(event)) person.accept(event);
  }

  private reaches(desk: DeskEngine, event: DomainEvent): boolean {
    if (event.type === 'Ticked') return false;
    if ('source' in event && event.source === desk.desk.id) return true;
    const users = desk.desk.policy.persons.map((user) => this.engines.persons.get(user.personId));
    return users.some((user) => user?.concerns(event) === true);
  }
}
