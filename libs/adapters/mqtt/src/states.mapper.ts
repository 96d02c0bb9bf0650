import {
  type BandSnapshot,
  type DeskSnapshot,
  type HomeEvent,
  type Household,
  type HubSnapshot,
  type PersonSnapshot,
} from '#libs/application';
import { POSTURES } from '#libs/domain';
import { type ValueOf } from './payload.js';
import { type Kind, type PropertyOf, type TemplateOf, type TopicMap } from './topic-map.js';

/** Properties of a kind that hold a retained value. */
type StateProperty<K extends Kind> = {
  [P in PropertyOf<K>]: TopicMap[TemplateOf<K, P>] extends { readonly direction: 'out'; readonly retained: true }
    ? P
    : never;
}[PropertyOf<K>];

/** A value for every state topic of the kind: the compiler finds the forgotten one. */
export type States<K extends Kind> = { readonly [P in StateProperty<K>]: ValueOf<TemplateOf<K, P>> };

/** @param version of the hub, from the household: it is no part of a snapshot. */
export const hubStates = (snapshot: HubSnapshot, version: string): States<'hub'> => ({
  version,
  radio: snapshot.radio === 'powered-on',
  'radio-state': snapshot.radio,
  // Null would be unknown in Home Assistant; that there is none is known.
  'radio-problem': snapshot.radioProblem ?? 'none',
});

/**
 * The target at rest is the height, so that a slider starts where the desk is; outside the range Home Assistant would
 * refuse it, so there it is unknown.
 */
export const deskStates = (snapshot: DeskSnapshot, limits: Household['desks'][number]['limits']): States<'desk'> => {
  const target = snapshot.targetMm ?? snapshot.heightMm;
  const moving = snapshot.motion === 'moving-up' || snapshot.motion === 'moving-down';
  return {
    status: snapshot.link,
    height: snapshot.heightMm,
    speed: snapshot.speedMmS,
    target: target !== null && limits !== null && target >= limits.minMm && target <= limits.maxMm ? target : null,
    remaining: moving ? snapshot.remainingS : 0,
    preset: snapshot.preset,
    moving,
    motion: snapshot.motion,
    problem: snapshot.motion === 'locked-out',
    'last-result': snapshot.lastResult,
    guards: listText(snapshot.guards),
  };
};

export const bandStates = (snapshot: BandSnapshot): States<'band'> => ({
  status: snapshot.link,
  battery: snapshot.batteryPercent,
  rssi: snapshot.rssiDbm,
  'last-seen': snapshot.lastSeen,
  steps: snapshot.steps,
  'heart-rate': snapshot.heartRateBpm,
});

export const personStates = (snapshot: PersonSnapshot): States<'person'> => ({
  posture: snapshot.posture.posture,
  confidence: Math.round(snapshot.posture.confidence * 100),
  reasons: snapshot.reasonsText,
  dwell: Math.round(snapshot.dwellS),
  'sit-clock': Math.round(snapshot.clocks.sitS),
  'stand-clock': Math.round(snapshot.clocks.standS),
  'still-clock': Math.round(snapshot.clocks.stillS),
  ...todayStates(snapshot.today),
  'changes-today': snapshot.changesToday,
  'next-change': snapshot.nextChangeAt,
  prompt: snapshot.prompt?.kind ?? 'no-prompt',
  'snoozed-until': snapshot.snoozedUntil,
  guards: listText(snapshot.guards),
  mode: snapshot.mode,
});

type Today = { readonly [P in (typeof POSTURES)[number] as `${P}-today`]: number };

const todayStates = (today: PersonSnapshot['today']): Today =>
  Object.fromEntries(POSTURES.map((posture) => [`${posture}-today`, Math.round(today[posture])])) as Today;

/** An empty text would be unknown in Home Assistant; that nothing holds back is known. */
const listText = (guards: readonly string[]): string => (guards.length === 0 ? 'nothing' : guards.join(', '));

/** The device an event belongs to; null: the hub. */
export const eventOwner = (event: HomeEvent): { readonly kind: Kind; readonly id: string } | null => {
  if ('personId' in event) return { kind: 'person', id: event.personId };
  return event.deskId === null ? null : { kind: 'desk', id: event.deskId };
};

/** Home Assistant takes `event_type` from the entity's list; the other keys become attributes. */
export const eventPayload = (event: HomeEvent): string => {
  switch (event.kind) {
    case 'prompt-issued': {
      const { id, kind, cause, piggyback, proposal } = event.prompt;
      return JSON.stringify({
        event_type: event.kind,
        prompt_id: id,
        prompt: kind,
        cause,
        piggyback,
        target_mm: proposal?.targetMm ?? null,
        text: event.text,
      });
    }
    case 'prompt-closed':
      return JSON.stringify({ event_type: event.kind, prompt_id: event.promptId, outcome: event.outcome });
    case 'move-started':
      return JSON.stringify({ event_type: event.kind, tx_id: event.txId, target_mm: event.targetMm });
    case 'move-ended':
      return JSON.stringify({
        event_type: event.kind,
        tx_id: event.txId,
        result: event.result,
        height_mm: event.heightMm,
      });
    case 'moved-by-hand':
      return JSON.stringify({ event_type: event.kind, from_mm: event.fromMm, to_mm: event.toMm });
    case 'command-refused':
      return JSON.stringify({
        event_type: event.kind,
        command_id: event.commandId,
        guards: event.guards,
        text: event.text,
      });
  }
};
