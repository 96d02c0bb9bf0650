import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type EpochMs, type PersonId, type Posture } from '#libs/domain';
import { epochMs, idText, word } from './columns.js';

/** A finished stretch of one posture. */
@Entity('posture_span')
@Index('idx_posture_span_person', ['personId', 'fromMs'])
export class PostureSpanEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ ...idText, name: 'person_id' })
  personId!: PersonId;

  @Column(word)
  posture!: Posture;

  @Column({ ...epochMs, name: 'from_ms' })
  fromMs!: EpochMs;

  @Column({ ...epochMs, name: 'to_ms' })
  toMs!: EpochMs;
}
