import { type Air } from '../air/air.js';
import { type CentralAcl, type LinkEvent } from '../air/medium.js';
import { type LabClock } from '../clock/lab-clock.js';
import { type Undo } from '../clock/timer-queue.js';

/** Real time the lab stays at 1 x after each packet from a hub to a device. */
const AFTER_PACKET_MS = 500;
/** A connection to a device that advertises is there within a second or two; one that never comes must not hold the lab. */
const PENDING_MS = 3_000;

/**
 * Keeps the lab at 1 x while a wanted link is set up, used or failing (docs/architecture.md, "Lab time"). Reading the signal
 * strength is no packet and holds nothing; waiting for a device that is away holds nothing either.
 */
export class LinkHolds {
  private readonly failing = new Map<string, Undo>();
  private readonly undo: readonly Undo[];

  constructor(
    air: Air,
    private readonly clock: LabClock,
    private readonly advertises: (address: string) => boolean,
  ) {
    this.undo = [
      air.onLinkEvent((event) => {
        this.linkEvent(event);
      }),
      air.onCentralAcl((acl) => {
        this.packet(acl);
      }),
    ];
  }

  dispose(): void {
    for (const undo of this.undo) undo();
    for (const release of this.failing.values()) release();
    this.failing.clear();
  }

  private packet({ peripheral }: CentralAcl): void {
    this.clock.holdFor(`traffic to ${peripheral}`, AFTER_PACKET_MS);
  }

  private linkEvent(event: LinkEvent): void {
    const key = `${event.central} ${event.peripheral}`;
    switch (event.kind) {
      case 'pending':
        if (this.advertises(event.peripheral)) this.clock.holdFor(`connecting ${event.peripheral}`, PENDING_MS);
        return;
      case 'up':
        this.clock.holdFor(`traffic to ${event.peripheral}`, AFTER_PACKET_MS);
        return;
      case 'failing':
        this.failing.get(key)?.();
        this.failing.set(key, this.clock.hold(`losing ${event.peripheral}`));
        return;
      case 'cancelled':
        return;
      case 'recovered':
      case 'closed':
        this.failing.get(key)?.();
        this.failing.delete(key);
    }
  }
}
