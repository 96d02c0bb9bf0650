import {
  type DeskId,
  type DomainEvent,
  type Effect,
  type MotionEffect,
  type PersonId,
  type Prompt,
} from '#libs/domain';
import { type DeskEngineHost } from '../motion/desk-engine.js';
import { type PersonEngine } from '../persons/person-engine.js';
import { type Clock, type HomeBus, type HomeEvent, type JournalEntry } from '../ports/index.js';
import { guardsText, promptText, reasonsText } from '../text/catalogue.js';
import { checkpointOf } from '../persons/checkpoint.js';
import { type EffectRunner } from './effect-runner.service.js';
import { type HubFeed } from './hub-feed.service.js';
import { type DeskSetup, type HubSetup } from './hub-setup.js';
import { type Engines } from './pipeline.service.js';
import { type BandFacts, deskSnapshot, personSnapshot } from './snapshots.js';

interface DispatcherPorts {
  readonly setup: HubSetup;
  readonly clock: Clock;
  readonly runner: EffectRunner;
  readonly bus: HomeBus;
  readonly feed: HubFeed;
  /** Back into the pipeline: what an effect led to is an event again. */
  readonly accept: (event: DomainEvent) => void;
}

/** Stop 7: turns effects of the core into calls of the ports, after the runner has journaled them. */
export class EffectDispatcher {
  private engines: Engines | null = null;
  private readonly lastPosture = new Map<PersonId, string>();

  constructor(private readonly ports: DispatcherPorts) {}

  bind(engines: Engines): void {
    this.engines = engines;
  }

  person(engine: PersonEngine, effects: readonly Effect[]): void {
    this.ports.runner.run(
      effects,
      () => checkpointOf(engine, this.ports.clock.epochMs()),
      (effect) => {
        this.dispatch(engine, effect);
      },
    );
  }

  deskHost(): DeskEngineHost {
    const { clock, runner, feed } = this.ports;
    return {
      clock,
      journal: async (entries) => {
        if (!(await runner.append(entries))) throw new Error('the journal could not be written');
      },
      onEffect: (desk, effect) => {
        this.motion(desk, effect);
      },
      onProgress: (desk, progress) => {
        feed.tell({ kind: 'move-progress', deskId: desk.id, progress }, clock.stamp());
        this.publishDesk(desk.id);
      },
      onFault: (code, error) => {
        this.fault(code, error);
      },
    };
  }

  publishBand(band: BandFacts): void {
    this.ports.bus.publishBand(band.snapshot());
  }

  publishDesk(deskId: DeskId): void {
    const engine = this.engines?.desks.get(deskId);
    if (engine !== undefined) this.ports.bus.publishDesk(deskSnapshot(engine, this.ports.clock.stamp()));
  }

  publishPerson(engine: PersonEngine): void {
    const at = this.ports.clock.stamp();
    const snapshot = personSnapshot(engine.personState, engine.person, at, this.ports.setup.units);
    this.ports.bus.publishPerson(snapshot);
    if (this.lastPosture.get(snapshot.id) === snapshot.posture.posture) return;
    this.lastPosture.set(snapshot.id, snapshot.posture.posture);
    const text = reasonsText(snapshot.posture.reasons, this.ports.setup.units);
    this.ports.feed.tell({ kind: 'posture', personId: snapshot.id, estimate: snapshot.posture, text }, at);
  }

  private dispatch(engine: PersonEngine, effect: Effect): void {
    const { clock } = this.ports;
    switch (effect.type) {
      case 'IssuePrompt': {
        this.prompt(engine, effect.prompt);
        return;
      }
      case 'ClosePrompt': {
        this.tell({
          kind: 'prompt-closed',
          personId: effect.personId,
          promptId: effect.promptId,
          outcome: effect.outcome,
        });
        return;
      }
      case 'JournalAnswer': {
        this.ports.feed.tell(
          { kind: 'answer', personId: effect.personId, answer: effect.answer, surface: effect.surface },
          clock.stamp(),
        );
        return;
      }
      case 'RequestMove': {
        this.requestMove(effect);
        return;
      }
      case 'Hold':
      case 'PublishPerson': {
        this.publishPerson(engine);
        return;
      }
      case 'JournalSpan':
      case 'WakeMeAt':
        return;
    }
  }

