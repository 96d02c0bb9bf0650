import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type EpochMs, type PersonId } from '#libs/domain';
import { epochMs, idText } from './columns.js';

/** The newest state of one person; an older one is overwritten. */
@Entity('checkpoint')
export class CheckpointEntity {
  @PrimaryColumn({ ...idText, name: 'person_id' })
  personId!: PersonId;

  @Column({ ...epochMs, name: 'at_ms' })
  atMs!: EpochMs;

  @Column({ type: 'simple-json' })
  state!: unknown;
}
