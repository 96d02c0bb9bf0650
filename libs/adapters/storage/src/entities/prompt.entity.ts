import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import {
  type Answer,
  type EpochMs,
  type MoveProposal,
  type PersonId,
  type PromptCause,
  type PromptId,
  type PromptKind,
  type PromptOutcome,
  type Surface,
} from '#libs/domain';
import { epochMs, idText, word } from './columns.js';

/** One prompt from being issued to being closed, with the newest answer to it. */
@Entity('prompt')
@Index('idx_prompt_person', ['personId', 'issuedMs'])
export class PromptEntity {
  @PrimaryColumn({ ...idText, name: 'prompt_id' })
  promptId!: PromptId;

  @Column({ ...idText, name: 'person_id' })
  personId!: PersonId;

  @Column(word)
  kind!: PromptKind;

  @Column(word)
  cause!: PromptCause;

  @Column({ type: 'boolean' })
  piggyback!: boolean;

  @Column({ type: 'simple-json', nullable: true })
  proposal!: MoveProposal | null;

  @Column({ ...epochMs, name: 'issued_ms' })
  issuedMs!: EpochMs;

  @Column({ ...epochMs, name: 'expires_ms' })
  expiresMs!: EpochMs;

  /** How long the dwell had lasted that made it due. */
  @Column({ type: 'bigint', name: 'dwell_ms', transformer: epochMs.transformer })
  dwellMs!: number;

  @Column({ ...epochMs, name: 'closed_ms', nullable: true })
  closedMs!: EpochMs | null;

  @Column({ ...word, nullable: true })
  outcome!: PromptOutcome | null;

  @Column({ ...word, nullable: true })
  answer!: Answer | null;

  @Column({ ...word, nullable: true })
  surface!: Surface | null;
}
