import { type LoggerService } from '@nestjs/common';
import { type FeedItem, GUARD_TEXT, type HubFeed, type Undo } from '#libs/application';

/** Writes the feed to the log. Postures and prompts are a person's own business and stay at debug level. */
export function logFeed(feed: HubFeed, log: LoggerService): Undo {
  return feed.onItem((item) => write(item, log));
}

function write(item: FeedItem, log: LoggerService): void {
  switch (item.kind) {
    case 'fault':
      log.error(`${item.code}: ${item.message}`);
      return;
    case 'device':
      log.log(`${item.id}: ${item.stage}${item.detail === null ? '' : ` (${item.detail})`}`);
      return;
    case 'radio':
      if (item.problem !== null) log.warn(`radio ${item.state}: ${item.problem}`);
      return;
    case 'bus':
      log.log(
        item.connected ? `connected to ${item.url ?? 'the broker'}` : 'no connection to the broker, trying again',
      );
      return;
    case 'move-started':
      log.log(`${item.deskId}: move ${item.txId} to ${item.targetMm} mm`);
      return;
    case 'move-ended':
      log.log(`${item.deskId}: move ${item.txId} ${item.result} at ${item.heightMm ?? 'unknown'} mm`);
      return;
    case 'command-refused':
      log.warn(`refused ${item.commandId}: ${item.guards.map((guard) => GUARD_TEXT[guard]).join('; ')}`);
      return;
    case 'moved-by-hand':
      log.log(`${item.deskId}: moved by hand from ${item.fromMm} to ${item.toMm} mm`);
      return;
    default:
      log.debug?.(item.kind);
  }
}
