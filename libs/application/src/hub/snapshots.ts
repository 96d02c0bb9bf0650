import {
  type BandId,
  type Observation,
  type PersonState,
  type Stamp,
  elapsed,
  epoch,
  later,
  motionView,
  personView,
} from '#libs/domain';
import { type DeskEngine } from '../motion/desk-engine.js';
import { type BandSnapshot, type DeskSnapshot, type PersonSnapshot } from '../ports/index.js';
import { type HeightUnits } from '../text/height.js';
import { reasonsText } from '../text/catalogue.js';
import { type PersonSetup } from './hub-setup.js';

/** A desk stands at a preset within this distance (docs/safety.md, S-08). */
const AT_PRESET_MM = 5;

const iso = (at: number): string => new Date(at).toISOString();
const seconds = (ms: number): number => Math.round(ms / 1000);

export function deskSnapshot(engine: DeskEngine, at: Stamp): DeskSnapshot {
  const { desk, progress } = engine;
  const view = motionView(engine.supervisorState, at, desk.policy);
  const preset = Object.entries(desk.presets).find(
    ([, heightMm]) => view.heightMm !== null && Math.abs(heightMm - view.heightMm) <= AT_PRESET_MM,
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
  return {
    id: person.policy.personId,
    mode: view.mode,
    posture: view.estimate,
    reasonsText: reasonsText(view.estimate.reasons, units),
    dwellS: seconds(view.dwellMs),
    clocks: {
      sitS: seconds(view.clocks.sitMs),
      standS: seconds(view.clocks.standMs),
      stillS: seconds(view.clocks.stillMs),
    },
    today: {
      sitting: seconds(view.todayMs.sitting),
      standing: seconds(view.todayMs.standing),
      moving: seconds(view.todayMs.moving),
      lying: seconds(view.todayMs.lying),
      away: seconds(view.todayMs.away),
      unknown: seconds(view.todayMs.unknown),
    },
    changesToday: view.changesToday,
    nextChangeAt: view.nextDueAt === null ? null : iso(later(at, view.nextDueAt - at.mono).epoch),
    prompt: view.prompt,
    snoozedUntil: view.snoozedUntil === null ? null : iso(view.snoozedUntil),
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
      lastSeen: this.lastSeen === null ? null : iso(epoch(this.lastSeen.epoch)),
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
