import { type Posture } from '#libs/domain';
import { type BandAlert, CALL_CATEGORY } from '../band/alert.js';
import { type CallAnswer } from '../band/alert-screen.js';
import { type WristActivity } from '../band/wrist.js';
import { type LabClock } from '../clock/lab-clock.js';
import { type Undo } from '../clock/timer-queue.js';
import { type DeskMotion } from '../desk/desk-motor.js';
import { type Random } from '../home/random.js';
import { type Place, type TruthLog } from '../truth/truth-log.js';
import { type DayEntry, type PersonPlan } from './person-plan.js';

/** What a person can touch and feel. The home's desk and band fit. */
export interface PersonWorld {
  readonly clock: LabClock;
  readonly truth: TruthLog;
  readonly random: Random;
  readonly desk: {
    readonly heightMm: number;
    readonly motor: { onMotion(listener: (motion: DeskMotion) => void): Undo };
    press(direction: 'up' | 'down', forMs: number): void;
  };
  readonly band: {
    wear(activity: WristActivity): void;
    onAlert(listener: (alert: BandAlert) => void): Undo;
    answer(answer: CallAnswer): boolean;
  };
  /** Tells the radio where the watch is now. */
  readonly moved: (place: Place) => void;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** A person notices that the desk means it after this travel, and stands up or sits down within these seconds. */
const FOLLOW_AFTER_MM = 100;
const FOLLOW_S = [1, 4] as const;
/** Walking when a prompt asked for it; at least the minute that counts as a walk. */
const PROMPTED_WALK_S = [60, 120] as const;
/** Each way to the coffee machine or the door. */
const WAY_S = [30, 70] as const;
/** Waits this long for the desk before pressing the handset. */
const PATIENCE_S = 20;
/** Between reading a plain message and reaching for the handset. */
const REACH_S = [3, 15] as const;
/** Cruise speed of the desk: how long the key must be held for the way. */
const HANDSET_MM_PER_S = 38;
const TYPING_S = [20, 120] as const;
const PAUSE_S = [10, 60] as const;

/** Somebody with a day plan, a desk, a watch and a way of answering. All planned times are lab time; chance is seeded. */
export class Person {
  private posture: Posture = 'unknown';
  private place: Place = 'outside';
  private typing = false;
  private deskMovedAt = -Infinity;
  private readonly timers = new Set<Undo>();
  private readonly undo: Undo[] = [];
  private following: Undo | null = null;
  /** The way they are on, or what keeps them away. One at a time: a new one ends the old. */
  private errand: Undo | null = null;

  constructor(
    readonly plan: PersonPlan,
    private readonly world: PersonWorld,
  ) {}

  get state(): { readonly posture: Posture; readonly place: Place } {
    return { posture: this.posture, place: this.place };
  }

  start(): void {
    const { desk, band, clock } = this.world;
    this.undo.push(
      desk.motor.onMotion((motion) => {
        this.deskMoves(motion);
      }),
      band.onAlert((alert) => {
        this.alerted(alert);
      }),
    );
    if (this.plan.start === 'desk') this.atDesk();
    else this.go('away', 'outside');
    const startMs = clock.nowMs();
    for (const entry of this.plan.day)
      this.timer(startMs + entry.atMin * MINUTE_MS - clock.nowMs(), () => {
        this.act(entry);
      });
    this.type();
  }

  stop(): void {
    for (const undo of [...this.undo.splice(0), ...this.timers]) undo();
    this.timers.clear();
    this.following = null;
    this.errand = null;
  }

  private act(entry: DayEntry): void {
    switch (entry.what) {
      case 'arrive':
        this.walk(this.seconds(WAY_S), () => {
          this.atDesk();
        });
        return;
      case 'leave':
        this.walk(this.seconds(WAY_S), () => {
          this.go('away', 'outside');
        });
        return;
      case 'lunch':
      case 'coffee':
        // Not from where one is already away; a walk that a prompt asked for is finished first.
        if (this.place === 'desk') this.trip(entry.what === 'lunch' ? 'outside' : 'elsewhere', entry.forMin);
        else if (this.errand)
          this.timer(MINUTE_MS, () => {
            this.act(entry);
          });
        return;
      case 'stand-up':
        this.pressTo(this.plan.standMm);
        return;
      case 'sit-down':
        this.pressTo(this.plan.sitMm);
    }
  }

  /** There on foot, a while at the place, back on foot; `forMin` is the time away from the desk in all. */
  private trip(place: Place, forMin: number): void {
    const wayS = Math.min(this.seconds(WAY_S), (forMin * 60) / 3);
    this.walk(wayS, () => {
      this.go('away', place);
      this.errand = this.timer(forMin * MINUTE_MS - 2 * wayS * SECOND_MS, () => {
        this.walk(wayS, () => {
          this.atDesk();
        });
      });
    });
  }

