import { z } from 'zod';
import { configSchema } from './config.schema.js';

export interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** JSON Schema (draft 2020-12) of the config file, for editors: docs/config.schema.json. */
export function configJsonSchema(): JsonSchemaNode {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  return { ...schema, title: 'Stance configuration' } as JsonSchemaNode;
}

/** The keys a section may have. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let node: JsonSchemaNode | undefined = configJsonSchema();
  for (const key of path) node = typeof key === 'number' ? node?.items : node?.properties?.[String(key)];
  return Object.keys(node?.properties ?? {});
}
