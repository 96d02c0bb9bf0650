import { type MoveRow, type SpanRow } from '#libs/application';
import { MINUTE_MS, type Posture, SECOND_MS } from '#libs/domain';
import { type MotorInterval, type TruthRecord } from '#libs/simulation';

/**
 * Judges a day by the simulator's truth. Pure: the truth log, the journal's rows and what a subscriber heard go in,
 * findings come out. Shared by the end-to-end day and by the controls that must fail it.
 */

/** One stretch of true posture. */
export interface TrueStretch {
  readonly posture: Posture;
  readonly from: number;
  readonly to: number;
}

/** What a subscriber was told, and when by lab time. */
export interface LivePosture {
  readonly at: number;
  readonly posture: Posture;
  readonly confidence: number;
}

export function trueStretches(truth: readonly TruthRecord[], personId: string, until: number): readonly TrueStretch[] {
  const changes = truth.filter((record) => record.kind === 'posture' && record.personId === personId);
  return changes.flatMap((change, index) => {
    if (change.kind !== 'posture') return [];
    const next = changes[index + 1];
    const to = next?.kind === 'posture' ? next.at : until;
    return to > change.at ? [{ posture: change.posture, from: change.at, to }] : [];
  });
}

/** Interruptions shorter than this do not end a dwell (docs/policy.md, "Clocks"). */
const ENDS_A_DWELL_MS = 60 * SECOND_MS;

/** Dwells of one posture by the policy's own rule: shorter interruptions are part of it. */
export function dwells(stretches: readonly TrueStretch[], posture: Posture): readonly TrueStretch[] {
  const joined: TrueStretch[] = [];
  for (const stretch of stretches.filter((each) => each.posture === posture)) {
    const last = joined.at(-1);
    if (last !== undefined && stretch.from - last.to < ENDS_A_DWELL_MS)
      joined[joined.length - 1] = { ...last, to: stretch.to };
    else joined.push(stretch);
  }
  return joined;
}

export interface DwellVerdict {
  /** Dwells during which the person answered every alert. */
  readonly judged: number;
  readonly tooLong: readonly TrueStretch[];
  readonly longestMin: number;
}

/** Dwells longer than `hardMin` + 10 min while the person answers: a dwell with an ignored alert is the person's own. */
export function judgeDwells(
  truth: readonly TruthRecord[],
  stretches: readonly TrueStretch[],
  posture: Posture,
  hardMin: number,
): DwellVerdict {
  const ignored = truth.flatMap((record) => (record.kind === 'answer' && record.answer === 'none' ? [record.at] : []));
  const judged = dwells(stretches, posture).filter(
    (dwell) => !ignored.some((at) => at >= dwell.from && at <= dwell.to),
  );
  const minutes = judged.map((dwell) => (dwell.to - dwell.from) / MINUTE_MS);
  return {
    judged: judged.length,
    tooLong: judged.filter((dwell) => dwell.to - dwell.from > (hardMin + 10) * MINUTE_MS),
    longestMin: Math.max(0, ...minutes),
  };
}

/** Share of the true day, 0…1, in which the journal's spans say what was so. Time without a span counts as wrong. */
export function spanAgreement(stretches: readonly TrueStretch[], spans: readonly SpanRow[]): number {
  const total = stretches.reduce((sum, { from, to }) => sum + (to - from), 0);
  const agreed = stretches.reduce(
    (sum, truth) =>
      sum +
      spans
        .filter((span) => span.posture === truth.posture)
        .reduce(
          (inside, span) => inside + Math.max(0, Math.min(span.to, truth.to) - Math.max(span.from, truth.from)),
          0,
        ),
    0,
  );
  return total === 0 ? 0 : agreed / total;
}

export interface WrongStretch {
  readonly said: Posture;
  readonly from: number;
  readonly to: number;
}

/** Stretches in which a subscriber was told a wrong posture with at least `confidence`, longest first. */
export function confidentlyWrong(
  stretches: readonly TrueStretch[],
  live: readonly LivePosture[],
  confidence: number,
): readonly WrongStretch[] {
  const until = stretches.at(-1)?.to ?? 0;
  const wrong: WrongStretch[] = [];
  for (const [index, told] of live.entries()) {
    const toldUntil = live[index + 1]?.at ?? until;
    if (told.confidence < confidence) continue;
    for (const truth of stretches) {
      const from = Math.max(told.at, truth.from);
      const to = Math.min(toldUntil, truth.to);
      if (to > from && truth.posture !== told.posture) append(wrong, { said: told.posture, from, to });
    }
  }
  return [...wrong].sort((a, b) => b.to - b.from - (a.to - a.from));
}

/** Touching stretches are one. */
function append(wrong: WrongStretch[], stretch: WrongStretch): void {
  const last = wrong.at(-1);
  if (last?.said === stretch.said && stretch.from <= last.to) wrong[wrong.length - 1] = { ...last, to: stretch.to };
  else wrong.push(stretch);
}

/** Millimetres two readings of one rest may differ by: the desk's own rest error and its rounding. */
const SAME_HEIGHT_MM = 3;
/** The row is on disk before the motor starts, and closed after the height at rest was read: both within this. */
const ROW_SLACK_MS = 5 * SECOND_MS;

export interface MotionVerdict {
  readonly explained: number;
  /** Motor intervals that neither a journal row nor a hand press of the script explains. */
  readonly unexplainedMotion: readonly MotorInterval[];
  /** Journal rows that say the desk travelled, without a motor interval of their own. */
  readonly rowsWithoutMotion: readonly MoveRow[];
}

/** Joins motor intervals one to one with the journal's moves or the script's hand presses: every millimetre is explained. */
export function explainMotion(truth: readonly TruthRecord[], moves: readonly MoveRow[]): MotionVerdict {
  const intervals = truth.filter((record): record is MotorInterval => record.kind === 'motor');
  const presses = truth.filter((record) => record.kind === 'press').map((press) => ({ press, used: false }));
  const rows = moves.filter((row) => row.origin !== 'hand').map((row) => ({ row, used: false }));
  const unexplainedMotion = intervals.filter((interval) => {
    const pool =
      interval.cause === 'handset'
        ? presses.find(({ press, used }) => !used && isNear(press.at, interval))
        : rows.find(({ row, used }) => !used && explains(row, interval));
    if (pool === undefined) return true;
    pool.used = true;
    return false;
  });
  const rowsWithoutMotion = rows.filter(({ row, used }) => !used && travelled(row)).map(({ row }) => row);
  return { explained: intervals.length - unexplainedMotion.length, unexplainedMotion, rowsWithoutMotion };
}

const isNear = (at: number, interval: MotorInterval): boolean =>
  at >= interval.from - ROW_SLACK_MS && at <= interval.to + ROW_SLACK_MS;

const travelled = (row: MoveRow): boolean =>
  row.heightMm === null ? row.result !== 'refused' : Math.abs(row.heightMm - row.fromMm) > SAME_HEIGHT_MM;

function explains(row: MoveRow, interval: MotorInterval): boolean {
  const inTime =
    interval.from >= row.startedAt - ROW_SLACK_MS && interval.to <= (row.endedAt ?? Infinity) + ROW_SLACK_MS;
  const fromThere = Math.abs(interval.fromMm - row.fromMm) <= SAME_HEIGHT_MM;
  const toThere = row.heightMm === null || Math.abs(interval.toMm - row.heightMm) <= SAME_HEIGHT_MM;
  return inTime && fromThere && toThere;
}
