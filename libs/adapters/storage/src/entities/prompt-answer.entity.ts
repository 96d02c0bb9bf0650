import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type Answer, type EpochMs, type PersonId, type PromptId, type Surface } from '#libs/domain';
import { epochMs, idText, word } from './columns.js';

/** Every answer as it came, also a second one, and one to a prompt that is not known here. */
@Entity('prompt_answer')
@Index('idx_prompt_answer_prompt', ['promptId'])
export class PromptAnswerEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ ...idText, name: 'prompt_id' })
  promptId!: PromptId;

  @Column({ ...idText, name: 'person_id' })
  personId!: PersonId;

  @Column(word)
  answer!: Answer;

  @Column(word)
  surface!: Surface;

  @Column({ ...epochMs, name: 'at_ms' })
  atMs!: EpochMs;
}
