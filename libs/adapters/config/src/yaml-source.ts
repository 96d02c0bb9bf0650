import { type Document, isAlias, isMap, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import { type ConfigProblem } from './problem.js';

/** Own words per fault: those of the YAML library may quote the text, and the text may hold a password. */
const SYNTAX: Readonly<Record<string, readonly [cause: string, fix: string]>> = {
  BAD_ALIAS: ['a value that starts with "*" refers to an anchor that does not exist', 'Put the value in quotes.'],
  BAD_INDENT: ['the indentation does not fit, or a bracket is not closed', 'Indent by two spaces per level.'],
  BAD_SCALAR_START: ['the value starts with a character YAML keeps for itself', 'Put the value in quotes.'],
  BLOCK_AS_IMPLICIT_KEY: [
    'two "key: value" stand on one line',
    'Put each on a line of its own, or the value in quotes.',
  ],
  DUPLICATE_KEY: ['the key is there twice', 'Remove one of the two.'],
  MISSING_CHAR: ['a closing bracket, a comma, a quote or a ":" is missing', 'Compare with stance.example.yaml.'],
  MULTIPLE_DOCS: ['the file holds more than one document', 'Remove the line "---" between them.'],
  NON_STRING_KEY: ['a key is not plain text', 'Put the key in quotes.'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'Use spaces.'],
  TAG_RESOLVE_FAILED: [
    'a "!tag" is used',
    'Tags such as !secret are not read here; use password_file or password_env.',
  ],
};
const OTHER_SYNTAX = ['this is not valid YAML', 'Compare with stance.example.yaml.'] as const;

/** One step down: the node, and where it starts as seen by a person (at its key, if it has one). */
interface Step {
  readonly node: Node | null;
  readonly offset: number | undefined;
}

function stepInto(node: Node | null, key: PropertyKey): Step | null {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? null : { node: item, offset: item.range?.[0] };
  }
  if (!isMap<Scalar, Node | null>(node)) return null;
  const pair = node.items.find((item) => String(item.key.value) === String(key));
  return pair === undefined ? null : { node: pair.value, offset: pair.key.range?.[0] };
}

/** The text of a config file: its plain data, its syntax faults, and where each path stands. */
export class YamlSource {
  readonly problems: readonly ConfigProblem[];
  /** The data as plain objects; undefined where there are problems. */
  readonly data: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  constructor(text: string) {
    // prettyErrors would copy the faulty line into the message.
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, stringKeys: true });
    const faults = [...this.document.errors, ...this.document.warnings].map((fault) => {
      const [cause, fix] = SYNTAX[fault.code] ?? OTHER_SYNTAX;
      return { ...this.at(fault.pos[0]), path: '', cause, fix };
    });
    if (faults.length === 0) this.data = this.plainData(faults);
    this.problems = faults;
  }

  /** Line and column of the value at the path, or of the nearest part above it that exists. */
  locate(path: readonly PropertyKey[]): { readonly line: number; readonly column: number } {
    let node: Node | null = this.document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const key of path) {
      const step = stepInto(isAlias(node) ? (node.resolve(this.document) ?? null) : node, key);
      if (step === null) break;
      node = step.node;
      offset = step.offset ?? offset;
    }
    return this.at(offset);
  }

  private plainData(faults: ConfigProblem[]): unknown {
    try {
      return this.document.toJS();
    } catch {
      // The library counts how often aliases repeat: "billion laughs" would fill the memory.
      faults.push({ line: 1, column: 1, path: '', cause: 'aliases repeat far too much', fix: 'Write the values out.' });
      return undefined;
    }
  }

  private at(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}
