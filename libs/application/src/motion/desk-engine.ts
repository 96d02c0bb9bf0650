import {
  type MotionEffect,
  type MotionEvent,
  type MoveOutcome,
  type Stamp,
  type SupervisorState,
  type TxId,
  initialSupervisor,
  supervise,
} from '#libs/domain';
import { type DeskSetup } from '../hub/hub-setup.js';
import { type Clock, type DeskSession, type JournalEntry, type MoveProgress, type Undo } from '../ports/index.js';

/** What a desk engine needs from the rest of the hub. */
export interface DeskEngineHost {
  readonly clock: Clock;
  /** Resolves once the entries are on disk. */
  journal(entries: readonly JournalEntry[]): Promise<void>;
  /** A verdict or an end that others must learn of: every effect, after the engine has acted on it. */
  onEffect(desk: DeskSetup, effect: MotionEffect): void;
  onProgress(desk: DeskSetup, progress: MoveProgress): void;
  onFault(code: string, error: unknown): void;
}

interface RunningMove {
  readonly txId: TxId;
  readonly abort: AbortController;
}

/**
 * One desk: its supervisor and its motor. Nothing else in the hub calls `moveTo`, and it does so only for a `StartMotor`
 * of the supervisor whose journal row is on disk (docs/safety.md, "No row, no motor").
 */
export class DeskEngine {
  private state: SupervisorState;
  private session: DeskSession | null = null;
  private running: RunningMove | null = null;
  private cancelWake: Undo = () => undefined;
  private latestProgress: MoveProgress | null = null;

  constructor(
    readonly desk: DeskSetup,
    private readonly host: DeskEngineHost,
  ) {
    this.state = initialSupervisor(host.clock.stamp(), desk.policy);
  }

  get supervisorState(): SupervisorState {
    return this.state;
  }

  get progress(): MoveProgress | null {
    return this.latestProgress;
  }

  accept(event: MotionEvent): void {
    const { state, effects } = supervise(this.state, event, this.desk.policy);
    this.state = state;
    for (const effect of effects) this.act(effect);
  }

  /** The session's limits and height enter as facts; only after both may anything move (S-06). */
  async attach(session: DeskSession, at: Stamp): Promise<void> {
    this.session = session;
    this.accept({ type: 'LinkChanged', at, source: this.desk.id, up: true });
    this.accept({ type: 'LimitsRead', at, ...session.limits });
    await session.readHeight();
  }

  detach(at: Stamp): void {
    this.session = null;
    this.running?.abort.abort();
    this.accept({ type: 'LinkChanged', at, source: this.desk.id, up: false });
  }

  /**
   * The one exception to every queue: the stop frames are on their way before anything is folded or written down.
   * Works with no move under way, too.
   */
  async stop(event: Extract<MotionEvent, { type: 'StopRequested' }>): Promise<void> {
    this.running?.abort.abort();
    const stopped = this.session?.stop();
    this.accept(event);
    await stopped;
  }

  /** Ends for good: stops a running move and lets the timer go. */
  async close(event: Extract<MotionEvent, { type: 'StopRequested' }>): Promise<void> {
    this.cancelWake();
    if (this.running !== null) await this.stop(event);
  }

  private act(effect: MotionEffect): void {
    if (effect.type === 'StartMotor') this.start(effect);
    if (effect.type === 'StopMotor' && this.running?.txId === effect.txId) this.running.abort.abort();
    if (effect.type === 'WakeDeskAt') this.wakeAt(effect);
    this.host.onEffect(this.desk, effect);
  }

  private start(effect: Extract<MotionEffect, { type: 'StartMotor' }>): void {
    const move = { txId: effect.txId, abort: new AbortController() };
    this.running = move;
    void this.drive(effect, move.abort.signal).then((outcome) => {
      if (this.running === move) this.running = null;
      this.latestProgress = null;
      this.accept({ type: 'MotorStopped', at: this.host.clock.stamp(), txId: effect.txId, outcome });
    });
  }

  private async drive(
    effect: Extract<MotionEffect, { type: 'StartMotor' }>,
    signal: AbortSignal,
  ): Promise<MoveOutcome> {
    try {
      await this.host.journal([
        {
          type: 'move-started',
          txId: effect.txId,
          deskId: this.desk.id,
          origin: effect.origin,
          fromMm: effect.fromMm,
          targetMm: effect.targetMm,
          at: effect.at.epoch,
        },
      ]);
    } catch (error) {
      this.host.onFault('motion.not-journaled', error);
      return { result: 'refused', heightMm: null };
    }
    const { session } = this;
    if (session === null) return { result: 'link-lost', heightMm: null };
    if (signal.aborted) return { result: 'cancelled', heightMm: null };
    try {
      return await session.moveTo(effect.targetMm, signal, (progress) => {
        this.report(progress);
      });
    } catch (error) {
      this.host.onFault('motion.mover-failed', error);
      await session.stop().catch(() => undefined);
      return { result: 'timed-out', heightMm: null };
    }
  }

  private report(progress: MoveProgress): void {
    this.latestProgress = progress;
    this.host.onProgress(this.desk, progress);
  }

  private wakeAt(effect: Extract<MotionEffect, { type: 'WakeDeskAt' }>): void {
    this.cancelWake();
    this.cancelWake = this.host.clock.at(effect.at, () => {
      this.accept({ type: 'Ticked', at: this.host.clock.stamp() });
    });
  }
}
