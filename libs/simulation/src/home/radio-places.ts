import { type Controller } from '../air/controller.js';
import { type Place } from '../truth/truth-log.js';
import { type Random } from './random.js';

/** Signal strength at a hub beside the desk, dBm, and its spread. */
const NEAR_DBM = -58;
const FAR_DBM = -85;
const SPREAD_DB = 3;

interface Radio {
  readonly controller: Controller;
  place: Place;
  /** Cut off by hand (control request `range`), wherever it is. */
  cut: boolean;
}

/** Where each device's radio is: strong at the desk, weak elsewhere in the house, silent outside. */
export class RadioPlaces {
  private readonly radios = new Map<string, Radio>();

  constructor(
    private readonly random: Random,
    /** Told when a silent device can be heard again. */
    private readonly onBack: (address: string) => void,
  ) {}

  add(controller: Controller): void {
    this.radios.set(controller.address, { controller, place: 'desk', cut: false });
  }

  advertises(address: string): boolean {
    const radio = this.radios.get(address);
    return radio !== undefined && radio.controller.powered && radio.controller.connectable;
  }

  rssiDbm(a: string, b: string): number {
    const place = (this.radios.get(a) ?? this.radios.get(b))?.place ?? 'desk';
    return Math.round(this.random.normal(place === 'desk' ? NEAR_DBM : FAR_DBM, SPREAD_DB / 2, 2));
  }

  move(address: string, place: Place): void {
    this.change(address, { place });
  }

  /** Cuts the device off or lets it back; links end by their supervision timeout. */
  setRange(address: string, inRange: boolean): void {
    this.change(address, { cut: !inRange });
  }

  private change(address: string, what: Partial<Pick<Radio, 'place' | 'cut'>>): void {
    const radio = this.radios.get(address);
    if (!radio) return;
    Object.assign(radio, what);
    const audible = radio.place !== 'outside' && !radio.cut;
    if (audible && !radio.controller.powered) {
      radio.controller.powerOn();
      this.onBack(address);
    }
    if (!audible && radio.controller.powered) radio.controller.powerOff();
  }
}
