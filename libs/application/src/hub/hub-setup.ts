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
export abstract class HubSetup {
  abstract readonly hub: {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    /** True only for the simulated home; every face says so. */
    readonly simulated: boolean;
  };
  abstract readonly units: HeightUnits;
  abstract readonly calendar: CalendarSettings;
  abstract readonly persons: readonly PersonSetup[];
  abstract readonly desks: readonly DeskSetup[];
  abstract readonly bands: readonly BandSetup[];
}
