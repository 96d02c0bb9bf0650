import {
  type Guard,
  initialSupervisor,
  monotonic,
  type MotionEffect,
  type MotionEvent,
  type MoveOutcome,
  SECOND_MS,
  type Stamp,
  supervise,
  type SupervisorState,
  type TxId,
} from '#libs/domain';
import { type RadioUse } from '../devices/radio-use.js';
import { type DeskSetup } from '../hub/hub-setup.js';
import { type Clock, type DeskSession, type JournalEntry, type MoveProgress, type Undo } from '../ports/index.js';

/** The evidence a move was allowed on must not age while its row is being written: later than this it does not start. */
const ROW_DEADLINE_MS = SECOND_MS;
/** A move asked for while another device connects waits this long for the radio. */
const RADIO_DEADLINE_MS = 3 * SECOND_MS;
/** Commands older than 10 s are refused anyway: so many recent ones are enough to know a repeated one by. */
const REFUSED_IDS = 64;
/** A stopped desk settles and is read within this; after it the hub ends without the last height. */
const END_DEADLINE_MS = 5 * SECOND_MS;

export type MoveRequest = Extract<MotionEvent, { type: 'MoveRequested' }>;
type StopRequest = Extract<MotionEvent, { type: 'StopRequested' }>;
type StartMotor = Extract<MotionEffect, { type: 'StartMotor' }>;

/** What a desk engine needs from the rest of the hub. */
export interface DeskEngineHost {
  readonly clock: Clock;
  readonly radio: RadioUse;
  /** Resolves once the entries are on disk. */
  journal(entries: readonly JournalEntry[]): Promise<void>;
  /** Verdicts and ends that others must learn of, after the engine has acted on them. */
  onEffects(desk: DeskSetup, effects: readonly MotionEffect[], cause: MotionEvent): void;
  onProgress(desk: DeskSetup, progress: MoveProgress): void;
  onFault(code: string, error: unknown): void;
}

