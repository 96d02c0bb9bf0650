import path from 'node:path';
import { exists, filesOf, textOf } from './tree.js';

const MARKDOWN = filesOf().filter((file) => file.endsWith('.md'));
const CODE = filesOf().filter((file) => /\.(ts|mjs|cjs|yaml)$/.test(file) && !file.startsWith('test/architecture/'));

/** Files and folders named in backticks; patterns and placeholders are not names. */
const namedFiles = (text: string): string[] =>
  [...text.matchAll(/`((?:apps|libs|test|docs|scripts|device-profiles)\/[^`\s]*)`/g)]
    .map(([, name]) => name!)
    .filter((name) => !/[*<>{}]/.test(name));

const linkTargets = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

/** Code with its comment lines joined, so that a citation may wrap. */
const unwrapped = (text: string): string => text.replace(/\n\s*(\*|\/\/|#)\s*/g, ' ');

const citations = CODE.flatMap((file) =>
  [...unwrapped(textOf(file)).matchAll(/(docs\/[\w./-]+\.md)(?:`?,? "([^"]+)")?/g)].map(([, page, heading]) => ({
    file,
    page: page!,
    heading: heading ?? null,
  })),
);

/** What may be cited of a page: its headings, and of the glossary its words. */
const sections = (page: string): string[] =>
  [...textOf(page).matchAll(page === 'docs/glossary.md' ? /^\| ([^|]+)\|/gm : /^#+ (.+)$/gm)].map(([, name]) =>
    name!.trim(),
  );

describe('The documents', () => {
  it.each(MARKDOWN)('%s names only files that exist', (file) => {
    expect(namedFiles(textOf(file)).filter((name) => !exists(name.replace(/\/$/, '')))).toEqual([]);
  });

  it('the way of the data is told with at least eight files', () => {
    expect(namedFiles(textOf('docs/architecture.md')).length).toBeGreaterThanOrEqual(8);
  });

  it.each(MARKDOWN)('%s links only to what exists', (file) => {
    const broken = linkTargets(textOf(file)).filter(
      (target) => !exists(path.posix.join(path.posix.dirname(file), target)),
    );
    expect(broken).toEqual([]);
  });

  it('every page and section that code cites exists', () => {
    const lost = citations.filter(
      ({ page, heading }) => !exists(page) || (heading !== null && !sections(page).includes(heading)),
    );
    expect(citations.length).toBeGreaterThan(5);
    expect(lost).toEqual([]);
  });
});
