import { type BandId, type DeskId, type MotionPolicy, type PersonPolicy } from '#libs/domain';
import { type CalendarSettings, type WeekHours } from '../calendar/calendar.js';
import { type BleAddress } from '../ports/index.js';
import { type HeightUnits } from '../text/height.js';

export interface PersonSetup {
  readonly name: string;
  readonly policy: PersonPolicy;
  readonly working: WeekHours;
  readonly quiet: WeekHours;
}

interface DeviceSetupBase {
  readonly name: string;
  readonly profileId: string;
  /** Null takes the only advertiser that matches the profile. */
  readonly address: BleAddress | null;
}

export interface DeskSetup extends DeviceSetupBase {
  readonly kind: 'desk';
  readonly id: DeskId;
  readonly policy: MotionPolicy;
  /** Named saved heights in mm that may be asked for. */
  readonly presets: Readonly<Record<string, number>>;
}

export interface BandSetup extends DeviceSetupBase {
  readonly kind: 'band';
  readonly id: BandId;
}

export type DeviceSetup = DeskSetup | BandSetup;

/** Everything the running hub was configured with, resolved by the composition root. */
export interface HubSetupData {
  readonly hub: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    /** True only for the simulated home; every face says so. */
    readonly simulated: boolean;
  };
  readonly units: HeightUnits;
  readonly calendar: CalendarSettings;
  readonly persons: readonly PersonSetup[];
  readonly desks: readonly DeskSetup[];
  readonly bands: readonly BandSetup[];
}

/** The setup as an injectable. */
export class HubSetup implements HubSetupData {
  readonly hub: HubSetupData['hub'];
  readonly units: HeightUnits;
  readonly calendar: CalendarSettings;
  readonly persons: readonly PersonSetup[];
  readonly desks: readonly DeskSetup[];
  readonly bands: readonly BandSetup[];

  constructor(data: HubSetupData) {
    this.hub = data.hub;
    this.units = data.units;
    this.calendar = data.calendar;
    this.persons = data.persons;
    this.desks = data.desks;
    this.bands = data.bands;
  }
}
