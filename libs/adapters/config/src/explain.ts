import { type core } from 'zod';
import { type PathProblem } from './problem.js';

const SEE_DOCS = 'See docs/configuration.md.';

/** Values of these keys are never repeated in a message. */
const SECRETS: ReadonlySet<PropertyKey> = new Set(['password', 'url']);

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a section of keys',
  array: 'a list',
};

const kindOf = (value: unknown): string => {
  if (value === null) return 'empty';
  return KINDS[Array.isArray(value) ? 'array' : typeof value] ?? 'something else';
};

const shown = (path: readonly PropertyKey[], value: unknown): string =>
  SECRETS.has(path.at(-1) ?? '') ? 'the value' : JSON.stringify(value);

const bound = (issue: core.$ZodIssueTooSmall | core.$ZodIssueTooBig): string => {
  const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return issue.origin === 'string' ? `${limit} characters` : limit;
};

function wrongType(issue: core.$ZodIssueInvalidType): [cause: string, fix: string] {
  const expected = KINDS[issue.expected] ?? issue.expected;
  if (issue.input === undefined) return ['the key is missing', `Add it; it takes ${expected}.`];
  if (issue.expected === 'int') return [`${JSON.stringify(issue.input)} is not a whole number`, 'Round it.'];
  return [`${kindOf(issue.input)} stands where ${expected} belongs`, `Write ${expected}.`];
}

function wrongValue(issue: core.$ZodIssueInvalidValue): [cause: string, fix: string] {
  const fix = `Write ${issue.values.map(String).join(' or ')}.`;
  if (issue.input === undefined) return ['the key is missing', `Add it. ${fix}`];
  return [`${shown(issue.path, issue.input)} is not one of the values`, fix];
}

function words(issue: core.$ZodIssue): [cause: string, fix: string] {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue);
    case 'invalid_value':
      return wrongValue(issue);
    case 'too_small':
    case 'too_big':
      return [`${shown(issue.path, issue.input)} is out of range`, `Write ${bound(issue)}.`];
    case 'invalid_format':
      return [`${shown(issue.path, issue.input)} has the wrong form`, issue.message];
    case 'custom':
      return [issue.message, String(issue.params?.fix ?? SEE_DOCS)];
    default:
      return [issue.message, SEE_DOCS];
  }
}

/** What one schema issue means for the person who wrote the file; one problem per unknown key. */
export function explain(
  issue: core.$ZodIssue,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): PathProblem[] {
  if (issue.code !== 'unrecognized_keys') {
    const [cause, fix] = words(issue);
    return [{ path: issue.path, cause, fix }];
  }
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    cause: 'there is no such key',
    fix: `Known here: ${keysAt(issue.path).join(', ')}.`,
  }));
}
