import path from 'node:path';
import { type LoggerService, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { HouseholdService, HubFeed, HubService } from '#libs/application';
import { openControlSocket } from '#adapters/http';
import { type HubConfig } from '#adapters/config';
import { type AdapterOptions, type OpenedAdapters, openAdapters } from './adapters.js';
import { closeAll, type Closer } from './close-all.js';
import { logFeed } from './feed-log.js';
import { containerLog } from './hub-log.js';
import { holdWhileMoving } from './lab-pace.js';
import { HubModule } from './hub.module.js';

/** A hub that is up. */
export interface RunningHub {
  readonly feed: HubFeed;
  /** Present beliefs, for views. */
  readonly home: HouseholdService;
  readonly brokerUrl: string | null;
  readonly httpUrl: string;
  readonly controlSocket: string;
  /** Local wall time of the hub's own clock, for views. */
  readonly clock: OpenedAdapters['clock'];
  /** Stops desks first, then everything else in reverse; says `offline` on the bus. Safe to call twice. */
  stop(): Promise<void>;
}

export interface StartOptions extends AdapterOptions {
  /** Called as soon as the feed exists, before the first device is searched for. */
  readonly watch?: (feed: HubFeed) => void;
}

/** The CLI's way into the hub that uses this config. */
export const controlSocketOf = (config: Pick<HubConfig, 'data_dir'>): string => path.join(config.data_dir, 'hub.sock');

/** Starts the whole hub: config → profiles → journal → home bus → radio. */
export async function startHub(options: StartOptions): Promise<RunningHub> {
  const adapters = await openAdapters(options);
  const closers: Closer[] = [() => adapters.close()];
  let ending: Promise<void> | null = null;
  const stop = (): Promise<void> => (ending ??= closeAll(closers));
  try {
    return await start(options, adapters, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: StartOptions,
  adapters: OpenedAdapters,
  closers: Closer[],
  stop: () => Promise<void>,
): Promise<RunningHub> {
  const { config, log } = options;
  const app = await createApp(adapters, log);
  closers.push(() => app.close());
  const feed = app.get(HubFeed);
  closers.push(logFeed(feed, log));
  if (adapters.home !== null) closers.push(holdWhileMoving(feed, adapters.home));
  options.watch?.(feed);
  const controlSocket = controlSocketOf(config);
  await app.init();
  closers.push(await openControlSocket(app.getHttpAdapter().getInstance(), controlSocket));
  await app.listen(config.http.port, '127.0.0.1');
  const hub = app.get(HubService);
  closers.push(() => hub.stop());
  await hub.start();
  const home = app.get(HouseholdService);
  return {
    feed,
    home,
    brokerUrl: adapters.bus.url,
    httpUrl: await app.getUrl(),
    controlSocket,
    clock: adapters.clock,
    stop,
  };
}

/** The container with all use cases and the HTTP face; nothing in it runs yet. */
export function createApp(adapters: OpenedAdapters, log: LoggerService): Promise<NestExpressApplication> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes plain objects
  const options: NestApplicationOptions = { logger: containerLog(log), abortOnError: false };
  return NestFactory.create<NestExpressApplication>(HubModule.over(adapters), options);
}
