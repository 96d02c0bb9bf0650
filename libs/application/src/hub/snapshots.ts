import {
  type BandId,
  type EpochMs,
  type Observation,
  type PersonState,
  type Stamp,
  elapsed,
  motionView,
  PRESET_MM,
  personView,
} from '#libs/domain';
import { type DeskEngine } from '../motion/desk-engine.js';
import { type BandSnapshot, type DeskSnapshot, type PersonSnapshot } from '../ports/index.js';
import { type HeightUnits } from '../text/height.js';
import { reasonsText } from '../text/catalogue.js';
import { type PersonSetup } from './hub-setup.js';

const iso = (at: EpochMs): string => new Date(at).toISOString();
const isoOrNull = (at: EpochMs | null): string | null => (at === null ? null : iso(at));
const seconds = (ms: number): number => Math.round(ms / 1000);
const clockSeconds = (clock: { readonly ms: number } | null): number => seconds(clock?.ms ?? 0);

export function deskSnapshot(engine: DeskEngine, at: Stamp): DeskSnapshot {
  const { desk, progress } = engine;
  const view = motionView(engine.supervisorState, at, desk.policy);
  const preset = Object.entries(desk.presets).find(
    ([, heightMm]) => view.heightMm !== null && Math.abs(heightMm - view.heightMm) <= PRESET_MM,
  );
  return {
    id: desk.id,
    link: view.link,
    heightMm: view.heightMm,
    speedMmS: view.speedMmS,
    motion: view.motion,
    targetMm: view.targetMm,
    remainingS: view.targetMm === null ? null : (progress?.remainingS ?? null),
    lastResult: view.lastResult,
    guards: view.guards,
    preset: preset?.[0] ?? null,
  };
}

export function personSnapshot(state: PersonState, person: PersonSetup, at: Stamp, units: HeightUnits): PersonSnapshot {
  const view = personView(state, at, person.policy);
  const { totals, changes } = view.today;
  return {
    id: person.policy.personId,
    mode: view.mode,
    posture: view.estimate,
    reasonsText: reasonsText(view.estimate.reasons, units),
    dwellS: seconds(view.postureMs),
    clocks: { sitS: clockSeconds(view.sit), standS: clockSeconds(view.stand), stillS: clockSeconds(view.still) },
    today: {
      sitting: seconds(totals.sitting),
      standing: seconds(totals.standing),
      moving: seconds(totals.moving),
      lying: seconds(totals.lying),
      away: seconds(totals.away),
      unknown: seconds(totals.unknown),
    },
    changesToday: changes,
    nextChangeAt: isoOrNull(view.nextDueAt),
    prompt: view.openPrompt,
    snoozedUntil: isoOrNull(view.snoozedUntil),
    guards: view.guards,
  };
}

/** The newest of everything a band said. */
export class BandFacts {
  private link = false;
  private lastSeen: Stamp | null = null;
  private lastPublished: Stamp | null = null;
  private batteryPercent: number | null = null;
  private rssiDbm: number | null = null;
  private steps: number | null = null;
  private heartRateBpm: number | null = null;

  constructor(private readonly id: BandId) {}

  linkChanged(up: boolean): void {
    this.link = up;
  }

  /** Returns whether the snapshot changed in a way worth publishing: at most once a second for what only flickers. */
  observe(observation: Observation, at: Stamp): boolean {
    this.lastSeen = at;
    const changed = this.take(observation);
    const due = this.lastPublished === null || elapsed(this.lastPublished, at) >= 1_000;
    if (!changed || !due) return false;
    this.lastPublished = at;
    return true;
  }

  snapshot(): BandSnapshot {
    const { id, link, batteryPercent, rssiDbm, steps, heartRateBpm } = this;
    return {
      id,
      link,
      batteryPercent,
      rssiDbm,
      steps,
      heartRateBpm,
      lastSeen: this.lastSeen === null ? null : iso(this.lastSeen.epoch),
    };
  }

  private take(observation: Observation): boolean {
    switch (observation.kind) {
      case 'battery':
        this.batteryPercent = observation.percent;
        return true;
      case 'rssi':
        this.rssiDbm = observation.dbm;
        return true;
      case 'steps':
        this.steps = observation.total;
        return true;
      case 'heart-rate':
        // 0 is the band's word for "no valid reading" (docs/protocols/infinitime.md).
        this.heartRateBpm = observation.bpm === 0 ? null : observation.bpm;
        return true;
      default:
        return false;
    }
  }
}
