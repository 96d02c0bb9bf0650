import { type MotorCause, type TruthLog } from '../truth/truth-log.js';

/** A motor that ran dry and is written to again within this time is still in the same move. */
const SAME_MOVE_MS = 1_000;

interface OpenInterval {
  readonly cause: MotorCause;
  readonly direction: number;
  readonly fromMm: number;
  readonly from: number;
  starts: number;
  dips: number;
}

/** One look at the motor, after a step. Heights above the floor. */
export interface MotorLook {
  readonly heightMm: number;
  readonly speedMmPerS: number;
  readonly cause: MotorCause | null;
  readonly epochMs: number;
  readonly stepMs: number;
}

/** Turns what the motor does into the truth log's motor intervals, from rest to rest, one per cause and direction. */
export class MotorRecord {
  private open: OpenInterval | null = null;
  private lastMm: number;
  /** Milliseconds at rest after running dry; null while moving. */
  private dryRest: { readonly at: number; ms: number } | null = null;
  private dry = false;

  constructor(
    private readonly deskId: string,
    private readonly truth: TruthLog,
    startMm: number,
  ) {
    this.lastMm = startMm;
  }

  /** Where the interval that runs now began; null at rest. */
  get fromMm(): number | null {
    return this.open?.fromMm ?? null;
  }

  /** The drive ended for want of a write, not by a stop or on arrival. */
  ranDry(): void {
    this.dry = true;
  }

  /** A write drives the motor (again). */
  driven(): void {
    if (this.open && this.dry) this.open.dips += 1;
    this.dry = false;
  }

  /** A stop frame: what comes after it is another move. */
  stopped(): void {
    this.dry = false;
  }

  /** True when this look ended the interval: the motor is at rest. */
  look(look: MotorLook): boolean {
    const running = this.open;
    if (look.speedMmPerS === 0) this.atRest(look);
    else this.moving(look);
    this.lastMm = look.heightMm;
    return running !== null && look.speedMmPerS === 0 && this.fromMm === null;
  }

  private moving(look: MotorLook): void {
    const direction = Math.sign(look.speedMmPerS);
    const cause = look.cause ?? this.open?.cause ?? 'reference';
    if (this.open && (this.open.cause !== cause || this.open.direction !== direction)) this.close(look.epochMs);
    if (this.open && this.dryRest) this.open.starts += 1;
    this.dryRest = null;
    this.open ??= {
      cause,
      direction,
      fromMm: this.lastMm,
      from: Math.round(look.epochMs - look.stepMs),
      starts: 1,
      dips: 0,
    };
  }

  private atRest(look: MotorLook): void {
    if (!this.open) return;
    this.lastMm = look.heightMm;
    if (!this.dry) {
      this.close(this.dryRest?.at ?? look.epochMs);
      return;
    }
    this.dryRest ??= { at: look.epochMs, ms: 0 };
    this.dryRest.ms += look.stepMs;
    if (this.dryRest.ms >= SAME_MOVE_MS) this.close(this.dryRest.at);
  }

  private close(to: number): void {
    if (!this.open) return;
    const { cause, fromMm, from, starts, dips } = this.open;
    const toMm = this.lastMm;
    this.truth.add({ kind: 'motor', deskId: this.deskId, cause, fromMm, toMm, from, to, starts, dips });
    this.open = null;
    this.dryRest = null;
    this.dry = false;
  }
}
