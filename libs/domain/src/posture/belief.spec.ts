import { bandId, deskId, personId } from '../ids.js';
import { type DomainEvent } from '../event.js';
import { type Observation } from '../observation.js';
import { epoch, later, monotonic, type Stamp } from '../time.js';
import { estimate, foldBelief, initialBelief, lastMovingEvidence, type PostureBelief, presence } from './belief.js';
import { type PostureContext } from './evidence.js';

const START: Stamp = { mono: monotonic(1_000_000), epoch: epoch(1_700_000_000_000) };
const CTX: PostureContext = {
  personId: personId('ada'),
  deskId: deskId('desk'),
  bandId: bandId('band'),
  presets: { sitMm: 720, standMm: 1_120 },
  presence: { enterDbm: -65, leaveDbm: -80 },
};
const at = (seconds: number): Stamp => later(START, seconds * 1_000);
const SIT = { kind: 'height', heightMm: 720, speedMmS: 0 } as const;
const STAND = { kind: 'height', heightMm: 1_120, speedMmS: 0 } as const;

/** A day in seconds: what happens when, folded in order. */
class Scene {
  belief: PostureBelief = initialBelief(START);
  now = 0;
  readonly published: [number, string][] = [];
  constructor(readonly ctx: PostureContext = CTX) {}

  fold(event: DomainEvent): this {
    this.belief = foldBelief(this.belief, event, this.ctx);
    return this;
  }

  see(observation: Observation, source: 'band' | 'desk' = observation.kind === 'height' ? 'desk' : 'band'): this {
    const id = source === 'desk' ? this.ctx.deskId : bandId('band');
    return this.fold({ type: 'Observed', at: at(this.now), source: id, observation });
  }

  link(up: boolean, source: 'band' | 'desk' = 'band'): this {
    const id = source === 'desk' ? this.ctx.deskId : bandId('band');
    return this.fold({ type: 'LinkChanged', at: at(this.now), source: id, up });
  }

  /** Runs for `seconds`, with one signal strength sample every 2 s and whatever else is asked for each second. */
  run(seconds: number, dbm: number | null, each?: (second: number) => void): this {
    for (let i = 0; i < seconds; i++) {
      this.now += 1;
      if (dbm !== null && this.now % 2 === 0) this.see({ kind: 'rssi', dbm });
      each?.(i);
      this.fold({ type: 'Ticked', at: at(this.now) });
      const { posture } = this.estimate();
      if (this.published.at(-1)?.[1] !== posture) this.published.push([this.now, posture]);
    }
    return this;
  }

  estimate() {
    return estimate(this.belief, at(this.now), this.ctx);
  }
}

/** One second of 10 Hz acceleration with a swing of the given mean deviation. */
const wrist = (scene: Scene, deviationG: number) => (): void => {
  for (let i = 0; i < 10; i++) {
    const stamp = later(at(scene.now), i * 100);
    const swing = (i % 2 === 0 ? 1 : -1) * deviationG;
    scene.fold({
      type: 'Observed',
      at: stamp,
      source: bandId('band'),
      observation: { kind: 'acceleration', xG: 0, yG: 0, zG: 1 + swing },
    });
  }
};

