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

/** Answering leaves this long past the hard limit: the prompt comes before it, and accepting, moving and reading it take minutes. */
const GRACE_MIN = 10;
/**
 * What one ignored alert may cost: the next of its kind comes 5 min after it, and another one may live 90 s meanwhile
 * (docs/policy.md, "Decision order"), in whole minutes.
 */
const IGNORED_MIN = 7;

export interface DwellVerdict {
  readonly dwells: number;
  /** Those in which the person ignored no alert. */
  readonly undisturbed: number;
  readonly tooLong: readonly TrueStretch[];
  readonly longestMin: number;
}

/**
 * Every dwell is judged. "While the person answers" means: a dwell is too long beyond `hardMin` + 10 min, and each alert
 * the person let pass in it moves that bound by 7 min, no more. A dwell that nobody prompts stays bound by the 10 min.
 */
export function judgeDwells(
  truth: readonly TruthRecord[],
  stretches: readonly TrueStretch[],
  posture: Posture,
  hardMin: number,
): DwellVerdict {
  const ignored = truth.flatMap((record) => (record.kind === 'answer' && record.answer === 'none' ? [record.at] : []));
  const all = dwells(stretches, posture).map((dwell) => ({
    dwell,
    minutes: (dwell.to - dwell.from) / MINUTE_MS,
    ignored: ignored.filter((at) => at >= dwell.from && at <= dwell.to).length,
  }));
  return {
    dwells: all.length,
    undisturbed: all.filter((each) => each.ignored === 0).length,
    tooLong: all
      .filter((each) => each.minutes > hardMin + GRACE_MIN + IGNORED_MIN * each.ignored)
      .map(({ dwell }) => dwell),
    longestMin: Math.max(0, ...all.map(({ minutes }) => minutes)),
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

/** Minutes in which a subscriber's last word had at least this confidence. */
export const minutesTold = (live: readonly LivePosture[], confidence: number, until: number): number =>
  live.reduce((sum, told, index) => {
    const toldUntil = Math.min(live[index + 1]?.at ?? until, until);
    return told.confidence >= confidence ? sum + Math.max(0, toldUntil - told.at) / MINUTE_MS : sum;
  }, 0);

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
/** Motor time of any 10 min (docs/safety.md, S-05): no single move that nobody saw the end of can have taken longer. */
const LONGEST_MOVE_MS = 60 * SECOND_MS;
/** From a key to the motor: the control box's start delay and a late tick or two. */
const PRESS_SLACK_MS = SECOND_MS;
/** A Linak's cruise speed, and the way and time it coasts when the key is let go (docs/protocols/linak.md). */
const CRUISE_MM_PER_S = 38;
const COAST_MM = 10;
const COAST_MS = SECOND_MS;

export interface MotionVerdict {
  readonly explained: number;
  /** Motor intervals that neither a journal row nor a hand press of the script explains. */
  readonly unexplainedMotion: readonly MotorInterval[];
  /** Journal rows that say the desk travelled, without a motor interval of their own. */
  readonly rowsWithoutMotion: readonly MoveRow[];
}

export interface ExplainOptions {
  /**
   * The hub was killed or cut off from the desk in these hours: a row without an end, or without a height at its end, is
   * what it could leave, and explains one run of the motor from its start towards its target. Otherwise such a row explains nothing.
   */
  readonly interrupted?: boolean;
}

type Press = Extract<TruthRecord, { kind: 'press' }>;

/** One cause and one run of the motor that fit each other. */
interface Fit {
  readonly cause: MoveRow | Press;
  readonly interval: MotorInterval;
  /** Between the cause and the start of the motor. */
  readonly apartMs: number;
}

/**
 * Joins motor intervals one to one with the journal's moves or the script's hand presses, the closest starts first:
 * every millimetre is explained. A cause fits in desk, direction, time and way.
 */
export function explainMotion(
  truth: readonly TruthRecord[],
  moves: readonly MoveRow[],
  { interrupted = false }: ExplainOptions = {},
): MotionVerdict {
  const intervals = truth.filter((record): record is MotorInterval => record.kind === 'motor');
  const presses = truth.filter((record): record is Press => record.kind === 'press');
  const rows = moves.filter((row) => row.origin !== 'hand');
  const fits = intervals.flatMap((interval): Fit[] =>
    interval.cause === 'handset'
      ? presses.filter((press) => pressFits(press, interval)).map((press) => fit(press, press.at, interval))
      : rows.filter((row) => rowFits(row, interval, interrupted)).map((row) => fit(row, row.startedAt, interval)),
  );
  const used = new Set<MoveRow | Press | MotorInterval>();
  for (const { cause, interval } of [...fits].sort((a, b) => a.apartMs - b.apartMs))
    if (!used.has(cause) && !used.has(interval)) used.add(cause).add(interval);
  const unexplainedMotion = intervals.filter((interval) => !used.has(interval));
  const rowsWithoutMotion = rows.filter((row) => !used.has(row) && travelled(row, interrupted));
  return { explained: intervals.length - unexplainedMotion.length, unexplainedMotion, rowsWithoutMotion };
}

const fit = (cause: MoveRow | Press, at: number, interval: MotorInterval): Fit => ({
  cause,
  interval,
  apartMs: Math.abs(interval.from - at),
});

/** The motor runs as long as the key is held and no longer; less at the end of the travel or when another key follows. */
function pressFits(press: Press, { deskId, from, to, fromMm, toMm }: MotorInterval): boolean {
  const wayMm = press.direction === 'up' ? toMm - fromMm : fromMm - toMm;
  return (
    press.deskId === deskId &&
    wayMm > 0 &&
    wayMm <= (press.forMs / SECOND_MS) * CRUISE_MM_PER_S + COAST_MM &&
    Math.abs(from - press.at) <= PRESS_SLACK_MS &&
    to - from <= press.forMs + COAST_MS
  );
}

function rowFits(row: MoveRow, interval: MotorInterval, interrupted: boolean): boolean {
  const { deskId, from, to, fromMm, toMm } = interval;
  return (
    row.deskId === deskId &&
    Math.sign(toMm - fromMm) === Math.sign(row.targetMm - row.fromMm) &&
    isSameHeight(fromMm, row.fromMm) &&
    from >= row.startedAt - ROW_SLACK_MS &&
    to <= (row.endedAt ?? row.startedAt + LONGEST_MOVE_MS) + ROW_SLACK_MS &&
    endFits(row, toMm, interrupted)
  );
}

const endFits = ({ endedAt, fromMm, targetMm, heightMm }: MoveRow, toMm: number, interrupted: boolean): boolean =>
  endedAt !== null && heightMm !== null
    ? isSameHeight(toMm, heightMm)
    : interrupted &&
      toMm >= Math.min(fromMm, targetMm) - SAME_HEIGHT_MM &&
      toMm <= Math.max(fromMm, targetMm) + SAME_HEIGHT_MM;

const isSameHeight = (a: number, b: number): boolean => Math.abs(a - b) <= SAME_HEIGHT_MM;

/** A row without a height says nothing; only where nobody was interrupted it should have had one. */
const travelled = ({ heightMm, fromMm, result }: MoveRow, interrupted: boolean): boolean =>
  heightMm === null ? !interrupted && result !== 'refused' : !isSameHeight(heightMm, fromMm);
