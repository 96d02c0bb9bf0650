import { type ColumnOptions, type ValueTransformer } from 'typeorm';
import { type EpochMs } from '#libs/domain';

/** PostgreSQL hands out 64-bit integers as text. */
const asNumber: ValueTransformer = {
  to: (value: EpochMs | null): number | null => value,
  from: (value: string | number | null): number | null => (value === null ? null : Number(value)),
};

/** Time is epoch ms in a 64-bit integer: date types differ between databases. */
export const epochMs = { type: 'bigint', transformer: asNumber } as const satisfies ColumnOptions;

/** Ids of config and core: kebab-case, at most 40 of a person's choosing plus what the core appends. */
export const idText = { type: 'varchar', length: 128 } as const satisfies ColumnOptions;

/** Members of the domain's closed lists, stored as their word. */
export const word = { type: 'varchar', length: 32 } as const satisfies ColumnOptions;
