import {
  type BandSnapshot,
  type DeskSnapshot,
  HomeBus,
  type HomeCommand,
  type HomeEvent,
  type Household,
  type HubSnapshot,
  type PersonSnapshot,
  StanceError,
  type Undo,
} from '#libs/application';
import { monotonic, SECOND_MS } from '#libs/domain';
import { Announcer, REFRESH_MS, STATE_RANK } from './announcer.js';
import { brokerAddress, type BrokerAddress } from './broker-address.js';
import { BrokerConnection, type Subscription } from './broker-connection.js';
import { type CommandCounts, CommandRouter } from './command-router.js';
import { type MqttOptions } from './mqtt-options.js';
import { Outbox, type Rule } from './outbox.js';
import { encode, type Value } from './payload.js';
import { bandStates, deskStates, eventOwner, eventPayload, hubStates, personStates } from './states.mapper.js';
import { isHealth, type Kind, type Pace, specOf, templateOf, type TopicSpec } from './topic-map.js';
import { type Topics, topics } from './topics.js';

/** What goes in and out, counted since the start of the hub. */
export interface MqttCounters extends CommandCounts {
  /** Events that happened while the broker was away or not keeping up: they are never sent late. */
  readonly droppedEvents: number;
}

const SLOW_INTERVAL_MS = 10 * SECOND_MS;
/** A retained state outlives its hub by three refreshes at most (MQTT 5). */
const STATE_EXPIRY_S = (3 * REFRESH_MS) / SECOND_MS;
const EVENTS_IN_FLIGHT = 100;
const OFFLINE_DEADLINE_MS = 2 * SECOND_MS;

/** Everything that lives from `start` to `stop`. */
interface Run {
  readonly topics: Topics;
  readonly outbox: Outbox;
  readonly announcer: Announcer;
  readonly router: CommandRouter;
  readonly connection: BrokerConnection;
}

/** The house's bus over MQTT, with Home Assistant's discovery. docs/mqtt.md describes what is on the wire. */
export class MqttHomeBus extends HomeBus {
  private readonly address: BrokerAddress;
  private readonly commandListeners = new Set<(command: HomeCommand) => void>();
  private readonly connectionListeners = new Set<(connected: boolean) => void>();
  private readonly desks = new Map<string, DeskSnapshot>();
  private run: Run | null = null;
  private eventsInFlight = 0;
  private droppedEvents = 0;

  /** @throws StanceError `mqtt.bad-url`, `mqtt.base-is-prefix` */
  constructor(private readonly options: MqttOptions) {
    super();
    this.address = brokerAddress(options);
    if (options.base === options.discoveryPrefix)
      throw new StanceError(
        'mqtt.base-is-prefix',
        `"${options.base}" is both base topic and discovery prefix: change one.`,
        {
          owner: 'user',
        },
      );
  }

  override get connected(): boolean {
    return this.run?.connection.connected ?? false;
  }

  override get url(): string {
    return this.address.url;
  }

  /** Why there is no connection, in words with the cure; null while there is one. */
  get problem(): string | null {
    return this.run === null ? 'not started' : this.run.connection.problem;
  }

  get counters(): MqttCounters {
    const commands = this.run?.router.counters ?? { accepted: 0, broken: 0, flooded: 0 };
    return { ...commands, droppedEvents: this.droppedEvents };
  }

  override start(household: Household): Promise<void> {
    if (this.run === null) {
      const names = topics(household.hub.id, this.options.base);
      const outbox = new Outbox(this.options.clock);
      const announcer = new Announcer(household, names, outbox, this.options);
      const router = this.router(names, announcer);
      const connection = this.connection(names, { outbox, announcer, router });
      this.run = { topics: names, outbox, announcer, router, connection };
      announcer.start();
      connection.start();
    }
    return Promise.resolve();
  }

  override async stop(): Promise<void> {
    const run = this.run;
    if (run === null) return;
    this.run = null;
    run.announcer.stop();
    await this.atMost(OFFLINE_DEADLINE_MS, run.outbox.drained());
    run.outbox.close();
    await run.connection.stop();
  }

  override announce(household: Household): void {
    this.run?.announcer.update(household);
    for (const snapshot of this.desks.values()) this.publishDesk(snapshot);
  }

  override publishHub(snapshot: HubSnapshot): void {
    if (this.run === null) return;
    const { hub } = this.run.announcer.household;
    this.publish(this.run, 'hub', hub.id, hubStates(snapshot, hub.version));
  }

  override publishDesk(snapshot: DeskSnapshot): void {
    if (this.run === null) return;
    const desk = this.run.announcer.household.desks.find(({ id }) => id === snapshot.id);
    if (desk === undefined) return;
    this.desks.set(snapshot.id, snapshot);
    this.publish(this.run, 'desk', snapshot.id, deskStates(snapshot, desk.limits));
  }

