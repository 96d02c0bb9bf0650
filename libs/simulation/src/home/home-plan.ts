import { type BandPlan } from '../band/infinitime-band.js';
import { type DeskPlan } from '../desk/linak-desk.js';
import { type PersonPlan } from '../people/person-plan.js';

/** A whole simulated home as data: the same plan and seed tell the same story. */
export interface HomePlan {
  readonly seed: number;
  /** Lab time at the start, epoch ms. */
  readonly startEpochMs: number;
  /** Rate of the lab clock while nothing happens. */
  readonly maxRate: number;
  readonly desks: readonly DeskPlan[];
  readonly bands: readonly BandPlan[];
  readonly people: readonly PersonPlan[];
}

/** A working day of 8 h fits into two minutes of machine time when nothing happens. */
const MAX_RATE = 240;

/** One desk, one watch, one person who sits from 09:00 UTC on a Monday and works 8 h with lunch and coffee walks. */
export function defaultHome(): HomePlan {
  return {
    seed: 4711,
    startEpochMs: Date.UTC(2026, 0, 12, 9, 0, 0),
    maxRate: MAX_RATE,
    desks: [{ id: 'desk-1', name: 'Desk 4711', address: 'e1:1d:2f:0a:33:10', baseMm: 624.6, startMm: 722 }],
    bands: [{ id: 'band-1', address: 'd4:3a:7c:51:08:e2', batteryPercent: 83, notifications: 'on' }],
    people: [
      {
        id: 'person-1',
        deskId: 'desk-1',
        bandId: 'band-1',
        start: 'desk',
        sitMm: 722,
        standMm: 1104,
        answers: { probability: 1, delayS: [1.5, 5], rejectProbability: 0, usesHandset: false },
        day: [
          { what: 'coffee', atMin: 70, forMin: 6 },
          { what: 'coffee', atMin: 140, forMin: 5 },
          { what: 'lunch', atMin: 195, forMin: 40 },
          { what: 'coffee', atMin: 290, forMin: 6 },
          { what: 'coffee', atMin: 355, forMin: 5 },
          { what: 'coffee', atMin: 425, forMin: 6 },
          { what: 'leave', atMin: 480 },
        ],
      },
    ],
  };
}
