import { type MotionEffect, type MotionEvent } from '#libs/domain';
import { type RadioUse } from '../devices/radio-use.js';
import { StanceError } from '../errors.js';
import { type DeskEngineHost } from '../motion/desk-engine.js';
import { type Clock, type JournalEntry } from '../ports/index.js';
import { guardsText } from '../text/catalogue.js';
import { type EffectRunner } from './effect-runner.service.js';
import { type DeskSetup } from './hub-setup.js';
import { type Publisher } from './publisher.js';

interface MotionPorts {
  readonly clock: Clock;
  readonly radio: RadioUse;
  readonly runner: EffectRunner;
  readonly publisher: Publisher;
}

type Handler<T extends MotionEffect['type']> = (
  desk: DeskSetup,
  effect: Extract<MotionEffect, { type: T }>,
  cause: MotionEvent,
) => void;

/** Effects that are facts for the journal. The row of a start is the engine's own: nothing moves before it is on disk. */
function journalEntryOf({ id: deskId }: DeskSetup, effect: MotionEffect): JournalEntry | null {
  switch (effect.type) {
    case 'EndMove':
      return { type: 'move-ended', txId: effect.txId, outcome: effect.outcome, at: effect.at.epoch };
    case 'JournalHandMove': {
      const { fromMm, toMm, from, to } = effect;
      return { type: 'hand-move', deskId, fromMm, toMm, from: from.epoch, to: to.epoch };
    }
    case 'LockOut':
      return { type: 'desk-locked', deskId, txId: effect.txId, at: effect.at.epoch };
    case 'Unlock':
      return { type: 'desk-unlocked', deskId, surface: effect.surface, at: effect.at.epoch };
    default:
      return null;
  }
}

/** Stop 7 for desks: journals what a supervisor decided, then says it. The motor itself is the engine's. */
export class MotionDispatcher {
  /** Said after the rows of the same decision are on disk, or the disk has refused them. */
  private readonly sayers: { readonly [T in MotionEffect['type']]?: Handler<T> } = {
    StartMotor: ({ id: deskId }, { txId, targetMm }) => {
      this.ports.publisher.event({ kind: 'move-started', deskId, txId, targetMm });
      this.ports.publisher.desk(deskId);
    },
    EndMove: ({ id: deskId }, { txId, outcome }) => {
      this.ports.publisher.event({ kind: 'move-ended', deskId, txId, ...outcome });
      this.ports.publisher.desk(deskId);
    },
    RefuseMove: ({ id: deskId }, { txId, guards }, cause) => {
      const request = cause.type === 'MoveRequested' ? cause.request : null;
      const commandId = request?.origin === 'command' ? request.commandId : txId;
      this.ports.publisher.event({
        kind: 'command-refused',
        deskId,
        commandId,
        txId,
        guards,
        text: guardsText(guards),
      });
      this.ports.publisher.desk(deskId);
    },
    JournalHandMove: ({ id: deskId }, { fromMm, toMm }) => {
      this.ports.publisher.event({ kind: 'moved-by-hand', deskId, fromMm, toMm });
    },
    PublishDesk: ({ id }) => {
      this.ports.publisher.desk(id);
    },
  };

  constructor(private readonly ports: MotionPorts) {}

  host(): DeskEngineHost {
    const { clock, radio, runner, publisher } = this.ports;
    return {
      clock,
      radio,
      journal: async (entries) => {
        if (await runner.append(entries)) return;
        throw new StanceError('journal.append-failed', 'the move is not in the journal, so the desk stays where it is');
      },
      onEffects: (desk, effects, cause) => {
        this.decided(desk, effects, cause);
      },
      onProgress: (desk, progress) => {
        publisher.tell({ kind: 'move-progress', deskId: desk.id, progress });
        publisher.desk(desk.id);
      },
      onFault: (code, error) => {
        publisher.fault(code, error);
      },
    };
  }

  /** One append for one decision: an obstacle's end and its lock-out are on disk together or not at all. */
  private decided(desk: DeskSetup, effects: readonly MotionEffect[], cause: MotionEvent): void {
    const entries = effects.map((effect) => journalEntryOf(desk, effect)).filter((entry) => entry !== null);
    void this.ports.runner.append(entries).then(() => {
      for (const effect of effects) this.say(desk, effect, cause);
    });
  }

  /** What cannot be said is told as a fault: the rest of the decision is said all the same. */
  private say(desk: DeskSetup, effect: MotionEffect, cause: MotionEvent): void {
    try {
      (this.sayers[effect.type] as Handler<MotionEffect['type']> | undefined)?.(desk, effect, cause);
    } catch (error) {
      this.ports.publisher.fault('hub.effect-failed', error);
    }
  }
}
