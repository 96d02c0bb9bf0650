import { type Undo } from '../clock/timer-queue.js';
import { type HomeAnswer, type HomeRequest, type HomeStatus } from './home-wire.js';
import { type SimulatedHome } from './simulated-home.js';

/** Answers the requests of one client and ends its holds when it goes. */
export class HomeRequestHandler {
  private readonly holds = new Map<string, Undo>();

  constructor(private readonly home: SimulatedHome) {}

  /** Throws `RangeError` with the names that exist when a device is unknown. */
  answer(request: HomeRequest): HomeAnswer<HomeRequest> {
    switch (request.do) {
      case 'hold':
        this.release(request.reason);
        this.holds.set(request.reason, this.home.clock.hold(request.reason));
        return null;
      case 'release':
        this.release(request.reason);
        return null;
      case 'truth':
        return this.home.truth.records(request.since);
      case 'plan':
        return this.home.plan;
      case 'status':
        return statusOf(this.home);
      default:
        return this.change(request);
    }
  }

  dispose(): void {
    for (const release of this.holds.values()) release();
    this.holds.clear();
  }

  private change(request: Extract<HomeRequest, { do: 'press' | 'obstruct' | 'range' | 'notifications' }>): null {
    const { desks, bands } = this.home;
    switch (request.do) {
      case 'press':
        known(desks, request.desk).press(request.direction, request.forMs);
        return null;
      case 'obstruct':
        known(desks, request.desk).obstruct();
        return null;
      case 'notifications':
        known(bands, request.band).notifications = request.setting;
        return null;
      case 'range':
        known(new Map<string, object>([...desks, ...bands]), request.device);
        this.home.setRange(request.device, request.inRange);
        return null;
      default:
        throw new RangeError(`unknown request ${JSON.stringify(request)}`);
    }
  }

  private release(reason: string): void {
    this.holds.get(reason)?.();
    this.holds.delete(reason);
  }
}

function known<T>(items: ReadonlyMap<string, T>, id: string): T {
  const item = items.get(id);
  if (item === undefined) throw new RangeError(`no ${id} in this home, only ${[...items.keys()].join(', ')}`);
  return item;
}

const statusOf = ({ clock, desks, people }: SimulatedHome): HomeStatus => ({
  epochMs: clock.epochMs(),
  rate: clock.rate,
  holds: clock.reasons(),
  desks: Object.fromEntries(
    [...desks].map(([id, { heightMm, motor }]) => [id, { heightMm, speedMmPerS: motor.speedMmPerS }]),
  ),
  people: Object.fromEntries([...people].map(([id, { state }]) => [id, state])),
});
