import { type Effect, type Prompt } from '#libs/domain';
import { checkpointOf } from '../persons/checkpoint.js';
import { type PersonEngine } from '../persons/person-engine.js';
import { type Clock } from '../ports/index.js';
import { promptText } from '../text/catalogue.js';
import { type EffectRunner } from './effect-runner.service.js';
import { type HubSetup } from './hub-setup.js';
import { type Engines } from './engines.js';
import { type Publisher } from './publisher.js';

interface DispatcherPorts {
  readonly setup: HubSetup;
  readonly clock: Clock;
  readonly runner: EffectRunner;
  readonly publisher: Publisher;
}

type Handler<T extends Effect['type']> = (engine: PersonEngine, effect: Extract<Effect, { type: T }>) => void;

/** Stop 7 for persons: turns effects of the core into calls of the ports, after the runner has journaled them. */
export class EffectDispatcher {
  private engines: Engines | null = null;
  private readonly handlers: { readonly [T in Effect['type']]: Handler<T> } = {
    IssuePrompt: (engine, { prompt }) => {
      this.prompt(engine, prompt);
    },
    ClosePrompt: (_engine, { personId, promptId, outcome }) => {
      this.ports.publisher.event({ kind: 'prompt-closed', personId, promptId, outcome });
    },
    JournalAnswer: (_engine, { personId, answer, surface }) => {
      this.ports.publisher.tell({ kind: 'answer', personId, answer, surface });
    },
    RequestMove: (_engine, { txId, personId, promptId, targetMm, deskId }) => {
      const request = { origin: 'coach', personId, promptId } as const;
      const at = this.ports.clock.stamp();
      this.engines?.desks.get(deskId)?.ask({ type: 'MoveRequested', at, txId, targetMm, request });
    },
    Hold: (engine) => {
      this.ports.publisher.person(engine);
    },
    PublishPerson: (engine) => {
      this.ports.publisher.person(engine);
    },
    JournalSpan: () => undefined,
    WakeMeAt: () => undefined,
  };

  constructor(private readonly ports: DispatcherPorts) {}

  bind(engines: Engines): void {
    this.engines = engines;
  }

  dispatch(engine: PersonEngine, effects: readonly Effect[]): void {
    this.ports.runner.run(
      effects,
      () => checkpointOf(engine, this.ports.clock.epochMs()),
      (effect) => {
        (this.handlers[effect.type] as Handler<Effect['type']>)(engine, effect);
      },
    );
  }

  private prompt(engine: PersonEngine, prompt: Prompt): void {
    const { clock, setup, publisher } = this.ports;
    const { deskId, bandId } = engine.person.policy;
    // Shown counts from the moment it is on disk and on its way: an answer can only come after this.
    this.engines?.desks.get(deskId)?.accept({ type: 'PromptShown', at: clock.stamp(), prompt });
    const { title, body } = promptText(prompt, setup.units);
    publisher.event({ kind: 'prompt-issued', personId: prompt.personId, prompt, text: `${title}: ${body}` });
    const prompter = bandId === null ? undefined : this.engines?.prompters.get(bandId);
    void prompter?.show(prompt, clock.stamp()).catch((error: unknown) => {
      publisher.fault('band.alert-failed', error);
    });
  }
}
