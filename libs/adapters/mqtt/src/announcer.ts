import { type Household, type Undo } from '#libs/application';
import { MINUTE_MS, monotonic, SECOND_MS } from '#libs/domain';
import { documents, hasStatus } from './discovery/documents.js';
import { type MqttOptions } from './mqtt-options.js';
import { type Outbox, type Rule } from './outbox.js';
import { OFFLINE, ONLINE } from './payload.js';
import { isHealth, type Kind, specOf, templatesOf } from './topic-map.js';
import { type Topics } from './topics.js';

/** Home Assistant skips components of a second document while it loads the platforms of the first (docs/mqtt.md). */
const COALESCE_MS = 2 * SECOND_MS;
/** After a birth each hub waits a random time in this range, so that not all of them speak at once. */
const BIRTH_MIN_MS = SECOND_MS;
const BIRTH_MAX_MS = 5 * SECOND_MS;
export const REFRESH_MS = 10 * MINUTE_MS;

const RANK = { availability: 0, hubDocument: 1, document: 2, state: 3 } as const;
const LASTING = { qos: 1, json: false, expiryS: null, minIntervalMs: 0 } as const;
const STATUS_RULE: Rule = { ...LASTING, rank: RANK.availability };
const REMOVAL_RULE: Rule = { ...LASTING, rank: RANK.state };
export const STATE_RANK = RANK.state;

/**
 * Availability and discovery: the one path for start, reconnect, Home Assistant's birth and changes of the household.
 * It only says what the broker should hold; the outbox brings it there.
 */
export class Announcer {
  private present: Household;
  private change: Undo | null = null;
  private birth: Undo | null = null;
  private refresh: Undo | null = null;

  constructor(
    household: Household,
    private readonly topics: Topics,
    private readonly outbox: Outbox,
    private readonly options: MqttOptions,
  ) {
    this.present = household;
  }

  get household(): Household {
    return this.present;
  }

  start(): void {
    this.outbox.set(this.topics.status, ONLINE, STATUS_RULE);
    this.setUp();
    this.refreshLater();
  }

  /** The household changed: its documents follow 2 s after the last change. */
  update(household: Household): void {
    this.clearGone(this.present, household);
    this.present = household;
    this.change?.();
    this.change = this.later(COALESCE_MS, () => {
      this.change = null;
      this.setUp();
    });
  }

  /** Home Assistant's status topic: everything again after a short random time, once per burst of births. */
  homeAssistantSays(payload: string): void {
    if (payload === OFFLINE) {
      this.birth?.();
      this.birth = null;
    }
    if (payload !== ONLINE || this.birth !== null) return;
    this.birth = this.later(BIRTH_MIN_MS + this.options.random() * (BIRTH_MAX_MS - BIRTH_MIN_MS), () => {
      this.birth = null;
      this.outbox.resend();
    });
  }

  /** Says `offline` for the hub and every device and ends the timers. */
  stop(): void {
    for (const undo of [this.change, this.birth, this.refresh]) undo?.();
    this.outbox.set(this.topics.status, OFFLINE, STATUS_RULE);
    for (const { kind, id } of linked(this.present))
      this.outbox.set(this.topics.of(kind, id, 'status'), OFFLINE, STATUS_RULE, true);
  }

  private setUp(): void {
    const hubDocument = RANK.hubDocument;
    let rank: number = hubDocument;
    for (const [topic, document] of documents(this.present, this.topics, this.options)) {
      this.outbox.set(topic, document, { qos: 1, json: true, expiryS: null, minIntervalMs: 0, rank });
      rank = RANK.document;
    }
    for (const { kind, id } of linked(this.present)) {
      const status = this.topics.of(kind, id, 'status');
      if (this.outbox.has(status)) continue;
      // A retained "online" of an earlier run says nothing about this one.
      this.outbox.set(status, OFFLINE, STATUS_RULE);
      if (!this.options.publishHealth) this.clearHealth(kind, id);
    }
  }

  /** Values that were published before the person switched it off do not stay on the broker. */
  private clearHealth(kind: Kind, id: string): void {
    for (const [, template] of templatesOf(kind))
      if (isHealth(template)) this.outbox.remove(this.topics.fill(template, id), REMOVAL_RULE);
  }

  /** Nothing of a device that left the household stays retained. */
  private clearGone(before: Household, after: Household): void {
    const documentsAfter = documents(after, this.topics, this.options);
    for (const topic of documents(before, this.topics, this.options).keys())
      if (!documentsAfter.has(topic)) this.outbox.remove(topic, REMOVAL_RULE);
    const stays = new Set(devices(after).map(({ kind, id }) => `${kind}/${id}`));
    for (const { kind, id } of devices(before).filter((device) => !stays.has(`${device.kind}/${device.id}`)))
      for (const [, template] of templatesOf(kind))
        if (specOf(template).direction === 'out' && specOf(template).retained)
          this.outbox.remove(this.topics.fill(template, id), REMOVAL_RULE);
  }

  private refreshLater(): void {
    this.refresh = this.later(REFRESH_MS, () => {
      this.outbox.resend((rank) => rank === RANK.state || rank === RANK.availability);
      this.refreshLater();
    });
  }

  private later(ms: number, run: () => void): Undo {
    const { clock } = this.options;
    return clock.at(monotonic(clock.monotonicMs() + ms), run);
  }
}

interface Owner<K extends Kind = Kind> {
  readonly kind: K;
  readonly id: string;
}

const devices = ({ desks, bands, persons }: Household): readonly Owner[] => [
  ...desks.map(({ id }) => ({ kind: 'desk', id }) as const),
  ...bands.map(({ id }) => ({ kind: 'band', id }) as const),
  ...persons.map(({ id }) => ({ kind: 'person', id }) as const),
];

const linked = (household: Household): readonly Owner<'desk' | 'band'>[] =>
  devices(household).filter((owner): owner is Owner<'desk' | 'band'> => hasStatus(owner.kind));
