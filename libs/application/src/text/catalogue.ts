import {
  type Guard,
  type MoveResult,
  type Posture,
  type PostureReason,
  type Prompt,
  type PromptOutcome,
} from '#libs/domain';
import { type HeightUnits, heightText } from './height.js';

/** Every word a person reads, in English. The copy rules are in docs/policy.md, "Wording". */

const MINUTE_MS = 60_000;

/** `9 s`, `4 min`, `1 h 05 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export const POSTURE_TEXT: Readonly<Record<Posture, string>> = {
  sitting: 'sitting',
  standing: 'standing',
  moving: 'moving',
  lying: 'lying',
  away: 'away',
  unknown: 'unknown',
};

/** "desk at 112.0 cm for 4 min; band seen 9 s ago" */
export function reasonsText(reasons: readonly PostureReason[], units: HeightUnits): string {
  return reasons.map((reason) => reasonText(reason, units)).join('; ');
}

function reasonText(reason: PostureReason, units: HeightUnits): string {
  switch (reason.kind) {
    case 'desk-height':
      return `desk at ${heightText(reason.heightMm, units)} for ${durationText(reason.forMs)}`;
    case 'band-near':
      return `band seen ${durationText(reason.ageMs)} ago`;
    case 'band-far':
      return `band far from the desk, seen ${durationText(reason.ageMs)} ago`;
    case 'steps':
      // Without the count: steps are health data, and the reasons are published.
      return `steps seen ${durationText(reason.ageMs)} ago`;
    case 'motion':
      return `the band moved ${durationText(reason.ageMs)} ago`;
    case 'no-evidence':
      return `nothing heard for ${durationText(reason.ageMs)}`;
  }
}

/** Title and body of a prompt. A band shows them on a small screen: title <= 20 characters, body <= 60. */
export function promptText(prompt: Prompt, units: HeightUnits): { readonly title: string; readonly body: string } {
  const walk = prompt.piggyback ? ' Take a minute to walk, too.' : '';
  const minutes = Math.round(prompt.dwellMs / MINUTE_MS);
  const move = prompt.proposal === null ? '' : ` Desk to ${heightText(prompt.proposal.targetMm, units)}?`;
  switch (prompt.kind) {
    case 'stand':
      return { title: 'Time to stand', body: `${minutes} min sitting.${move}${walk}` };
    case 'sit':
      return { title: 'Time to sit', body: `${minutes} min standing.${move}${walk}` };
    case 'walk':
      return { title: 'Time to move', body: `${minutes} min in one place. Walk a minute or two?` };
  }
}

export const PROMPT_OUTCOME_TEXT: Readonly<Record<PromptOutcome, string>> = {
  complied: 'done without an answer',
  accepted: 'accepted',
  later: 'in 5 minutes',
  refused: 'not now',
  expired: 'no answer',
  superseded: 'no longer needed',
};

export const MOVE_RESULT_TEXT: Readonly<Record<MoveResult, string>> = {
  arrived: 'arrived',
  obstructed: 'stopped by an obstacle; the desk is locked out until you unlock it',
  overridden: 'stopped by hand',
  'timed-out': 'took too long and was stopped',
  cancelled: 'stopped',
  'link-lost': 'lost the Bluetooth link',
  refused: 'refused',
};

export const GUARD_TEXT: Readonly<Record<Guard, string>> = {
  'mode-off': 'the coach is off',
  'mode-observe': 'the coach only observes',
  'outside-working-hours': 'outside working hours',
  'quiet-hours': 'quiet hours',
  snoozed: 'snoozed',
  'nobody-there': 'nobody is at the desk',
  'uncertain-posture': 'the posture is not certain enough',
  'evidence-gap': 'the sensors have been silent',
  'just-returned': 'just came back',
  'prompt-open': 'a prompt is open',
  'prompt-gap': 'the last prompt was less than 4 minutes ago',
  'prompts-per-hour': 'enough prompts in this hour',
  'prompts-per-day': 'enough prompts today',
  'backing-off': 'waiting after the last answer',
  'no-presets': 'no saved sit and stand heights',
  'link-down': 'the desk is not connected',
  'height-unknown': 'the desk height has not been read on this link',
  'height-stale': 'the desk height is too old',
  'limits-unknown': 'the desk limits are not known',
  'target-out-of-limits': 'the height is outside the limits',
  'target-not-a-preset': 'the height is not a saved preset',
  'just-connected': 'the desk connected less than 2 minutes ago',
  'just-moved': 'the desk moved a short while ago',
  'motor-budget': 'the motor has run enough in the last 10 minutes',
  'human-override': 'the desk was moved or stopped by hand a short while ago',
  'locked-out': 'the desk is locked out after an obstacle; unlock it with `stance desk unlock`',
  'move-active': 'a move is under way',
  'not-confirmed': 'nobody confirmed it',
  'no-presence': 'nobody was seen at the desk in the last 10 seconds',
  'remote-commands-off': 'remote commands are switched off in the config',
  vetoed: 'it was stopped a short while ago',
  'command-retained': 'the command was retained by the broker',
  'command-stale': 'the command is older than 10 seconds',
  'command-without-age': 'the command says no time of creation',
  'command-duplicate': 'the command was already carried out',
  'already-there': 'the desk is already there',
  'radio-busy': 'the radio is connecting another device; try again in a moment',
  'no-open-prompt': 'there is no prompt to answer',
};

export const guardsText = (guards: readonly Guard[]): string => guards.map((guard) => GUARD_TEXT[guard]).join('; ');
