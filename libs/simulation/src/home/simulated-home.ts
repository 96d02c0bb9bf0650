import { Air } from '../air/air.js';
import { InfiniTimeBand } from '../band/infinitime-band.js';
import { LabClock } from '../clock/lab-clock.js';
import { systemTimer, type MachineTimer } from '../clock/machine-timer.js';
import { LinakDesk, type DeviceParts } from '../desk/linak-desk.js';
import { type HciTransport } from '../hci/hci-transport.js';
import { installVirtualHci } from '../hci/install-virtual-hci.js';
import { provideVirtualHci } from '../hci/virtual-hci-socket.js';
import { Person } from '../people/person.js';
import { type PersonPlan } from '../people/person-plan.js';
import { TruthLog, type TruthRecord } from '../truth/truth-log.js';
import { type HomePlan } from './home-plan.js';
import { LinkHolds } from './link-holds.js';
import { RadioPlaces } from './radio-places.js';
import { seededRandom, type Random } from './random.js';

/** All watches of a home together send no more than this in a real second; the desks' few come on top, below 200. */
const SENSOR_NOTIFICATIONS_PER_S = 180;
/** HCI device numbers of simulated devices start here; a hub in the same process uses small ones. */
const FIRST_HCI_DEVICE = 1_000;
/** Real time at 1 x for a hub to hear a device that came back, before it connects. */
const BACK_MS = 3_000;
let nextHciDevice = FIRST_HCI_DEVICE;

export interface HomeOptions {
  readonly timer?: MachineTimer;
  /** Of every link in this home, default 30 ms; 0: packets cross on the next turn. */
  readonly connectionIntervalMs?: number;
  /** Called with every true fact as it happens. */
  readonly onTruth?: (record: TruthRecord) => void;
}

/**
 * A simulated home in this process: air, lab clock, desks, watches and people. While it runs, every noble or bleno in the
 * process gets virtual controllers, and those it does not know itself become hub radios in its air.
 */
export class SimulatedHome {
  readonly clock: LabClock;
  readonly truth: TruthLog;
  readonly air: Air;
  readonly desks = new Map<string, LinakDesk>();
  readonly bands = new Map<string, InfiniTimeBand>();
  readonly people = new Map<string, Person>();
  private readonly random: Random;
  private readonly places: RadioPlaces;
  private readonly holds: LinkHolds;
  private readonly controllers = new Map<number, HciTransport>();
  private readonly undo: (() => void)[] = [];

  private constructor(
    readonly plan: HomePlan,
    options: HomeOptions,
  ) {
    const { seed, startEpochMs, maxRate } = plan;
    this.random = seededRandom(seed);
    const ether = this.random.fork('air');
    this.clock = new LabClock({ timer: options.timer ?? systemTimer, startEpochMs, maxRate });
    this.truth = new TruthLog(options.onTruth);
    this.air = new Air({ random: () => ether.next(), connectionIntervalMs: options.connectionIntervalMs });
    this.places = new RadioPlaces(this.random.fork('rssi'), (address) => {
      this.clock.holdFor(`${address} is back`, BACK_MS);
    });
    this.air.rssi = (from, to) => this.places.rssiDbm(from, to);
    this.holds = new LinkHolds(this.air, this.clock, (address) => this.places.advertises(address));
  }

  /** Builds the home, powers its devices up and lets the clock run. Rejects when bleno is not installed. */
  static async start(plan: HomePlan, options: HomeOptions = {}): Promise<SimulatedHome> {
    const home = new SimulatedHome(plan, options);
    home.undo.push(
      installVirtualHci(),
      provideVirtualHci((device) => home.controllers.get(device) ?? home.air.controller({ addressType: 'public' })),
    );
    try {
      await home.powerUp();
    } catch (error) {
      home.stop();
      throw error;
    }
    for (const person of home.people.values()) person.start();
    home.clock.start();
    return home;
  }

  /** Cuts a device's radio off or lets it back. False when the home has no such device. */
  setRange(deviceId: string, inRange: boolean): boolean {
    const device = this.desks.get(deviceId) ?? this.bands.get(deviceId);
    if (!device) return false;
    this.places.setRange(device.plan.address, inRange);
    return true;
  }

  /** Ends every timer, link and listener. bleno's own once-a-second timer runs out within a second. */
  stop(): void {
    this.clock.stop();
    for (const part of [...this.people.values(), ...this.desks.values(), ...this.bands.values()]) part.stop();
    this.holds.dispose();
    this.air.close();
    for (const undo of this.undo.splice(0)) undo();
  }

  private async powerUp(): Promise<void> {
    const { desks, bands, people } = this.plan;
    for (const plan of desks) this.desks.set(plan.id, new LinakDesk(plan, this.parts(plan.id, plan.address)));
    const perBand = SENSOR_NOTIFICATIONS_PER_S / Math.max(1, bands.length);
    for (const plan of bands)
      this.bands.set(plan.id, new InfiniTimeBand(plan, this.parts(plan.id, plan.address), perBand));
    for (const plan of people) this.people.set(plan.id, this.person(plan));
    for (const device of [...this.desks.values(), ...this.bands.values()]) await device.start();
  }

  private parts(id: string, address: string): DeviceParts {
    const controller = this.air.controller({ address });
    const hciDevice = nextHciDevice++;
    this.controllers.set(hciDevice, controller);
    this.places.add(controller);
    return { clock: this.clock, truth: this.truth, random: this.random.fork(id), hciDevice };
  }

  private person(plan: PersonPlan): Person {
    const desk = this.desks.get(plan.deskId);
    const band = this.bands.get(plan.bandId);
    if (!desk || !band) throw new RangeError(`plan of ${plan.id}: no desk ${plan.deskId} or no band ${plan.bandId}`);
    const { clock, truth, random, places } = this;
    return new Person(plan, {
      clock,
      truth,
      random: random.fork(plan.id),
      desk,
      band,
      moved: (place) => {
        places.move(band.plan.address, place);
      },
    });
  }
}
