import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { type FeedItem, HouseholdService, HubFeed } from '#libs/application';

/** Prometheus figures of the hub. No health data: no steps, no heart rate. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly registry = new Registry();
  private readonly events: Counter<'kind'>;
  private readonly faults: Counter<'code'>;
  private readonly moves: Counter<'desk' | 'result'>;
  private readonly undo: () => void;

  constructor(feed: HubFeed, home: HouseholdService) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'stance_' });
    this.events = new Counter({
      name: 'stance_events_total',
      help: 'What happened, by kind',
      labelNames: ['kind'],
      registers,
    });
    this.faults = new Counter({
      name: 'stance_faults_total',
      help: 'Faults, by code',
      labelNames: ['code'],
      registers,
    });
    this.moves = new Counter({
      name: 'stance_moves_total',
      help: 'Ended moves',
      labelNames: ['desk', 'result'],
      registers,
    });
    this.gauges(home, registers);
    this.undo = feed.onItem((item) => {
      this.count(item);
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  onApplicationShutdown(): void {
    this.undo();
    this.registry.clear();
  }

  private gauges(home: HouseholdService, registers: Registry[]): void {
    new Gauge({
      name: 'stance_desk_height_mm',
      help: 'Desk height above the floor',
      labelNames: ['desk'],
      registers,
      collect() {
        for (const desk of home.state().desks) if (desk.heightMm !== null) this.set({ desk: desk.id }, desk.heightMm);
      },
    });
    new Gauge({
      name: 'stance_link_up',
      help: '1 while the Bluetooth session of a device is usable',
      labelNames: ['device'],
      registers,
      collect() {
        const { desks, bands } = home.state();
        for (const device of [...desks, ...bands]) this.set({ device: device.id }, device.link ? 1 : 0);
      },
    });
  }

  private count(item: FeedItem): void {
    if (item.kind === 'move-progress') return;
    this.events.inc({ kind: item.kind });
    if (item.kind === 'fault') this.faults.inc({ code: item.code });
    if (item.kind === 'move-ended') this.moves.inc({ desk: item.deskId, result: item.result });
  }
}
