import { type LoggerService } from '@nestjs/common';
import { type FeedItem, guardsText, type HubFeed, type Undo } from '#libs/application';

type Level = 'log' | 'warn' | 'error';
type Entry = readonly [level: Level, context: string, text: string];
type Writer<K extends FeedItem['kind']> = (item: Extract<FeedItem, { kind: K }>) => Entry | null;

/** What goes into the log. Postures, prompts and answers are a person's own business and stay out of it. */
const WRITERS: { readonly [K in FeedItem['kind']]?: Writer<K> } = {
  fault: ({ code, message }) => ['error', 'hub', `${code}: ${message}`],
  device: ({ id, stage, detail }) => ['log', 'devices', `${id}: ${stage}${detail === null ? '' : ` (${detail})`}`],
  radio: ({ state, problem }) => (problem === null ? null : ['warn', 'radio', `${state}: ${problem}`]),
  bus: ({ connected, url }) =>
    connected
      ? ['log', 'mqtt', `connected to ${url ?? 'the broker'}`]
      : ['warn', 'mqtt', 'no connection to the broker, trying again'],
  'move-started': ({ deskId, txId, targetMm }) => ['log', 'motion', `${deskId}: move ${txId} to ${targetMm} mm`],
  'move-ended': ({ deskId, txId, result, heightMm }) => [
    'log',
    'motion',
    `${deskId}: move ${txId} ${result} at ${heightMm ?? 'unknown'} mm`,
  ],
  'moved-by-hand': ({ deskId, fromMm, toMm }) => [
    'log',
    'motion',
    `${deskId}: moved by hand from ${fromMm} to ${toMm} mm`,
  ],
  'command-refused': ({ commandId, guards }) => ['warn', 'motion', `refused ${commandId}: ${guardsText(guards)}`],
};

/** Writes the feed to the log; the context of a line names the part of the hub it is about. */
export function logFeed(feed: HubFeed, log: LoggerService): Undo {
  return feed.onItem((item) => {
    const write = WRITERS[item.kind] as Writer<FeedItem['kind']> | undefined;
    const entry = write?.(item) ?? null;
    if (entry === null) return;
    const [level, context, text] = entry;
    log[level](text, context);
  });
}
