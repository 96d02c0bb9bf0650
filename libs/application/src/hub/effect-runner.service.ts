import { Injectable } from '@nestjs/common';
import { type Effect } from '#libs/domain';
import { SerialQueue } from '../queue/serial-queue.js';
import { Clock, Journal, type JournalEntry } from '../ports/index.js';
import { HubFeed } from './hub-feed.service.js';

/** Effects that are facts for the journal, in journal words. */
export function journalEntryOf(effect: Effect): JournalEntry | null {
  switch (effect.type) {
    case 'JournalSpan': {
      const { personId, posture, from, to } = effect.span;
      return { type: 'span', personId, posture, from: from.epoch, to: to.epoch };
    }
    case 'IssuePrompt':
      return { type: 'prompt-issued', prompt: effect.prompt };
    case 'ClosePrompt':
      return { type: 'prompt-closed', promptId: effect.promptId, outcome: effect.outcome, at: effect.at.epoch };
    case 'JournalAnswer': {
      const { promptId, personId, answer, surface, at } = effect;
      return { type: 'answer', promptId, personId, answer, surface, at: at.epoch };
    }
    default:
      return null;
  }
}

/**
 * Stop 6: journals first, then dispatches, batch by batch in order. Where the disk refuses, effects that would
 * acknowledge a journaled fact are dropped and told as a fault; the queue goes on.
 */
@Injectable()
export class EffectRunner {
  private readonly queue = new SerialQueue();

  constructor(
    private readonly journal: Journal,
    private readonly feed: HubFeed,
    private readonly clock: Clock,
  ) {}

  /** `checkpoint` is written with the batch whenever the batch writes anything. */
  run(effects: readonly Effect[], checkpoint: () => JournalEntry, dispatch: (effect: Effect) => void): void {
    void this.queue.run(async () => {
      const entries = effects.map(journalEntryOf).filter((entry) => entry !== null);
      const durable = entries.length === 0 || (await this.written([...entries, checkpoint()]));
      for (const effect of effects) {
        if (!durable && journalEntryOf(effect) !== null) continue;
        this.attempt(effect, dispatch);
      }
    });
  }

  /** Writes entries in the order of all other effects; false when the disk refused. */
  append(entries: readonly JournalEntry[]): Promise<boolean> {
    return this.queue.run(() => entries.length === 0 || this.written(entries));
  }

  /** Resolves when everything handed in so far is written and dispatched. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  private async written(entries: readonly JournalEntry[]): Promise<boolean> {
    try {
      await this.journal.append(entries);
      return true;
    } catch (error) {
      this.fault('journal.append-failed', error);
      return false;
    }
  }

  private attempt(effect: Effect, dispatch: (effect: Effect) => void): void {
    try {
      dispatch(effect);
    } catch (error) {
      this.fault('hub.effect-failed', error);
    }
  }

  private fault(code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.feed.tell({ kind: 'fault', code, message }, this.clock.stamp());
  }
}
