import { type DomainEvent, type MotionEffect } from '#libs/domain';
import { StanceError } from '../errors.js';
import { type DeskEngineHost } from '../motion/desk-engine.js';
import { type Clock, type JournalEntry } from '../ports/index.js';
import { guardsText } from '../text/catalogue.js';
import { type EffectRunner } from './effect-runner.service.js';
import { type HubFeed } from './hub-feed.service.js';
import { type DeskSetup } from './hub-setup.js';
import { type Publisher } from './publisher.js';

interface MotionPorts {
  readonly clock: Clock;
  readonly runner: EffectRunner;
  readonly feed: HubFeed;
  readonly publisher: Publisher;
  /** Back into the pipeline: persons learn of their desk's moves as events. */
  readonly accept: (event: DomainEvent) => void;
}

type Handler<T extends MotionEffect['type']> = (desk: DeskSetup, effect: Extract<MotionEffect, { type: T }>) => void;

/** Stop 7 for desks: journals, publishes and passes on what a supervisor decided. The motor itself is the engine's. */
export class MotionDispatcher {
  private readonly handlers: { readonly [T in MotionEffect['type']]: Handler<T> } = {
    StartMotor: ({ id: deskId }, { txId, targetMm }) => {
      this.ports.publisher.event({ kind: 'move-started', deskId, txId, targetMm });
      this.ports.accept({ type: 'MoveStarted', at: this.ports.clock.stamp(), deskId, txId, targetMm });
      this.ports.publisher.desk(deskId);
    },
    EndMove: ({ id: deskId }, { txId, outcome, at }) => {
      this.journal([{ type: 'move-ended', txId, outcome, at: at.epoch }]);
      this.ports.publisher.event({ kind: 'move-ended', deskId, txId, ...outcome });
      this.ports.accept({ type: 'MoveEnded', at: this.ports.clock.stamp(), deskId, txId, outcome });
      this.ports.publisher.desk(deskId);
    },
    RefuseMove: ({ id: deskId }, { txId, guards }) => {
      const text = guardsText(guards);
      this.ports.publisher.event({ kind: 'command-refused', deskId, commandId: txId, guards, text });
      this.ports.publisher.desk(deskId);
    },
    JournalHandMove: ({ id: deskId }, { fromMm, toMm, from, to }) => {
      this.journal([{ type: 'hand-move', deskId, fromMm, toMm, from: from.epoch, to: to.epoch }]);
      this.ports.publisher.event({ kind: 'moved-by-hand', deskId, fromMm, toMm });
    },
    LockOut: ({ id: deskId }, { txId, at }) => {
      this.journal([{ type: 'desk-locked', deskId, txId, at: at.epoch }]);
    },
    PublishDesk: ({ id }) => {
      this.ports.publisher.desk(id);
    },
    StopMotor: () => undefined,
    WakeDeskAt: () => undefined,
  };

  constructor(private readonly ports: MotionPorts) {}

  host(): DeskEngineHost {
    const { clock, runner, feed, publisher } = this.ports;
    return {
      clock,
      journal: async (entries) => {
        if (await runner.append(entries)) return;
        throw new StanceError('journal.append-failed', 'the move is not in the journal, so the desk stays where it is');
      },
      onEffect: (desk, effect) => {
        (this.handlers[effect.type] as Handler<MotionEffect['type']>)(desk, effect);
      },
      onProgress: (desk, progress) => {
        feed.tell({ kind: 'move-progress', deskId: desk.id, progress }, clock.stamp());
        publisher.desk(desk.id);
      },
      onFault: (code, error) => {
        publisher.fault(code, error);
      },
    };
  }

  private journal(entries: readonly JournalEntry[]): void {
    void this.ports.runner.append(entries);
  }
}