  override publishBand(snapshot: BandSnapshot): void {
    if (this.run?.announcer.household.bands.some(({ id }) => id === snapshot.id) !== true) return;
    this.publish(this.run, 'band', snapshot.id, bandStates(snapshot));
  }

  override publishPerson(snapshot: PersonSnapshot): void {
    if (this.run?.announcer.household.persons.some(({ id }) => id === snapshot.id) !== true) return;
    this.publish(this.run, 'person', snapshot.id, personStates(snapshot));
  }

  override publishEvent(event: HomeEvent): void {
    const { run } = this;
    if (run?.connection.connected !== true || this.eventsInFlight >= EVENTS_IN_FLIGHT) {
      this.droppedEvents += 1;
      return;
    }
    const { kind, id } = eventOwner(event) ?? { kind: 'hub', id: run.announcer.household.hub.id };
    const topic = run.topics.of(kind, id, 'event');
    this.eventsInFlight += 1;
    run.connection.publish(
      { topic, payload: eventPayload(event), retained: false, qos: 1, json: true, expiryS: null },
      () => {
        this.eventsInFlight -= 1;
      },
    );
  }

  override onCommand(listener: (command: HomeCommand) => void): Undo {
    this.commandListeners.add(listener);
    return () => this.commandListeners.delete(listener);
  }

  override onConnection(listener: (connected: boolean) => void): Undo {
    this.connectionListeners.add(listener);
    return () => this.connectionListeners.delete(listener);
  }

  private publish(run: Run, kind: Kind, id: string, states: Readonly<Record<string, Value>>): void {
    const lines = Object.entries(states).flatMap(([property, value]) => {
      const template = templateOf(kind, property);
      if (template === null || (isHealth(template) && !this.options.publishHealth)) return [];
      const spec = specOf(template);
      return [{ topic: run.topics.fill(template, id), spec, payload: encode(spec, value) }];
    });
    // A changed word (motion ended, posture changed) takes the paced values along: they belong together.
    const urgent = lines.some(
      ({ topic, spec, payload }) => spec.pace === undefined && run.outbox.differs(topic, payload),
    );
    for (const { topic, spec, payload } of lines) run.outbox.set(topic, payload, this.rule(spec), urgent);
  }

  private rule({ payload, pace, qos }: TopicSpec): Rule {
    const isStatus = payload === 'availability';
    return {
      qos,
      json: false,
      expiryS: isStatus ? null : STATE_EXPIRY_S,
      rank: isStatus ? 0 : STATE_RANK,
      minIntervalMs: this.intervalMs(pace),
    };
  }

  private intervalMs(pace: Pace | undefined): number {
    if (pace === undefined) return 0;
    return pace === 'live' ? this.options.publishMinIntervalMs : SLOW_INTERVAL_MS;
  }

  private router(names: Topics, announcer: Announcer): CommandRouter {
    return new CommandRouter(names, this.options, () => announcer.household, {
      command: (command) => {
        this.tell(this.commandListeners, command);
      },
      clear: (topic) => {
        this.run?.connection.publish(
          { topic, payload: '', retained: true, qos: 0, json: false, expiryS: null },
          () => undefined,
        );
      },
    });
  }

  private connection(
    names: Topics,
    { outbox, announcer, router }: Pick<Run, 'outbox' | 'announcer' | 'router'>,
  ): BrokerConnection {
    const { statusTopic, clock, random, logger } = this.options;
    const subscriptions: readonly Subscription[] = [
      { filter: statusTopic, retained: false },
      ...names.commands.map(({ filter, template }) => ({ filter, retained: specOf(template).evenRetained === true })),
    ];
    const clientId = `stance-${announcer.household.hub.id}`;
    const connection = new BrokerConnection(
      { address: this.address, clientId, willTopic: names.status, subscriptions, clock, random, logger },
      {
        onUp: () => {
          this.eventsInFlight = 0;
          outbox.attach((message, done) => {
            connection.publish(message, done);
          });
          this.tell(this.connectionListeners, true);
        },
        onDown: () => {
          outbox.detach();
          this.tell(this.connectionListeners, false);
        },
        onMessage: (topic, payload, retained) => {
          if (topic !== statusTopic) router.handle(topic, payload, retained);
          else if (!retained) announcer.homeAssistantSays(Buffer.from(payload).toString('utf8'));
        },
      },
    );
    return connection;
  }

  private tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        this.options.logger.error(`MQTT: a listener failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  private async atMost(ms: number, work: Promise<void>): Promise<void> {
    const { clock } = this.options;
    let undo: Undo = () => undefined;
    const deadline = new Promise<void>((resolve) => {
      undo = clock.at(monotonic(clock.monotonicMs() + ms), resolve);
    });
    await Promise.race([work, deadline]);
    undo();
  }
}