  private walk(forS: number, then: () => void): void {
    this.stopFollowing();
    this.go('moving', 'elsewhere');
    this.errand?.();
    this.errand = this.timer(forS * SECOND_MS, () => {
      this.errand = null;
      then();
    });
  }

  /** Takes the posture the desk asks for. */
  private atDesk(): void {
    const { sitMm, standMm } = this.plan;
    this.go(this.world.desk.heightMm > (sitMm + standMm) / 2 ? 'standing' : 'sitting', 'desk');
  }

  private go(posture: Posture, place: Place): void {
    const { truth, clock, moved } = this.world;
    if (posture === this.posture && place === this.place) return;
    if (place !== this.place) moved(place);
    this.posture = posture;
    this.place = place;
    truth.add({ kind: 'posture', personId: this.plan.id, posture, place, at: clock.epochMs() });
    this.wear();
  }

  private wear(): void {
    const busy = this.typing && this.place === 'desk';
    const activity = { sitting: busy ? 'typing' : 'resting', standing: 'standing', moving: 'walking' } as const;
    this.world.band.wear(this.posture in activity ? activity[this.posture as keyof typeof activity] : 'resting');
  }

  private type(): void {
    this.typing = !this.typing;
    this.wear();
    this.timer(this.seconds(this.typing ? TYPING_S : PAUSE_S) * SECOND_MS, () => {
      this.type();
    });
  }

  private deskMoves({ heightMm, fromMm, speedMmPerS }: DeskMotion): void {
    if (speedMmPerS !== 0) this.deskMovedAt = this.world.clock.nowMs();
    if (this.place !== 'desk' || fromMm === null || this.following) return;
    const travelMm = heightMm - fromMm;
    const wanted = travelMm > 0 ? 'standing' : 'sitting';
    if (Math.abs(travelMm) <= FOLLOW_AFTER_MM || this.posture === wanted) return;
    this.following = this.timer(this.seconds(FOLLOW_S) * SECOND_MS, () => {
      this.following = null;
      this.atDeskAs(wanted);
    });
  }

  private atDeskAs(posture: Posture): void {
    if (this.place === 'desk') this.go(posture, 'desk');
  }

  private stopFollowing(): void {
    this.following?.();
    this.following = null;
  }

  private alerted(alert: BandAlert): void {
    const { answers } = this.plan;
    const { random } = this.world;
    if (!random.chance(answers.probability)) return;
    if (alert.category !== CALL_CATEGORY) {
      this.timer(this.seconds(REACH_S) * SECOND_MS, () => {
        this.heed(alert);
      });
      return;
    }
    const answer = random.chance(answers.rejectProbability) ? 'reject' : 'accept';
    this.timer(this.seconds(answers.delayS) * SECOND_MS, () => {
      if (this.world.band.answer(answer) && answer === 'accept') this.accepted(alert);
    });
  }

  private accepted(alert: BandAlert): void {
    if (asksForWalk(alert)) {
      this.heed(alert);
      return;
    }
    const acceptedAt = this.world.clock.nowMs();
    this.timer(PATIENCE_S * SECOND_MS, () => {
      if (this.deskMovedAt < acceptedAt) this.heed(alert);
    });
  }

  /** Does what the words say, by themselves: walks, or moves the desk with the handset if that is their way. */
  private heed(alert: BandAlert): void {
    if (this.place !== 'desk') return;
    if (asksForWalk(alert))
      this.walk(this.seconds(PROMPTED_WALK_S), () => {
        this.atDesk();
      });
    else if (this.plan.answers.usesHandset)
      this.pressTo(this.posture === 'sitting' ? this.plan.standMm : this.plan.sitMm);
  }

  private pressTo(targetMm: number): void {
    if (this.place !== 'desk') return;
    const way = targetMm - this.world.desk.heightMm;
    if (Math.abs(way) < FOLLOW_AFTER_MM) return;
    this.world.desk.press(way > 0 ? 'up' : 'down', Math.round((Math.abs(way) / HANDSET_MM_PER_S) * SECOND_MS));
  }

  private seconds([from, to]: readonly [number, number]): number {
    return this.world.random.between(from, to);
  }

  private timer(afterMs: number, fire: () => void): Undo {
    const undo: Undo = this.world.clock.after(Math.max(0, afterMs), () => {
      this.timers.delete(cancel);
      fire();
    });
    const cancel = (): void => {
      this.timers.delete(cancel);
      undo();
    };
    this.timers.add(cancel);
    return cancel;
  }
}

/** A prompt to walk says so and names no posture in its title. */
const asksForWalk = ({ title, body }: BandAlert): boolean =>
  /\bwalk/i.test(`${title} ${body}`) && !/\b(stand|sit)\b/i.test(title);
