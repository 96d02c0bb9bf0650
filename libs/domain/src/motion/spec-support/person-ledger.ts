import { type PromptId } from '../../ids.js';
import { type Mode, type PersonPolicy } from '../../policy.js';
import { type PostureBelief, estimate, initialBelief, lastMovingEvidence, presence } from '../../posture/belief.js';
import { type Prompt } from '../../prompt.js';
import { type EpochMs, type Interval, type Stamp } from '../../time.js';

/** An act of a person by which a prompt was confirmed, as the rules for acts judge it. */
export interface Act {
  readonly promptId: PromptId;
  readonly at: Stamp;
}

export interface Shown {
  readonly prompt: Prompt;
  readonly at: Stamp;
  readonly line: number;
}

/** What the ledger knows of one person. */
export class PersonLedger {
  belief: PostureBelief;
  mode: Mode;
  calendar: { working: readonly Interval[]; quiet: readonly Interval[]; dayEnds: EpochMs } | null = null;
  shown: Shown | null = null;
  /** Line at which the person was last not surely sitting or standing at the desk. */
  unsettledLine = -1;
  validTaps: Stamp[] = [];
  act: Act | null = null;

  constructor(
    readonly policy: PersonPolicy,
    at: Stamp,
  ) {
    this.belief = initialBelief(at);
    this.mode = policy.mode;
  }

  settled(at: Stamp): boolean {
    const { posture, confidence } = estimate(this.belief, at, this.policy);
    return (posture === 'sitting' || posture === 'standing') && confidence >= 0.8 && this.near(at);
  }

  /** Books a moment at which the person was not surely sitting or standing at the desk. */
  doubt(at: Stamp, line: number): void {
    if (this.shown !== null && !this.settled(at)) this.unsettledLine = line;
  }

  near(at: Stamp): boolean {
    const { atDesk, evidenceAgeMs } = presence(this.belief, at, this.policy);
    return atDesk === true && evidenceAgeMs <= 300_000;
  }

  lastMoving(): number {
    return lastMovingEvidence(this.belief)?.mono ?? -Infinity;
  }
}
