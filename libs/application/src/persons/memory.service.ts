import { Injectable } from '@nestjs/common';
import {
  type DeskId,
  epoch,
  type EpochMs,
  HOUR_MS,
  later,
  monotonic,
  type PastMove,
  type PersonState,
  personView,
  type Stamp,
  txId,
} from '#libs/domain';
import { hasCode } from '../errors.js';
import { EffectRunner } from '../hub/effect-runner.service.js';
import { HubFeed } from '../hub/hub-feed.service.js';
import { Pipeline } from '../hub/pipeline.service.js';
import { Clock, Journal, type MoveRow, type Undo } from '../ports/index.js';
import { checkpointOf } from './checkpoint.js';
import { type PersonEngine } from './person-engine.js';

/** Between checkpoints that ride on journaled effects, one is written this often: what a kill may cost the clocks. */
const CHECKPOINT_EVERY_MS = 60_000;

/** No hold of a supervisor reaches further back (docs/safety.md, "After a restart"). */
const HISTORY_MS = 24 * HOUR_MS;

/** A journaled move in the stamps of this run. */
function pastMove({ origin, startedAt, endedAt, result, targetMm }: MoveRow, now: Stamp): PastMove {
  const stamp = (at: EpochMs): Stamp => later(now, at - now.epoch);
  return { origin, from: stamp(startedAt), to: endedAt === null ? null : stamp(endedAt), result, targetMm };
}

/** Carries clocks and lock-outs over a restart: no clock is reset by one (C-09), no motion results from one (S-14). */
@Injectable()
export class Memory {
  private cancel: Undo = () => undefined;
  /** Before this, what is in memory is nobody's day: writing it down would overwrite one. */
  private restored = false;

  constructor(
    private readonly journal: Journal,
    private readonly pipeline: Pipeline,
    private readonly runner: EffectRunner,
    private readonly clock: Clock,
    private readonly feed: HubFeed,
  ) {}

  async restore(): Promise<void> {
    for (const deskId of await this.desksToLock()) {
      this.pipeline.acceptMotion(deskId, { type: 'LockRestored', at: this.clock.stamp() });
    }
    for (const engine of this.pipeline.engines.persons.values()) await this.resume(engine);
    this.restored = true;
  }

  /**
   * Tells each supervisor what its desk did before this run. It only forbids: motor time, hand override, fault and stop
   * holds outlive a restart. Needs the calendars, and comes before any link.
   */
  async recall(): Promise<void> {
    const at = this.clock.stamp();
    // Without an upper end: a machine that booted in the past has rows dated after its own now.
    const rows = await this.journal.moves(epoch(at.epoch - HISTORY_MS), epoch(Number.MAX_SAFE_INTEGER));
    for (const deskId of this.pipeline.engines.desks.keys()) {
      const moves = rows.filter((row) => row.deskId === deskId).map((row) => pastMove(row, at));
      this.pipeline.acceptMotion(deskId, { type: 'HistoryRestored', at, moves });
    }
  }

  start(): void {
    this.cancel = this.clock.at(monotonic(this.clock.monotonicMs() + CHECKPOINT_EVERY_MS), () => {
      void this.save();
      this.start();
    });
  }

  /** Stops the timer and writes the last checkpoint. */
  async stop(): Promise<void> {
    this.cancel();
    await this.save();
    await this.runner.idle();
  }

  /** Without the earlier journal nobody knows which desk was locked out, so every one is, until a person unlocks it (S-10). */
  private async desksToLock(): Promise<readonly DeskId[]> {
    for (const notice of this.journal.notices) this.fault(notice.code, notice.message);
    if (!this.journal.notices.some((notice) => hasCode(notice, 'journal.corrupt'))) return this.journal.lockedDesks();
    const desks = [...this.pipeline.engines.desks.keys()];
    const at = this.clock.epochMs();
    // Written down, too: another restart must not unlock what nobody has looked at.
    await this.runner.append(desks.map((deskId) => ({ type: 'desk-locked', deskId, txId: txId('journal-lost'), at })));
    return desks;
  }

  private async save(): Promise<void> {
    if (!this.restored) return;
    const at = this.clock.epochMs();
    await this.runner.append([...this.pipeline.engines.persons.values()].map((engine) => checkpointOf(engine, at)));
  }

  private async resume(engine: PersonEngine): Promise<void> {
    const { personId } = engine.person.policy;
    const checkpoint = await this.journal.latestCheckpoint(personId);
    if (checkpoint === null) return;
    const now = this.clock.stamp();
    const fresh = engine.personState;
    try {
      engine.restore(checkpoint.state as PersonState);
      // The core brings the monotonic stamps of the earlier process over, and lives the gap through by its own rules.
      this.pipeline.accept({ type: 'Resumed', at: now, personId, downMs: Math.max(0, now.epoch - checkpoint.at) });
      this.keepLoweredMode(engine, now);
    } catch (error) {
      engine.restore(fresh);
      this.fault(
        'journal.checkpoint-unreadable',
        `the stored state of ${personId} could not be read and is left out: ${String(error)}`,
      );
    }
  }

  /** The supervisor starts from the configured mode: what a person had lowered, it is told again. */
  private keepLoweredMode({ person, personState }: PersonEngine, at: Stamp): void {
    const { personId, deskId, mode: configured } = person.policy;
    const { mode } = personView(personState, at, person.policy);
    if (mode === configured) return;
    this.pipeline.acceptMotion(deskId, { type: 'ModeLowered', at, personId, mode, surface: 'hub' });
  }

  private fault(code: string, message: string): void {
    this.feed.tell({ kind: 'fault', code, message }, this.clock.stamp());
  }
}
