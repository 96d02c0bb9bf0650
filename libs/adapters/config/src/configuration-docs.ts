import { configJsonSchema, type JsonSchemaNode } from './json-schema.js';

const INTRO = `# Configuration

<!-- Written from the schema by "STANCE_WRITE_DOCS=1 npx jest libs/adapters/config"; a test compares. Do not edit. -->

One YAML file. Every key, its default and its range stand here; \`stance.example.yaml\` shows most of them in use, and
\`config.schema.json\` gives an editor completion. Unknown keys are refused. \`stance check\` lists every fault at once, each
with line, column and path. A change of the file takes effect at the next start and resets no clock.
`;

interface Section {
  readonly path: string;
  readonly node: JsonSchemaNode;
}

/** The object behind a key, or behind each item of its list. */
function sectionOf(path: string, node: JsonSchemaNode): Section | null {
  if (node.properties !== undefined) return { path, node };
  return node.items?.properties === undefined ? null : { path: `${path}[]`, node: node.items };
}

function valueText(node: JsonSchemaNode): string {
  if (node.const !== undefined) return `always ${JSON.stringify(node.const)}`;
  if (Array.isArray(node.enum)) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (typeof node.minimum === 'number') return `whole number ${node.minimum} to ${String(node.maximum)}`;
  return { string: 'text', boolean: '`true` or `false`', array: 'list', object: 'section' }[String(node.type)] ?? '';
}

function defaultText(section: JsonSchemaNode, key: string, node: JsonSchemaNode): string {
  if (section.required?.includes(key) === true) return 'required';
  const value = node.default;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `default \`${value.toString()}\``
    : 'optional';
}

function bullet({ path, node: section }: Section, key: string, node: JsonSchemaNode): string {
  const inner = sectionOf(path === '' ? key : `${path}.${key}`, node);
  const more = inner === null ? '' : ` See \`${inner.path}\`.`;
  const about = typeof node.description === 'string' ? ` ${node.description}` : '';
  return `- \`${key}\`: ${valueText(node)}; ${defaultText(section, key, node)}.${about}${more}`;
}

function chapters(section: Section): string[] {
  const entries = Object.entries(section.node.properties ?? {});
  const title = section.path === '' ? 'Top level' : `\`${section.path}\``;
  const chapter = [`## ${title}\n`, ...entries.map(([key, node]) => bullet(section, key, node)), ''].join('\n');
  const inner = entries.flatMap(
    ([key, node]) => sectionOf(section.path === '' ? key : `${section.path}.${key}`, node) ?? [],
  );
  return [chapter, ...inner.flatMap(chapters)];
}

/** The text of docs/configuration.md. */
export const configurationDocs = (): string => [INTRO, ...chapters({ path: '', node: configJsonSchema() })].join('\n');
