import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../../..');
const HERE = 'libs/adapters/storage';

/** Calls that write past the one writer: TypeORM repositories, managers and transactions. */
const WRITES =
  /\b(?:repository|repo|manager|entityManager|dataSource)\.(?:save|insert|update|upsert|delete|remove)\(|\.transaction\(/i;

const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => relative('.', join(folder, name)))
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'));

/** The offending lines of a source outside the storage library. */
const offences = (path: string, text: string): string[] => {
  if (path.startsWith(HERE)) return [];
  const imports = /from 'typeorm'|from '@nestjs\/typeorm'/.test(text) ? [`${path}: imports TypeORM`] : [];
  const lines = text
    .split('\n')
    .flatMap((line, index) => (WRITES.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
  return [...imports, ...lines];
};

describe('the database has one writer', () => {
  it('and nobody else: no TypeORM, no repository write, no transaction outside the storage library', () => {
    const files = [...sources('apps'), ...sources('libs')].filter((path) => !path.startsWith(HERE));
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((path) => offences(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  it.each([
    "import { DataSource } from 'typeorm';",
    'await this.repository.save(row);',
    'await dataSource.transaction(work);',
    'await manager.insert(Row, row);',
  ])('catches %s', (line) => {
    expect(offences('apps/hub/src/planted.ts', line)).toHaveLength(1);
  });
});
