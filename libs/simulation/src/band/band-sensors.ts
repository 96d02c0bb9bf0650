import { type LabTick } from '../clock/lab-clock.js';
import { type Random } from '../home/random.js';
import { STEPS_PER_MINUTE, wristAcceleration, wristPulseBpm, type WristActivity } from './wrist.js';

/** The firmware polls the accelerometer at 10 Hz (InfiniTime 1.16, src/systemtask/SystemTask.cpp). */
const MOTION_PERIOD_MS = 100;
const STEPS_PERIOD_MS = 1_000;
const PULSE_PERIOD_MS = 5_000;
/** How the notifications allowed in a real second are shared. */
const MOTION_SHARE = 0.8;
const OTHER_SHARE = 0.1;
const MINUTE_MS = 60_000;

/** What the sensors say when something changed. */
export interface SensorEvents {
  motion(axes: readonly [number, number, number]): void;
  steps(count: number): void;
  pulse(bpm: number): void;
}

/**
 * The sensors of one watch. Above 1 x they are thinned, not slowed: the periods grow with the rate of the clock so that
 * no more than `perSecond` readings leave the watch in a real second.
 */
export class BandSensors {
  activity: WristActivity = 'off';
  axes: readonly [number, number, number] = [0, 0, 1_024];
  stepCount = 0;
  bpm = 0;
  private partOfStep = 0;
  private lastMs: number | null = null;
  private readonly lastSent = { motion: -Infinity, steps: -Infinity, pulse: -Infinity };
  private sentSteps = 0;

  constructor(
    private readonly perSecond: number,
    private readonly random: Random,
    private readonly events: SensorEvents,
  ) {}

  resetSteps(): void {
    this.stepCount = 0;
    this.partOfStep = 0;
  }

  tick({ nowMs, rate }: Pick<LabTick, 'nowMs' | 'rate'>): void {
    this.walk(nowMs - (this.lastMs ?? nowMs));
    this.lastMs = nowMs;
    if (this.due('motion', nowMs, this.period(MOTION_PERIOD_MS, rate, MOTION_SHARE))) this.sampleMotion(nowMs);
    if (this.stepCount !== this.sentSteps && this.due('steps', nowMs, this.period(STEPS_PERIOD_MS, rate, OTHER_SHARE)))
      this.sendSteps();
    if (this.due('pulse', nowMs, this.period(PULSE_PERIOD_MS, rate, OTHER_SHARE))) this.samplePulse();
  }

  private period(atRestMs: number, rate: number, share: number): number {
    return Math.max(atRestMs, (rate * 1_000) / (this.perSecond * share));
  }

  private due(what: keyof typeof this.lastSent, nowMs: number, periodMs: number): boolean {
    if (nowMs - this.lastSent[what] < periodMs) return false;
    this.lastSent[what] = nowMs;
    return true;
  }

  private walk(ms: number): void {
    if (this.activity !== 'walking') return;
    this.partOfStep += (ms * STEPS_PER_MINUTE) / MINUTE_MS;
    const whole = Math.floor(this.partOfStep);
    this.stepCount += whole;
    this.partOfStep -= whole;
  }

  private sampleMotion(nowMs: number): void {
    // A watch on a table keeps its last reading and goes silent.
    if (this.activity === 'off') return;
    const axes = wristAcceleration(this.activity, nowMs, this.random);
    if (axes.every((value, index) => value === this.axes[index])) return;
    this.axes = axes;
    this.events.motion(axes);
  }

  private sendSteps(): void {
    this.sentSteps = this.stepCount;
    this.events.steps(this.stepCount);
  }

  private samplePulse(): void {
    const bpm = wristPulseBpm(this.activity, this.random);
    if (bpm === this.bpm) return;
    this.bpm = bpm;
    this.events.pulse(bpm);
  }
}
