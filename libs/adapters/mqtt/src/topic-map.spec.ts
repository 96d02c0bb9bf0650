import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { templateOf, specOf, TEMPLATES } from './topic-map.js';
import { topicTable } from './topic-table.js';
import { topics } from './topics.js';

const PAGE = resolve(import.meta.dirname, '../../../../docs/mqtt.md');
const TABLE =
  /(<!-- topics: generated from libs\/adapters\/mqtt\/src\/topic-map\.ts -->\n\n)(?:[^]*?\n\n)?(<!-- topics end -->)/;

describe('the topic map', () => {
  it('is what docs/mqtt.md says', () => {
    const page = readFileSync(PAGE, 'utf8');
    const current = page.replace(TABLE, (_, start: string, end: string) => `${start}${topicTable()}\n\n${end}`);
    if (process.env.STANCE_WRITE_DOCS === '1') writeFileSync(PAGE, current);
    expect(TABLE.test(page)).toBe(true);
    expect(readFileSync(PAGE, 'utf8')).toBe(current);
  });

  it.each(TEMPLATES)('%s has kebab-case levels', (template) => {
    for (const level of template.split('/')) expect(level).toMatch(/^(<[a-z]+>|[a-z][a-z-]*)$/);
  });

  it('takes commands unretained at QoS 0, so that no broker keeps a movement for a hub that is away', () => {
    const commands = TEMPLATES.filter((template) => template.endsWith('/set'));
    expect(commands).toHaveLength(7);
    for (const template of commands)
      expect(specOf(template)).toMatchObject({ direction: 'in', retained: false, qos: 0 });
  });

  it('publishes states, documents and availability retained and events not', () => {
    for (const template of TEMPLATES.filter((name) => specOf(name).direction === 'out'))
      expect([template, specOf(template).retained]).toEqual([template, specOf(template).payload !== 'event']);
  });

  it('has a state topic of the same name for each height, preset and mode that can be set', () => {
    for (const [kind, property] of [
      ['desk', 'target'],
      ['desk', 'preset'],
      ['person', 'mode'],
    ] as const)
      expect(templateOf(kind, property)).not.toBeNull();
  });
});

describe('topics', () => {
  const names = topics('7c1');

  it('builds and reads the same topics', () => {
    expect(names.status).toBe('stance/7c1/status');
    expect(names.of('desk', 'e11d2f0a', 'height')).toBe('stance/7c1/desk/e11d2f0a/height');
    expect(names.of('band', 'wrist', 'heart-rate')).toBe('stance/7c1/health/band/wrist/heart-rate');
    expect(names.parse('stance/7c1/desk/e11d2f0a/target/set')).toEqual({
      template: '<base>/<hub>/desk/<id>/target/set',
      kind: 'desk',
      id: 'e11d2f0a',
    });
    expect(names.parse('stance/7c1/health/band/wrist/steps')).toMatchObject({ kind: 'band', id: 'wrist' });
  });

  it.each([
    'stance/7c1',
    'stance/7c1/',
    'stance/7c1/status',
    'stance/other/desk/a/height',
    'stance/7c1/desk//height',
    'stance/7c1/desk/A B/height',
    'stance/7c1/desk/a/constructor',
    'stance/7c1/health/desk/a/height',
    'other/7c1/desk/a/height',
  ])('reads %s as no topic of a device', (topic) => {
    expect(names.parse(topic)).toBeNull();
  });

  it('takes a base of several levels', () => {
    const deep = topics('7c1', 'home/stance');
    expect(deep.parse(deep.of('person', 'ada', 'posture'))).toMatchObject({ kind: 'person', id: 'ada' });
  });

  it.each([
    ['7C1', 'stance'],
    ['7c1', 'a/+'],
    ['a b', 'stance'],
    ['', 'stance'],
    ['7c1', '/stance'],
  ])('refuses the hub id "%s" below "%s" with its cause', (hubId, base) => {
    expect(() => topics(hubId, base)).toThrow(expect.objectContaining({ code: 'mqtt.bad-topic-level' }) as Error);
  });
});
