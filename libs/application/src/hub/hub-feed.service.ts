import { Injectable } from '@nestjs/common';
import {
  type DeviceId,
  type DeskId,
  type PersonId,
  type PostureEstimate,
  type Stamp,
  type Answer,
  type Surface,
} from '#libs/domain';
import { type HomeEvent, type MoveProgress, type Undo } from '../ports/index.js';

/** How a configured device stands with the radio. */
export type DeviceStage = 'searching' | 'found' | 'connecting' | 'connected' | 'lost' | 'failed';

/** What a person watching the hub would want to be told, as it happens. Nothing in here decides anything. */
export type FeedItem =
  | HomeEvent
  | {
      readonly kind: 'device';
      readonly id: DeviceId;
      readonly name: string;
      readonly stage: DeviceStage;
      readonly detail: string | null;
    }
  | { readonly kind: 'posture'; readonly personId: PersonId; readonly estimate: PostureEstimate; readonly text: string }
  | { readonly kind: 'answer'; readonly personId: PersonId; readonly answer: Answer; readonly surface: Surface }
  | { readonly kind: 'move-progress'; readonly deskId: DeskId; readonly progress: MoveProgress }
  | { readonly kind: 'bus'; readonly connected: boolean; readonly url: string | null }
  | { readonly kind: 'radio'; readonly state: string; readonly problem: string | null }
  /** Something went wrong that a person should know of: stable code, words with cause and fix. */
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

export type FeedListener = (item: FeedItem, at: Stamp) => void;

/** Fans the feed out to the log, the terminal view and the metrics. A listener that throws does not stop the others. */
@Injectable()
export class HubFeed {
  private readonly listeners = new Set<FeedListener>();

  tell(item: FeedItem, at: Stamp): void {
    for (const listener of this.listeners) {
      try {
        listener(item, at);
      } catch {
        // A watcher's fault is the watcher's: telling it through the feed would only call it again.
      }
    }
  }

  onItem(listener: FeedListener): Undo {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
