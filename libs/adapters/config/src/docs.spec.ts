import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationDocs } from './configuration-docs.js';
import { configJsonSchema } from './json-schema.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const WRITE = process.env.STANCE_WRITE_DOCS === '1';

describe('the written reference of the config', () => {
  it.each([
    ['docs/config.schema.json', () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
    ['docs/configuration.md', configurationDocs],
  ])('%s is what the schema says now', (file, expected) => {
    const path = resolve(ROOT, file);
    if (WRITE) writeFileSync(path, expected());
    expect(readFileSync(path, 'utf8')).toBe(expected());
  });
});
