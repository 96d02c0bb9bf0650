import { type MigrationInterface, type QueryRunner, Table, TableIndex, type TableColumnOptions } from 'typeorm';

type Column = TableColumnOptions;

const id = (name: string): Column => ({ name, type: 'varchar', length: '128' });
const word = (name: string): Column => ({ name, type: 'varchar', length: '32' });
const epochMs = (name: string): Column => ({ name, type: 'bigint' });
const mm = (name: string): Column => ({ name, type: 'real' });
const json = (name: string): Column => ({ name, type: 'text' });
const flag = (name: string): Column => ({ name, type: 'boolean' });
const nullable = (column: Column): Column => ({ ...column, isNullable: true });
const key = (column: Column): Column => ({ ...column, isPrimary: true });
const serial: Column = {
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};

interface TableSketch {
  readonly name: string;
  readonly columns: Column[];
  /** Index name and its columns: unnamed ones get another name on each database. */
  readonly index?: readonly [string, string[]];
}

const TABLES: readonly TableSketch[] = [
  {
    name: 'posture_span',
    columns: [serial, id('person_id'), word('posture'), epochMs('from_ms'), epochMs('to_ms')],
    index: ['idx_posture_span_person', ['person_id', 'from_ms']],
  },
  {
    name: 'prompt',
    columns: [
      ...[key(id('prompt_id')), id('person_id'), word('kind'), word('cause'), flag('piggyback')],
      ...[nullable(json('proposal')), epochMs('issued_ms'), epochMs('expires_ms'), epochMs('dwell_ms')],
      ...[
        nullable(epochMs('closed_ms')),
        nullable(word('outcome')),
        nullable(word('answer')),
        nullable(word('surface')),
      ],
    ],
    index: ['idx_prompt_person', ['person_id', 'issued_ms']],
  },
  {
    name: 'prompt_answer',
    columns: [serial, id('prompt_id'), id('person_id'), word('answer'), word('surface'), epochMs('at_ms')],
    index: ['idx_prompt_answer_prompt', ['prompt_id']],
  },
  {
    name: 'desk_move',
    columns: [
      ...[key(id('tx_id')), id('desk_id'), word('origin'), mm('from_mm'), mm('target_mm'), epochMs('started_ms')],
      ...[nullable(epochMs('ended_ms')), nullable(word('result')), nullable(mm('height_mm'))],
    ],
    index: ['idx_desk_move_started', ['started_ms']],
  },
  {
    name: 'desk_lock',
    columns: [
      serial,
      id('desk_id'),
      flag('locked'),
      nullable(id('tx_id')),
      nullable(word('surface')),
      epochMs('at_ms'),
    ],
    index: ['idx_desk_lock_desk', ['desk_id']],
  },
  { name: 'checkpoint', columns: [key(id('person_id')), epochMs('at_ms'), json('state')] },
];

/** The first journal. Only types and calls that SQLite and PostgreSQL share. */
export class CreateJournal1763900000000 implements MigrationInterface {
  readonly name = 'CreateJournal1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const { name, columns, index } of TABLES) {
      const indices = index === undefined ? [] : [new TableIndex({ name: index[0], columnNames: index[1] })];
      await runner.createTable(new Table({ name, columns, indices }));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of TABLES) await runner.dropTable(name);
  }
}
