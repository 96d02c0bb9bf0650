import { type TxId } from '../../ids.js';
import { type Stamp } from '../../time.js';
import { type MoveResult } from '../outcome.js';

/** How a driven desk behaves: as its outcomes, or `slow` (never arrives), `fight` (a hand drives back), `mute` (never reports). */
export const DRIVES = [
  'arrived',
  'obstructed',
  'overridden',
  'timed-out',
  'link-lost',
  'refused',
  'slow',
  'fight',
  'mute',
] as const;
export type Drive = (typeof DRIVES)[number];

/** mm in one reading of 200 ms at 38 mm/s. */
const STEP_MM = 7.6;
/** A part of the way is driven before anything goes wrong. */
const TROUBLE_AFTER = 8;
const SLOW_STEP_MM = 0.4;

interface Progress {
  readonly heightMm: number;
  readonly speedMmS: number;
  /** A hand has now driven the desk 10 mm or more back in two readings. */
  readonly fought: boolean;
  readonly result: MoveResult | null;
}

/** The motor of the lab, with the mover in front of it: one reading after the other until it reports. */
export class Mover {
  private readings = 0;
  private backMm = 0;
  private abortedAt: number | null = null;

  constructor(
    readonly txId: TxId,
    private readonly targetMm: number,
    private readonly drive: Drive,
    readonly startedAt: Stamp,
  ) {}

  abort(at: Stamp): void {
    this.abortedAt ??= at.mono;
  }

  next(heightMm: number, now: Stamp): Progress {
    this.readings += 1;
    if (this.drive === 'mute') return { heightMm, speedMmS: 0, fought: false, result: null };
    if (this.drive === 'refused') return { heightMm, speedMmS: 0, fought: false, result: 'refused' };
    if (this.abortedAt !== null) return this.runOut(heightMm, now.mono - this.abortedAt);
    if (this.readings <= TROUBLE_AFTER || this.drive === 'arrived') return this.advance(heightMm, STEP_MM);
    if (this.drive === 'slow') return this.advance(heightMm, SLOW_STEP_MM);
    if (this.drive === 'fight') return this.fallBack(heightMm);
    return { heightMm, speedMmS: 0, fought: false, result: this.drive };
  }

  /** After the stop the desk coasts for 400 ms and rests. */
  private runOut(heightMm: number, sinceMs: number): Progress {
    const coasting = sinceMs <= 400;
    const way = coasting ? Math.sign(this.targetMm - heightMm) * 3 : 0;
    return {
      heightMm: heightMm + way,
      speedMmS: coasting ? way : 0,
      fought: false,
      result: coasting ? null : 'cancelled',
    };
  }

  private advance(heightMm: number, stepMm: number): Progress {
    const left = this.targetMm - heightMm;
    if (Math.abs(left) <= stepMm) return { heightMm: this.targetMm, speedMmS: 0, fought: false, result: 'arrived' };
    return {
      heightMm: heightMm + Math.sign(left) * stepMm,
      speedMmS: Math.sign(left) * 38,
      fought: false,
      result: null,
    };
  }

  private fallBack(heightMm: number): Progress {
    this.backMm += STEP_MM;
    const back = Math.sign(heightMm - this.targetMm);
    return {
      heightMm: heightMm + back * STEP_MM,
      speedMmS: back * 38,
      fought: this.backMm >= 22,
      result: null,
    };
  }
}
