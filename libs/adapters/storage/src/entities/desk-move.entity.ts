import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type DeskId, type EpochMs, type MotionOrigin, type MoveResult, type TxId } from '#libs/domain';
import { epochMs, idText, word } from './columns.js';

/** One motion of a desk: ours, journaled before the motor starts, or by hand, journaled when it was over. */
@Entity('desk_move')
@Index('idx_desk_move_started', ['startedMs'])
export class DeskMoveEntity {
  @PrimaryColumn({ ...idText, name: 'tx_id' })
  txId!: TxId;

  @Column({ ...idText, name: 'desk_id' })
  deskId!: DeskId;

  @Column(word)
  origin!: MotionOrigin;

  @Column({ type: 'real', name: 'from_mm' })
  fromMm!: number;

  @Column({ type: 'real', name: 'target_mm' })
  targetMm!: number;

  @Column({ ...epochMs, name: 'started_ms' })
  startedMs!: EpochMs;

  @Column({ ...epochMs, name: 'ended_ms', nullable: true })
  endedMs!: EpochMs | null;

  @Column({ ...word, nullable: true })
  result!: MoveResult | null;

  @Column({ type: 'real', name: 'height_mm', nullable: true })
  heightMm!: number | null;
}