interface RunningMove {
  readonly txId: TxId;
  readonly abort: AbortController;
  /** Settles when the mover has reported. */
  readonly done: Promise<void>;
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
  private reading: Promise<unknown> | null = null;
  private stops = 0;
  private refusedIds: readonly string[] = [];
  private closed = false;

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
    if (effects.length > 0) this.host.onEffects(this.desk, effects, event);
  }

  /**
   * Asks the supervisor for a move, on a height read on this link now: what was notified last may be hours old. A stop
   * that comes in the meantime ends the request.
   */
  async request(event: MoveRequest): Promise<void> {
    const { stops } = this;
    if (this.isSpent(event)) {
      this.refuse(event, ['command-duplicate']);
      return;
    }
    if (this.session !== null) {
      if (!(await this.radioIsFree())) {
        this.refuse(event, ['radio-busy']);
        return;
      }
      // From here on nothing connects, so that nothing can block between the reading and the end of the move.
      this.host.radio.moveBegins(this.desk.id);
      await this.readHeight();
    }
    if (this.closed) this.refuse(event, ['link-down']);
    else if (stops !== this.stops) this.refuse(event, ['vetoed']);
    else this.accept(this.asOfNow(event));
    if (this.running === null) this.host.radio.moveEnds(this.desk.id);
  }

  /** `request` without waiting for its verdict; what goes wrong in it is told as a fault. */
  ask(event: MoveRequest): void {
    this.request(event).catch((error: unknown) => {
      this.host.onFault('motion.request-failed', error);
    });
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
   * Works with no move under way, too. False where there is no link to write them on.
   */
  async stop(event: StopRequest): Promise<boolean> {
    this.stops += 1;
    this.running?.abort.abort();
    const { session } = this;
    const written = session?.stop();
    this.accept(event);
    await written;
    return session !== null;
  }

  /** Ends for good: no further move, a running one is stopped and its end awaited, timers let go. Never rejects. */
  async close(event: StopRequest): Promise<void> {
    this.closed = true;
    const { running } = this;
    if (running !== null) {
      await this.stop(event).catch((error: unknown) => {
        this.host.onFault('motion.stop-failed', error);
      });
      await this.within(END_DEADLINE_MS, running.done);
    }
    this.cancelWake();
  }

  private act(effect: MotionEffect): void {
    if (effect.type === 'StartMotor') this.start(effect);
    if (effect.type === 'StopMotor' && this.running?.txId === effect.txId) this.running.abort.abort();
    if (effect.type === 'WakeDeskAt') this.wakeAt(effect.at);
  }

  private start(effect: StartMotor): void {
    const abort = new AbortController();
    const done = this.drive(effect, abort.signal).then((outcome) => {
      if (this.running?.txId === effect.txId) this.running = null;
      this.latestProgress = null;
      this.host.radio.moveEnds(this.desk.id);
      this.accept({ type: 'MotorStopped', at: this.host.clock.stamp(), txId: effect.txId, outcome });
    });
    this.running = { txId: effect.txId, abort, done };
  }

  private async drive(effect: StartMotor, signal: AbortSignal): Promise<MoveOutcome> {
    const { txId, origin, fromMm, targetMm, at } = effect;
    try {
      await this.host.journal([
        { type: 'move-started', txId, deskId: this.desk.id, origin, fromMm, targetMm, at: at.epoch },
      ]);
    } catch (error) {
      this.host.onFault('motion.not-journaled', error);
      return { result: 'refused', heightMm: null };
    }
    const { session } = this;
    if (session === null) return { result: 'link-lost', heightMm: null };
    if (signal.aborted) return { result: 'cancelled', heightMm: null };
    if (this.host.clock.monotonicMs() - at.mono > ROW_DEADLINE_MS) {
      this.host.onFault('motion.row-too-late', new Error('the journal took too long, so the desk stays where it is'));
      return { result: 'refused', heightMm: null };
    }
    return this.move(session, targetMm, signal);
  }

  private async move(session: DeskSession, targetMm: number, signal: AbortSignal): Promise<MoveOutcome> {
    try {
      return await session.moveTo(targetMm, signal, (progress) => {
        this.latestProgress = progress;
        this.host.onProgress(this.desk, progress);
      });
    } catch (error) {
      this.host.onFault('motion.mover-failed', error);
      await session.stop().catch(() => undefined);
      return { result: 'timed-out', heightMm: null };
    }
  }

  /** Requests that come together share one reading. A reading that fails leaves the height to the supervisor's own rules. */
  private async readHeight(): Promise<void> {
    this.reading ??= this.session?.readHeight().catch(() => undefined) ?? null;
    await this.reading;
    this.reading = null;
  }

  private async radioIsFree(): Promise<boolean> {
    const { radio } = this.host;
    if (!radio.mayMove) await this.within(RADIO_DEADLINE_MS, radio.untilMayMove());
    return radio.mayMove;
  }

  /** The request as of now: what the reading took has made a command older, too. */
  private asOfNow(event: MoveRequest): MoveRequest {
    const at = this.host.clock.stamp();
    if (event.request.origin === 'coach' || event.request.ageMs === null) return { ...event, at };
    const waited = at.mono - event.at.mono;
    return { ...event, at, request: { ...event.request, ageMs: event.request.ageMs + waited } };
  }

  /** A command the engine itself turned down is spent, as one the supervisor turned down is (S-13). */
  private isSpent({ request }: MoveRequest): boolean {
    return request.origin === 'command' && this.refusedIds.includes(request.commandId);
  }

  private refuse(event: MoveRequest, guards: readonly Guard[]): void {
    if (event.request.origin === 'command') {
      this.refusedIds = [...this.refusedIds, event.request.commandId].slice(-REFUSED_IDS);
    }
    const at = this.host.clock.stamp();
    this.host.onEffects(this.desk, [{ type: 'RefuseMove', txId: event.txId, guards, at }], event);
  }

  private wakeAt(when: Stamp['mono']): void {
    this.cancelWake();
    if (this.closed) return;
    this.cancelWake = this.host.clock.at(when, () => {
      this.accept({ type: 'Ticked', at: this.host.clock.stamp() });
    });
  }

  /** Resolves with the work or after the deadline, whichever comes first. */
  private async within(deadlineMs: number, work: Promise<unknown>): Promise<void> {
    let cancel: Undo = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.host.clock.at(monotonic(this.host.clock.monotonicMs() + deadlineMs), resolve);
    });
    await Promise.race([work, late]);
    cancel();
  }
}
