import { type LoggerService } from '@nestjs/common';
import { DateTime } from 'luxon';
import { type BleCentral, type Clock, type Heard, type MachineClock, StanceError, scanFor } from '#libs/application';
import { FollowedClock, SystemClock } from '#adapters/clock';
import { type HubConfig, type MqttConfig, mqttDefaults } from '#adapters/config';
import { EmbeddedBroker, MqttHomeBus } from '#adapters/mqtt';
import { NobleCentral } from '#adapters/noble';
import { openJournal } from '#adapters/storage';
import { connectHome, type HomeConnection, installVirtualHci, provideVirtualHci } from '#libs/simulation';
import { adapterLog } from './adapter-log.js';
import { checkSetup } from './check-setup.js';
import { closeAll, type Closer } from './close-all.js';
import { type HubAdapters } from './hub.module.js';
import { openProfiles } from './profiles.js';
import { toHubSetup } from './setup.mapper.js';
import { stanceVersion } from './version.js';

/** Home Assistant's own default, which does not follow the discovery prefix. */
const HOME_ASSISTANT_STATUS = 'homeassistant/status';

export interface AdapterOptions {
  readonly config: HubConfig;
  /** Socket of a running simulated home, which then is the radio and the clock; null for real ones. */
  readonly simulatedHome: string | null;
  readonly log: LoggerService;
}

export interface OpenedAdapters extends HubAdapters {
  /** The simulated home the hub lives in; null with real devices. */
  readonly home: HomeConnection | null;
  /** Closes what was opened, in reverse. Call after the hub has stopped. */
  close(): Promise<void>;
}

/** Opens config → profiles → journal → home bus → radio, in this order, and closes what was open when one fails. */
export async function openAdapters(options: AdapterOptions): Promise<OpenedAdapters> {
  const closers: Closer[] = [];
  const close = (): Promise<void> => closeAll(closers);
  try {
    return { ...(await open(options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { config, simulatedHome, log }: AdapterOptions,
  closers: Closer[],
): Promise<Omit<OpenedAdapters, 'close'>> {
  const home = simulatedHome === null ? null : await joinHome(simulatedHome, closers);
  const machineClock = new SystemClock();
  const clock = home === null ? machineClock : new FollowedClock(home.clock);
  const profiles = openProfiles(machineClock, clock, utcOffsetMinutes(config.time_zone, clock));
  checkSetup(config, profiles);
  const about = { ...config.hub, version: stanceVersion(), simulated: home !== null };
  const setup = toHubSetup(config, profiles, about);
  const journal = await openJournal({ directory: config.data_dir });
  closers.push(() => journal.close());
  const bus = await openBus(config, machineClock, log, closers);
  return {
    home,
    setup,
    clock,
    machineClock,
    profiles,
    journal,
    bus,
    radios: config.radios.map((radio) => openRadio(radio, { machineClock, clock, log })),
  };
}

/** What a band's own clock is set by: the household's wall time. */
const utcOffsetMinutes = (timeZone: string, clock: Clock): number =>
  DateTime.fromMillis(clock.epochMs(), { zone: timeZone }).offset;

/** From here on every HCI socket in this process is one of the simulated home's air. */
async function joinHome(socketPath: string, closers: Closer[]): Promise<HomeConnection> {
  const home = await connectHome(socketPath);
  const undo = [installVirtualHci(), provideVirtualHci(home.hci)];
  closers.push(() => {
    for (const each of undo) each();
    home.close();
  });
  return home;
}

async function openBus(
  config: HubConfig,
  clock: MachineClock,
  log: LoggerService,
  closers: Closer[],
): Promise<MqttHomeBus> {
  const mqtt = config.mqtt ?? (await embeddedBroker(closers));
  return new MqttHomeBus({
    url: mqtt.url,
    username: mqtt.username,
    password: mqtt.password?.reveal(),
    base: mqtt.base,
    discoveryPrefix: mqtt.discovery_prefix,
    statusTopic: HOME_ASSISTANT_STATUS,
    acceptBareMotion: mqtt.accept_bare_motion,
    publishHealth: config.publish_health,
    publishMinIntervalMs: mqtt.publish_min_interval_ms,
    units: config.units,
    clock,
    random: Math.random,
    logger: adapterLog(log, 'mqtt'),
  });
}

/** The broker of a hub without one: loopback, any free port, everything else as the config's own defaults. */
async function embeddedBroker(closers: Closer[]): Promise<MqttConfig> {
  const broker = new EmbeddedBroker();
  const { url } = await broker.start();
  closers.push(() => broker.stop());
  return mqttDefaults(url);
}

/** Which library drives which adapter. */
export interface RadioKind {
  readonly kind: 'noble' | 'stoprocent';
  readonly adapter: number;
}

interface RadioPorts {
  readonly machineClock: MachineClock;
  readonly clock: Clock;
  readonly log: LoggerService;
}

const openRadio = ({ kind, adapter }: RadioKind, { machineClock, clock, log }: RadioPorts): BleCentral =>
  new NobleCentral({
    package: kind === 'noble' ? 'abandonware' : 'stoprocent',
    adapterIndex: adapter,
    clock: machineClock,
    domainClock: clock,
    logger: adapterLog(log, 'radio'),
  });

/** A scan on a radio of its own, for when no hub runs. Rejects with `radio.unavailable` where there is none. */
export async function scanWithoutHub(kind: RadioKind, seconds: number, log: LoggerService): Promise<readonly Heard[]> {
  const machineClock = new SystemClock();
  const radio = openRadio(kind, { machineClock, clock: machineClock, log });
  await radio.start();
  try {
    if (radio.problem !== null) throw new StanceError('radio.unavailable', radio.problem, { owner: 'user' });
    return await scanFor(seconds, {
      radios: [radio],
      profiles: openProfiles(machineClock, machineClock),
      machineClock,
    });
  } finally {
    await radio.stop();
  }
}
