import { type DeviceId, type PersonId, type PromptId } from './ids.js';
import { type Observation } from './observation.js';
import { type Mode } from './policy.js';
import { type Answer, type Surface } from './prompt.js';
import { type EpochMs, type Interval, type Stamp } from './time.js';

/**
 * Everything that can happen to a person, past tense. The pipeline routes each event to the persons it concerns
 * (by desk, band or person id) and hands them over in order of arrival.
 */
export type DomainEvent =
  | { readonly type: 'Observed'; readonly at: Stamp; readonly source: DeviceId; readonly observation: Observation }
  /** A device's session became usable (after its handshake) or was lost. */
  | { readonly type: 'LinkChanged'; readonly at: Stamp; readonly source: DeviceId; readonly up: boolean }
  /** Absolute hours for today and tomorrow; sent at start, on config change and at each boundary. */
  | {
      readonly type: 'CalendarResolved';
      readonly at: Stamp;
      readonly personId: PersonId;
      readonly working: readonly Interval[];
      readonly quiet: readonly Interval[];
      readonly dayEnds: EpochMs;
    }
  | {
      readonly type: 'PromptAnswered';
      readonly at: Stamp;
      readonly personId: PersonId;
      readonly promptId: PromptId;
      readonly answer: Answer;
      readonly surface: Surface;
    }
  | {
      readonly type: 'SnoozeRequested';
      readonly at: Stamp;
      readonly personId: PersonId;
      readonly minutes: number;
      readonly surface: Surface;
    }
  | {
      readonly type: 'ModeLowered';
      readonly at: Stamp;
      readonly personId: PersonId;
      readonly mode: Mode;
      readonly surface: Surface;
    }
  /** The hub came up again with this person's checkpoint; `downMs` is the wall time it was not running. */
  | { readonly type: 'Resumed'; readonly at: Stamp; readonly personId: PersonId; readonly downMs: number }
  /** Wall clock and monotonic clock parted by more than 60 s, or the machine slept: the gap is unknown. */
  | { readonly type: 'ClockJumped'; readonly at: Stamp; readonly gapMs: number }
  /** A `WakeMeAt` came due, or nothing at all: extra ticks change no effect (C-13). */
  | { readonly type: 'Ticked'; readonly at: Stamp };