describe('the posture belief', () => {
  it('says unknown without confidence before anything was seen', () => {
    expect(new Scene().estimate()).toEqual({
      posture: 'unknown',
      confidence: 0,
      since: START,
      reasons: [{ kind: 'no-evidence', ageMs: 0 }],
    });
  });

  it('publishes sitting 20 s after the band came near a low desk, back-dated to the first evidence', () => {
    const scene = new Scene().see(SIT).run(60, -55);
    expect(scene.published).toEqual([
      [1, 'unknown'],
      [22, 'sitting'],
    ]);
    expect(scene.estimate().since).toEqual(at(2));
    expect(scene.run(10, -55).estimate()).toEqual({
      posture: 'sitting',
      confidence: 0.87,
      since: at(2),
      reasons: [
        { kind: 'desk-height', heightMm: 720, forMs: 70_000 },
        { kind: 'band-near', ageMs: 0 },
      ],
    });
  });

  it('follows the desk up, lowering its confidence while the person may not have followed', () => {
    const scene = new Scene().see(SIT).run(120, -55);
    scene.see(STAND).run(5, -55);
    expect(scene.estimate()).toMatchObject({ posture: 'sitting' });
    expect(scene.estimate().confidence).toBeLessThan(0.3);
    scene.run(25, -55);
    expect(scene.estimate()).toMatchObject({ posture: 'standing', since: at(120) });
    expect(scene.estimate().confidence).toBeLessThan(0.8);
    expect(scene.run(60, -55).estimate().confidence).toBeGreaterThan(0.8);
  });

  it('calls a raised desk without its person away, never standing', () => {
    const scene = new Scene().see(STAND).run(120, -55).run(200, -90);
    expect(scene.published.map(([, posture]) => posture)).toEqual(['unknown', 'standing', 'away']);
    expect(presence(scene.belief, at(scene.now), CTX)).toEqual({ atDesk: false, evidenceAgeMs: 0 });
  });

  it('publishes away 60 s after the first weak signal, and not at all when it lasted 59 s', () => {
    const back = new Scene().see(SIT).run(100, -55);
    const leftAt = (scene: Scene) => scene.belief.facts.presence.pending?.since.mono;
    back.run(59, -90).run(60, -55);
    expect(back.published.map(([, posture]) => posture)).toEqual(['unknown', 'sitting']);
    const gone = new Scene().see(SIT).run(100, -55).run(20, -90);
    const since = leftAt(gone);
    gone.run(60, -90);
    expect(gone.estimate()).toMatchObject({ posture: 'away', since: { mono: since } });
  });

  it('takes a lost link for away after 60 s, without certainty, and says unknown when it comes back silent', () => {
    const scene = new Scene().see(SIT).run(100, -55).link(false).run(59, null);
    expect(scene.estimate().posture).toBe('sitting');
    expect(presence(scene.belief, at(scene.now), CTX).atDesk).toBeNull();
    scene.run(3_600, null);
    expect(scene.estimate()).toMatchObject({ posture: 'away', since: at(100), confidence: 0.83 });
    scene.link(true).run(600, null);
    expect(scene.estimate()).toMatchObject({ posture: 'unknown', confidence: 0 });
  });

  it('goes stale after 90 s without evidence and unknown after 5 min, back-dated to the last evidence', () => {
    const scene = new Scene().see(SIT).run(100, -55).run(91, null);
    expect(scene.estimate()).toMatchObject({ posture: 'sitting', confidence: 0.65 });
    scene.run(208, null);
    expect(scene.estimate().posture).toBe('sitting');
    scene.run(1, null);
    expect(scene.estimate()).toMatchObject({ posture: 'unknown', confidence: 0, since: at(100) });
  });

  it('sees a walk by steps and wrist, ends it when the steps stop, and is not fooled by typing', () => {
    const scene = new Scene().see(SIT);
    scene.run(120, -55, wrist(scene, 0.02));
    expect(scene.estimate()).toMatchObject({ posture: 'sitting', confidence: 0.88 });
    scene.run(60, -55, wrist(scene, 0.07));
    expect(scene.estimate().posture).toBe('sitting');
    expect(lastMovingEvidence(scene.belief)).toBeNull();
    let total = 1_000;
    const walk = wrist(scene, 0.2);
    scene.run(60, -55, () => {
      walk();
      scene.see({ kind: 'steps', total: (total += 2) });
    });
    expect(scene.estimate().posture).toBe('moving');
    scene.run(90, -55, wrist(scene, 0.01));
    expect(scene.estimate().posture).toBe('sitting');
    expect(scene.published.map(([, posture]) => posture)).toEqual(['unknown', 'sitting', 'moving', 'sitting']);
    expect(elapsedSince(lastMovingEvidence(scene.belief), scene.now)).toBeLessThan(100);
  });

  it('never says standing or sitting for a person without a band', () => {
    const scene = new Scene({ ...CTX, bandId: null }).see(STAND).run(600, null);
    expect(scene.estimate()).toMatchObject({ posture: 'unknown', confidence: 0 });
    expect(presence(scene.belief, at(600), { ...CTX, bandId: null })).toEqual({
      atDesk: null,
      evidenceAgeMs: Number.POSITIVE_INFINITY,
    });
  });

  it('holds the old posture in the dead band and gives it up after 5 min', () => {
    const scene = new Scene().see(SIT).run(100, -55);
    scene.see({ kind: 'height', heightMm: 940, speedMmS: 0 }).run(299, -55);
    expect(scene.estimate()).toMatchObject({ posture: 'sitting', confidence: 0.52 });
    expect(scene.run(2, -55).estimate()).toMatchObject({ posture: 'unknown', since: at(100) });
  });

  it('drops values no sensor can mean', () => {
    const scene = new Scene().see(SIT).run(100, -55);
    const before = scene.estimate();
    scene
      .see({ kind: 'height', heightMm: Number.NaN, speedMmS: 0 })
      .see({ kind: 'height', heightMm: 65_535, speedMmS: 0 });
    scene.see({ kind: 'rssi', dbm: 127 }).see({ kind: 'acceleration', xG: Number.NaN, yG: 0, zG: 1 });
    scene.see({ kind: 'steps', total: 100 }).see({ kind: 'steps', total: 524_388 }).see({ kind: 'steps', total: 900 });
    expect(scene.belief.facts.steps).toMatchObject({ total: 900, counted: 0, rises: [] });
    expect(scene.estimate()).toEqual(before);
  });

  it('starts from a new base when the step counter falls back', () => {
    const scene = new Scene();
    scene.see({ kind: 'steps', total: 9_000 }).run(5, null).see({ kind: 'steps', total: 12 });
    expect(scene.belief.facts.steps).toMatchObject({ total: 12, counted: 12 });
  });

  it('forgets what it saw before a clock jump', () => {
    const scene = new Scene().see(SIT).run(100, -55);
    scene.fold({ type: 'ClockJumped', at: at(100), gapMs: 30_000 });
    expect(scene.estimate()).toMatchObject({ posture: 'unknown', since: { mono: at(100).mono, epoch: at(70).epoch } });
  });

  it('drops observations more than 5 s late and survives as JSON', () => {
    const scene = new Scene().see(SIT).run(100, -55);
    const late = { type: 'Observed', at: at(90), source: deskId('desk'), observation: STAND } as const;
    expect(foldBelief(scene.belief, late, CTX)).toBe(scene.belief);
    expect(JSON.parse(JSON.stringify(scene.belief))).toEqual(scene.belief);
  });
});

const elapsedSince = (stamp: Stamp | null, now: number): number =>
  stamp === null ? Number.NaN : (at(now).mono - stamp.mono) / 1_000;
