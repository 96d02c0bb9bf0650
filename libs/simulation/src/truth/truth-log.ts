import { type Posture } from '#libs/domain';

/** What makes a motor run. */
export type MotorCause = 'reference' | 'jog' | 'handset';

/** One run of one desk's motor, from rest to rest. Heights above the floor, times in lab epoch ms. */
export interface MotorInterval {
  readonly kind: 'motor';
  readonly deskId: string;
  readonly cause: MotorCause;
  readonly fromMm: number;
  readonly toMm: number;
  readonly from: number;
  readonly to: number;
  /** Starts from rest: more than one when the motor ran dry and was written to again. */
  readonly starts: number;
  /** How often the motor slowed down for want of a write and went on. */
  readonly dips: number;
}

/** Where a person is. */
export type Place = 'desk' | 'elsewhere' | 'outside';

/** What truly happened. `at` is lab epoch ms. */
export type TruthRecord =
  | {
      readonly kind: 'posture';
      readonly personId: string;
      readonly posture: Posture;
      readonly place: Place;
      readonly at: number;
    }
  | MotorInterval
  | {
      readonly kind: 'write';
      readonly deviceId: string;
      readonly characteristic: string;
      readonly hex: string;
      readonly at: number;
    }
  | {
      readonly kind: 'alert';
      readonly bandId: string;
      readonly category: number;
      readonly text: string;
      readonly shown: boolean;
      readonly at: number;
    }
  | {
      readonly kind: 'answer';
      readonly bandId: string;
      readonly answer: 'accept' | 'reject' | 'mute' | 'none';
      readonly at: number;
    }
  | {
      readonly kind: 'press';
      readonly deskId: string;
      readonly direction: 'up' | 'down';
      readonly forMs: number;
      readonly at: number;
    }
  | { readonly kind: 'rest'; readonly deskId: string; readonly heightMm: number; readonly at: number }
  | { readonly kind: 'obstacle'; readonly deskId: string; readonly heightMm: number; readonly at: number };

/**
 * The simulator's own record of what is so: nobody's belief, only appended to. `write` also goes to a sink when one is
 * given (a JSONL file of the simulator process).
 */
export class TruthLog {
  private readonly entries: TruthRecord[] = [];

  constructor(private readonly sink: (record: TruthRecord) => void = () => undefined) {}

  add(record: TruthRecord): void {
    this.entries.push(record);
    this.sink(record);
  }

  /** Everything so far, oldest first; `since` counts records, for readers that come again. */
  records(since = 0): readonly TruthRecord[] {
    return this.entries.slice(since);
  }

  ofKind<K extends TruthRecord['kind']>(kind: K): readonly Extract<TruthRecord, { kind: K }>[] {
    return this.entries.filter((entry): entry is Extract<TruthRecord, { kind: K }> => entry.kind === kind);
  }
}
