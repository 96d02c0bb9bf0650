import {
  type BandId,
  type DeskId,
  type Guard,
  type Mode,
  type MotionState,
  type MoveResult,
  type PersonId,
  type PostureEstimate,
  type Prompt,
  type PromptOutcome,
} from '#libs/domain';
import { type Undo } from './clock.port.js';

/** What is announced once: the things the hub knows, in domain words. Discovery documents are the adapter's business. */
export interface Household {
  readonly hub: { readonly id: string; readonly name: string; readonly version: string; readonly simulated: boolean };
  readonly desks: readonly {
    readonly id: DeskId;
    readonly name: string;
    readonly vendor: string;
    readonly model: string;
    readonly address: string | null;
    /** Range that may be commanded, mm; null until read from the desk. */
    readonly limits: { readonly minMm: number; readonly maxMm: number } | null;
    readonly presets: readonly string[];
  }[];
  readonly bands: readonly {
    readonly id: BandId;
    readonly name: string;
    readonly vendor: string;
    readonly model: string;
    readonly address: string | null;
  }[];
  readonly persons: readonly { readonly id: PersonId; readonly name: string; readonly mode: Mode }[];
}

export interface DeskSnapshot {
  readonly id: DeskId;
  readonly link: boolean;
  readonly heightMm: number | null;
  readonly speedMmS: number;
  readonly motion: MotionState;
  /** Target of the move under way, null at rest. */
  readonly targetMm: number | null;
  /** Estimated seconds to rest while moving. */
  readonly remainingS: number | null;
  readonly lastResult: MoveResult | null;
  /** Why the last request was refused, empty if it was not. */
  readonly guards: readonly Guard[];
  /** The saved preset the desk stands at (+-5 mm), null between presets. */
  readonly preset: string | null;
}

export interface BandSnapshot {
  readonly id: BandId;
  readonly link: boolean;
  readonly batteryPercent: number | null;
  readonly rssiDbm: number | null;
  readonly steps: number | null;
  readonly heartRateBpm: number | null;
  /** ISO 8601 of the last notification, null if there was none. */
  readonly lastSeen: string | null;
}

export interface PersonSnapshot {
  readonly id: PersonId;
  readonly mode: Mode;
  readonly posture: PostureEstimate;
  /** "desk at 1120 mm for 4 min; band seen 9 s ago" */
  readonly reasonsText: string;
  /** Running dwell of the present posture, seconds. */
  readonly dwellS: number;
  /** The three clocks of the policy, seconds. */
  readonly clocks: { readonly sitS: number; readonly standS: number; readonly stillS: number };
  /** Totals of the tracked day, seconds. */
  readonly today: Readonly<Record<'sitting' | 'standing' | 'moving' | 'lying' | 'away' | 'unknown', number>>;
  readonly changesToday: number;
  /** When the next prompt becomes due if nothing changes; ISO 8601, null when nothing is running. */
  readonly nextChangeAt: string | null;
  readonly prompt: Prompt | null;
  readonly snoozedUntil: string | null;
  /** Why nothing is prompted, empty if nothing holds it back. */
  readonly guards: readonly Guard[];
}

export interface HubSnapshot {
  readonly radio: string;
  readonly radioProblem: string | null;
}

/** A thing that happened once; published unretained. */
export type HomeEvent =
  | { readonly kind: 'prompt-issued'; readonly personId: PersonId; readonly prompt: Prompt; readonly text: string }
  | {
      readonly kind: 'prompt-closed';
      readonly personId: PersonId;
      readonly promptId: string;
      readonly outcome: PromptOutcome;
    }
  | { readonly kind: 'move-started'; readonly deskId: DeskId; readonly txId: string; readonly targetMm: number }
  | {
      readonly kind: 'move-ended';
      readonly deskId: DeskId;
      readonly txId: string;
      readonly result: MoveResult;
      readonly heightMm: number | null;
    }
  | { readonly kind: 'moved-by-hand'; readonly deskId: DeskId; readonly fromMm: number; readonly toMm: number }
  | {
      readonly kind: 'command-refused';
      readonly deskId: DeskId | null;
      /** What the sender called the command; for a refused coach move the transaction. */
      readonly commandId: string;
      /** The transaction it became, null for a command that never became one. */
      readonly txId: string | null;
      readonly guards: readonly Guard[];
      readonly text: string;
    };

/** How fresh a command is, judged by the adapter on the machine's clock. */
export interface CommandAge {
  readonly commandId: string;
  readonly ageMs: number | null;
  readonly retained: boolean;
}

export type HomeCommand =
  | { readonly kind: 'height'; readonly deskId: DeskId; readonly heightMm: number; readonly age: CommandAge }
  | { readonly kind: 'preset'; readonly deskId: DeskId; readonly preset: string; readonly age: CommandAge }
  /** Stop works from any surface and of any age, retained or not. */
  | { readonly kind: 'stop'; readonly deskId: DeskId }
  | { readonly kind: 'confirm'; readonly personId: PersonId; readonly age: CommandAge }
  | { readonly kind: 'later'; readonly personId: PersonId }
  | { readonly kind: 'snooze'; readonly personId: PersonId; readonly minutes: number }
  | { readonly kind: 'mode'; readonly personId: PersonId; readonly mode: Mode };

/** The house's message bus (MQTT). Publishing never rejects and never blocks: the newest value wins while it is away. */
export abstract class HomeBus {
  abstract readonly connected: boolean;
  /** `mqtt://127.0.0.1:1883` as a person would type it, without credentials. */
  abstract readonly url: string | null;
  /** Connects and keeps trying in the background; resolves without waiting for the broker. */
  abstract start(household: Household): Promise<void>;
  /** Publishes `offline` everywhere, then disconnects. */
  abstract stop(): Promise<void>;
  /** The one path for start, reconnect, Home Assistant birth and changes of the household: documents, availability, states. */
  abstract announce(household: Household): void;
  abstract publishHub(snapshot: HubSnapshot): void;
  abstract publishDesk(snapshot: DeskSnapshot): void;
  abstract publishBand(snapshot: BandSnapshot): void;
  abstract publishPerson(snapshot: PersonSnapshot): void;
  abstract publishEvent(event: HomeEvent): void;
  abstract onCommand(listener: (command: HomeCommand) => void): Undo;
  abstract onConnection(listener: (connected: boolean) => void): Undo;
}
