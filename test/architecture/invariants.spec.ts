import { filesOf, textOf } from './tree.js';

interface Rule {
  readonly page: string;
  readonly id: string;
  readonly status: string;
}

const rules = (page: string): Rule[] =>
  [...textOf(page).matchAll(/^\| ([SC]-\d\d) +\|.*\| (\w+) +\|$/gm)].map(([, id, status]) => ({
    page,
    id: id!,
    status: status!,
  }));

const RULES = [...rules('docs/safety.md'), ...rules('docs/policy.md')];
const SPECS = filesOf('libs').filter((file) => file.endsWith('.spec.ts'));
/** Everything quoted in a spec: test names, also those handed to a helper. */
const quoted = SPECS.flatMap((file) =>
  [...textOf(file).matchAll(/'([^'\n]+)'|"([^"\n]+)"|`([^`\n]+)`/g)].map((match) => match[0]),
);

describe('The rules of docs/safety.md and docs/policy.md', () => {
  it('are complete: S-01 to S-18 and C-01 to C-18, each tested or planned', () => {
    const expected = ['S', 'C'].flatMap((letter) =>
      Array.from({ length: 18 }, (_, index) => `${letter}-${String(index + 1).padStart(2, '0')}`),
    );
    expect(RULES.map(({ id }) => id)).toEqual(expected);
    expect(RULES.filter(({ status }) => status !== 'tested' && status !== 'planned')).toEqual([]);
  });

  it.each(RULES.filter(({ status }) => status === 'tested'))(
    '$id ($page) is carried by a test of that name',
    ({ id }) => {
      expect(quoted.filter((name) => name.includes(id)).length).toBeGreaterThan(0);
    },
  );
});