  private prompt(engine: PersonEngine, prompt: Prompt): void {
    const { clock, setup } = this.ports;
    const { deskId, bandId } = engine.person.policy;
    // Shown counts from the moment it is on disk and on its way: an answer can only come after this.
    this.engines?.desks.get(deskId)?.accept({ type: 'PromptShown', at: clock.stamp(), prompt });
    const { title, body } = promptText(prompt, setup.units);
    this.tell({ kind: 'prompt-issued', personId: prompt.personId, prompt, text: `${title}: ${body}` });
    const prompter = bandId === null ? undefined : this.engines?.prompters.get(bandId);
    void prompter?.show(prompt, clock.stamp()).catch((error: unknown) => {
      this.fault('band.alert-failed', error);
    });
  }

  private requestMove(effect: Extract<Effect, { type: 'RequestMove' }>): void {
    const { txId, personId, promptId, targetMm } = effect;
    this.engines?.desks.get(effect.deskId)?.accept({
      type: 'MoveRequested',
      at: this.ports.clock.stamp(),
      txId,
      targetMm,
      request: { origin: 'coach', personId, promptId },
    });
  }

  private motion(desk: DeskSetup, effect: MotionEffect): void {
    const { clock } = this.ports;
    switch (effect.type) {
      case 'StartMotor':
        this.tell({ kind: 'move-started', deskId: desk.id, txId: effect.txId, targetMm: effect.targetMm });
        this.ports.accept({
          type: 'MoveStarted',
          at: clock.stamp(),
          deskId: desk.id,
          txId: effect.txId,
          targetMm: effect.targetMm,
        });
        {
          this.publishDesk(desk.id);
          return;
        }
      case 'EndMove':
        this.journal([{ type: 'move-ended', txId: effect.txId, outcome: effect.outcome, at: effect.at.epoch }]);
        this.tell({ kind: 'move-ended', deskId: desk.id, txId: effect.txId, ...effect.outcome });
        this.ports.accept({
          type: 'MoveEnded',
          at: clock.stamp(),
          deskId: desk.id,
          txId: effect.txId,
          outcome: effect.outcome,
        });
        {
          this.publishDesk(desk.id);
          return;
        }
      case 'RefuseMove':
        this.tell({
          kind: 'command-refused',
          deskId: desk.id,
          commandId: effect.txId,
          guards: effect.guards,
          text: guardsText(effect.guards),
        });
        {
          this.publishDesk(desk.id);
          return;
        }
      case 'JournalHandMove': {
        const { fromMm, toMm, from, to } = effect;
        this.journal([{ type: 'hand-move', deskId: desk.id, fromMm, toMm, from: from.epoch, to: to.epoch }]);
        this.tell({ kind: 'moved-by-hand', deskId: desk.id, fromMm, toMm });
        return;
      }
      case 'LockOut': {
        this.journal([{ type: 'desk-locked', deskId: desk.id, txId: effect.txId, at: effect.at.epoch }]);
        return;
      }
      case 'PublishDesk': {
        this.publishDesk(desk.id);
        return;
      }
      case 'StopMotor':
      case 'WakeDeskAt':
        return;
    }
  }

  private tell(event: HomeEvent): void {
    this.ports.bus.publishEvent(event);
    this.ports.feed.tell(event, this.ports.clock.stamp());
  }

  private journal(entries: readonly JournalEntry[]): void {
    void this.ports.runner.append(entries);
  }

  private fault(code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.ports.feed.tell({ kind: 'fault', code, message }, this.ports.clock.stamp());
  }
}
