import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar, visit } from 'yaml';
import { type z } from 'zod';

/** What is wrong in a file, where. Paths are dotted, lines and columns count from 1. */
export interface FileProblem {
  readonly file: string;
  readonly line: number | null;
  readonly path: string;
  readonly message: string;
}

/** One YAML file, read against a schema. `place` finds the line of a path for problems of meaning. */
export interface ParsedFile<T> {
  readonly file: string;
  /** Null when there are problems. */
  readonly value: T | null;
  readonly problems: readonly FileProblem[];
  readonly place: (path: string, message: string) => FileProblem;
}

/** Looks like the hex of a UUID: unquoted, YAML reads `1811` as a number and `1e10` as ten thousand million. */
const LOOKS_LIKE_UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;
const UUID_KEYS: ReadonlySet<unknown> = new Set(['service', 'uuid']);

export const parseProfileFile = <T extends z.ZodType>(
  file: string,
  text: string,
  schema: T,
): ParsedFile<z.output<T>> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined): number | null =>
    offset === undefined ? null : lines.linePos(offset).line;

  const place = (path: string, message: string): FileProblem => {
    const keys = path === '' ? [] : path.split('.');
    return { file, line: lineAt(offsetOf(document.contents, keys)), path, message };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lineAt(error.pos[0]),
      path: '',
      message: error.message,
    }));
    return { file, value: null, problems, place };
  }
  const unquoted = unquotedHex(document).map((offset) => ({
    file,
    line: lineAt(offset),
    path: '',
    message: 'quote hex values',
  }));
  const result = schema.safeParse(document.toJS());
  if (result.success && unquoted.length === 0) return { file, value: result.data, problems: [], place };
  const issues = result.success ? [] : result.error.issues;
  return {
    file,
    value: null,
    problems: [...unquoted, ...issues.map((issue) => place(issue.path.join('.'), issue.message))],
    place,
  };
};

/** Offset of the deepest existing node on the path. */
const offsetOf = (root: Node | null, keys: readonly string[]): number | undefined => {
  let node: unknown = root;
  let offset = root?.range?.[0];
  for (const key of keys) {
    const next: unknown = isMap(node) ? node.get(key, true) : isSeq(node) ? node.get(Number(key), true) : undefined;
    if (!isMap(next) && !isSeq(next) && !isScalar(next)) break;
    node = next;
    offset = next.range?.[0];
  }
  return offset;
};

const unquotedHex = (document: ReturnType<typeof parseDocument>): readonly number[] => {
  const found: number[] = [];
  visit(document, {
    Pair(_, pair) {
      const named = isScalar(pair.key) && UUID_KEYS.has(pair.key.value);
      if (named && isScalar(pair.value) && pair.value.type === Scalar.PLAIN) found.push(pair.value.range?.[0] ?? 0);
    },
    Scalar(key, scalar) {
      const listed =
        typeof key === 'number' && scalar.type === Scalar.PLAIN && LOOKS_LIKE_UUID.test(String(scalar.value));
      if (listed) found.push(scalar.range?.[0] ?? 0);
    },
  });
  return found;
};
