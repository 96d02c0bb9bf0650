import { filesOf, textOf } from './tree.js';

const SELF = 'test/architecture/hygiene.spec.ts';
const FILES = filesOf().filter(
  (file) =>
    file !== SELF && file !== 'package-lock.json' && /\.(ts|mjs|cjs|js|json|ya?ml|md|sh|svg)$|^\.ci\//.test(file),
);
const SPECS = FILES.filter((file) => /\.(spec|e2e-spec)\.ts$/.test(file));
const CATALOGUE = FILES.filter((file) => file.startsWith('libs/application/src/text/') && !file.endsWith('.spec.ts'));

interface Hit {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const hits = (files: readonly string[], pattern: RegExp): Hit[] =>
  files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((text, index) => (pattern.test(text) ? [{ file, line: index + 1, text: text.trim() }] : [])),
  );

/** A suite that needs an installed program may skip; then the condition stands on the same line. */
const SKIP =
  /\b(?:describe|it|test)\.(?:only|todo|failing)\b|\b(?:xit|xdescribe|fit|fdescribe)\(|(?<!\? (?:describe|it|test) : )\b(?:describe|it|test)\.skip\b/;
const MACHINE_PATH =
  /(?<![\w.-])\/(?:work|root|home\/\w+|Users\/\w+)\/|(?:^|[^\w-])(?:\.\.\/)*shared\/(?:design|stack|coach|coaching|posture|peers|protocols|data)\b/;
/** docs/policy.md, "Wording". */
const DENIED =
  /\b(?:treat|cures?|heal|therapy|rehabilitat\w*|diagnos\w*|prevents?|relieve pain|fix your back|medical-grade|clinically proven|psoas|you must|you failed|lazy|bad posture|brace|tighten your core|suck in|engage your abs|pull your belly|instant|quick fix|kidney|fascia|per decade|acupuncture|craniosacral|chiropractic)\b/i;
const SIZE_RULE_OFF = /eslint-disable[\w-]*\s+[^-\n]*(?:max-lines|complexity|max-params)/;
const DISABLE_WITHOUT_REASON = /eslint-disable(?!.* --(?: \S|$))/;

describe('The tree', () => {
  it('has no skipped, focused or unwritten test', () => {
    expect(hits(SPECS, SKIP)).toEqual([]);
    expect(SPECS.length).toBeGreaterThan(5);
  });

  it('names no path of the machine it was written on', () => {
    expect(hits(FILES, MACHINE_PATH)).toEqual([]);
  });

  it('switches no size rule off, and no other rule without its reason', () => {
    expect(
      hits(
        FILES.filter((file) => /\.(ts|mjs|cjs)$/.test(file)),
        SIZE_RULE_OFF,
      ),
    ).toEqual([]);
    expect(
      hits(
        FILES.filter((file) => /\.(ts|mjs|cjs)$/.test(file)),
        DISABLE_WITHOUT_REASON,
      ),
    ).toEqual([]);
  });

  it('makes no medical claim, gives no blame and promises nothing in the words people read', () => {
    expect(CATALOGUE.length).toBeGreaterThan(0);
    expect(hits(CATALOGUE, DENIED)).toEqual([]);
  });

  it('keeps each device profile within 80 lines', () => {
    const profiles = FILES.filter((file) => file.startsWith('device-profiles/') && file.endsWith('.yaml'));
    expect(profiles.filter((file) => textOf(file).trimEnd().split('\n').length > 80)).toEqual([]);
  });

  it.each([
    ['a skipped test', SKIP, "it.skip('later', () => {});"],
    ['a focused suite', SKIP, "describe.only('this', () => {});"],
    ['a path of a machine', MACHINE_PATH, "readFileSync('/home/alice/stance.yaml')"],
    ['a medical claim', DENIED, 'Standing will heal your back.'],
    ['a size rule off', SIZE_RULE_OFF, '/* eslint-disable max-lines */'],
    ['a rule off without reason', DISABLE_WITHOUT_REASON, '// eslint-disable-next-line no-console'],
  ])('would notice %s', (_what, pattern, text) => {
    expect(text).toMatch(pattern);
  });

  it('lets a suite skip where a program may be missing', () => {
    expect('const suite = hasMosquitto ? describe : describe.skip;').not.toMatch(SKIP);
  });
});
