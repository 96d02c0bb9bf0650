import { Inject, Injectable } from '@nestjs/common';
import { RADIOS } from '../devices/device-keeper.service.js';
import { BleCentral, Clock, type Undo } from '../ports/index.js';
import { HubFeed } from './hub-feed.service.js';

/** The radio that works, else the first one configured; undefined where none is. */
export const radioInUse = (radios: readonly BleCentral[]): BleCentral | undefined =>
  radios.find((radio) => radio.state === 'powered-on') ?? radios[0];

/** Follows the radios and the broker and tells the feed. */
@Injectable()
export class Watchers {
  constructor(
    @Inject(RADIOS) private readonly all: readonly BleCentral[],
    private readonly feed: HubFeed,
    private readonly clock: Clock,
  ) {}

  bus(connected: boolean, url: string | null): void {
    this.feed.tell({ kind: 'bus', connected, url }, this.clock.stamp());
  }

  /** Calls back with the state of the best radio, at once and at each change. */
  radios(listener: (state: string, problem: string | null) => void): Undo {
    const tell = (): void => {
      const best = radioInUse(this.all);
      const state = best?.state ?? 'unavailable';
      const problem =
        best === undefined ? 'no radio is configured: add one under "radios" in the config' : best.problem;
      this.feed.tell({ kind: 'radio', state, problem }, this.clock.stamp());
      listener(state, problem);
    };
    const undo = this.all.map((radio) => radio.onState(tell));
    tell();
    return () => {
      undo.forEach((stop) => {
        stop();
      });
    };
  }
}
