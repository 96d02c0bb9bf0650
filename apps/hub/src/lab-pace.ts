import { type HubFeed, type Undo } from '#libs/application';
import { type HomeConnection } from '#libs/simulation';

/**
 * Holds lab time at 1 x from the decision to move until the move has ended. The home itself slows down when a motor runs,
 * which is too late here: the journal and the first read take 100 ms of real time, and the supervisor's patience with a
 * desk that does not start is lab time.
 */
export function holdWhileMoving(feed: HubFeed, home: HomeConnection): Undo {
  return feed.onItem((item) => {
    if (item.kind !== 'move-started' && item.kind !== 'move-ended') return;
    const request = {
      do: item.kind === 'move-started' ? 'hold' : 'release',
      reason: `move of ${item.deskId}`,
    } as const;
    // A home that has gone away needs no slowing down; that it has is told by the radio.
    home.request(request).catch(() => undefined);
  });
}
