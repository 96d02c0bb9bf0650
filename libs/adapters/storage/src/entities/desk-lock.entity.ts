import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type DeskId, type EpochMs, type Surface, type TxId } from '#libs/domain';
import { epochMs, idText, word } from './columns.js';

/** A desk was locked out or unlocked; the newest row of a desk is how it stands (S-10, docs/safety.md). */
@Entity('desk_lock')
@Index('idx_desk_lock_desk', ['deskId'])
export class DeskLockEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number;

  @Column({ ...idText, name: 'desk_id' })
  deskId!: DeskId;

  @Column({ type: 'boolean' })
  locked!: boolean;

  /** The move that met the obstacle, for a lock. */
  @Column({ ...idText, name: 'tx_id', nullable: true })
  txId!: TxId | null;

  /** Where the unlocking came from. */
  @Column({ ...word, nullable: true })
  surface!: Surface | null;

  @Column({ ...epochMs, name: 'at_ms' })
  atMs!: EpochMs;
}
