import fc from 'fast-check';
import { epoch } from '#libs/domain';
import { type Message, parseCommand, type Parsed } from './command.mapper.js';
import { specOf, templateOf } from './topic-map.js';
import { topics } from './topics.js';

const names = topics('7c1');
const NOW = epoch(Date.UTC(2026, 0, 5, 8));
const NOW_S = NOW / 1000;

type Command =
  | readonly ['desk', 'target/set' | 'preset/set' | 'stop/set']
  | readonly ['person', 'mode/set' | 'confirm/set' | 'later/set' | 'snooze/set'];
const ALL: readonly Command[] = [
  ['desk', 'target/set'],
  ['desk', 'preset/set'],
  ['desk', 'stop/set'],
  ['person', 'mode/set'],
  ['person', 'confirm/set'],
  ['person', 'later/set'],
  ['person', 'snooze/set'],
];

const message = ([kind, property]: Command, payload: string | Uint8Array, more: Partial<Message> = {}): Message => {
  const id = kind === 'desk' ? 'linak-office' : 'ada';
  const template = templateOf(kind, property)!;
  return {
    topic: names.fill(template, id),
    address: { template, kind, id },
    spec: specOf(template),
    payload: Buffer.from(payload),
    retained: false,
    at: NOW,
    sequence: 1,
    ...more,
  };
};

const ageOf = (parsed: Parsed) => (parsed.ok && 'age' in parsed.command ? parsed.command.age : null);

describe('parseCommand', () => {
  const target = ['desk', 'target/set'] as const;

  it.each<readonly [string, Command, string, unknown]>([
    [
      'a height as Home Assistant writes it',
      target,
      `{"value": 900, "created": ${String(NOW_S - 0.5)} }`,
      { kind: 'height', deskId: 'linak-office', heightMm: 900, age: { ageMs: 500 } },
    ],
    [
      'a height with the id of its sender',
      target,
      `{"value":900.5,"created":${String(NOW_S)},"id":"job-7"}`,
      { heightMm: 900.5, age: { commandId: 'job-7', ageMs: 0 } },
    ],
    ['a bare height', target, '900', { heightMm: 900, age: { ageMs: null } }],
    [
      'a preset',
      ['desk', 'preset/set'],
      `{"value": "stand", "created": ${String(NOW_S)}}`,
      { kind: 'preset', preset: 'stand', age: { ageMs: 0 } },
    ],
    ['a bare preset', ['desk', 'preset/set'], 'sit', { kind: 'preset', preset: 'sit', age: { ageMs: null } }],
    [
      'a confirmation',
      ['person', 'confirm/set'],
      `{"value": "confirm", "created": ${String(NOW_S - 30)}}`,
      { kind: 'confirm', personId: 'ada', age: { ageMs: 30_000 } },
    ],
    ['a stop of any content', ['desk', 'stop/set'], 'x', { kind: 'stop', deskId: 'linak-office' }],
    ['a later', ['person', 'later/set'], 'PRESS', { kind: 'later', personId: 'ada' }],
    ['a snooze', ['person', 'snooze/set'], '30', { kind: 'snooze', personId: 'ada', minutes: 30 }],
    ['a mode', ['person', 'mode/set'], 'observe', { kind: 'mode', personId: 'ada', mode: 'observe' }],
  ])('understands %s', (_, command, payload, expected) => {
    expect(parseCommand(message(command, payload), false)).toMatchObject({ ok: true, command: expected });
  });

  it.each<readonly [string, Command, string]>([
    ['JSON that does not end', target, '{"value": 900'],
    ['a text for a height', target, '{"value": "900", "created": 1}'],
    ['no number', target, '0x384'],
    ['a number in words of a program', target, 'Infinity'],
    ['nothing but a unit', target, '900mm'],
    ['a created that is no number', target, `{"value": 900, "created": "${String(NOW_S)}"}`],
    ['a created before 1970', target, '{"value": 900, "created": -1}'],
    ['an id that is no text', target, `{"value": 900, "created": ${String(NOW_S)}, "id": 7}`],
    ['no word for a preset', ['desk', 'preset/set'], '{"value": null}'],
    ['another word than confirm', ['person', 'confirm/set'], 'yes'],
    ['an unknown mode', ['person', 'mode/set'], 'auto'],
    ['a snooze of no time', ['person', 'snooze/set'], '0'],
    ['a snooze of days', ['person', 'snooze/set'], '1440'],
    ['a later of another word', ['person', 'later/set'], 'never'],
    ['more than a kilobyte', target, `{"value": 900, "pad": "${'x'.repeat(1024)}"}`],
  ])('refuses %s, in words', (_, command, payload) => {
    const parsed = parseCommand(message(command, payload), false);
    expect(parsed).toEqual({ ok: false, reason: expect.stringMatching(/\w/) as string });
  });

  it('takes bare movements as fresh only where the config says so', () => {
    expect(ageOf(parseCommand(message(target, '900'), true))?.ageMs).toBe(0);
    expect(ageOf(parseCommand(message(target, '900'), false))?.ageMs).toBeNull();
  });

  it('calls a command from the far future as stale as it is far', () => {
    expect(ageOf(parseCommand(message(target, `{"value":900,"created":${String(NOW_S + 9)}}`), false))?.ageMs).toBe(0);
    expect(ageOf(parseCommand(message(target, `{"value":900,"created":${String(NOW_S + 42)}}`), false))?.ageMs).toBe(
      42_000,
    );
    // Milliseconds where seconds belong, the commonest mistake.
    expect(
      ageOf(parseCommand(message(target, `{"value":900,"created":${String(NOW)}}`), false))?.ageMs,
    ).toBeGreaterThan(1e12);
  });

  it('passes the retain flag on for movements, obeys a retained stop, and refuses every other retained command', () => {
    expect(ageOf(parseCommand(message(target, '900', { retained: true }), true))?.retained).toBe(true);
    expect(parseCommand(message(['desk', 'stop/set'], 'PRESS', { retained: true }), false).ok).toBe(true);
    for (const property of ['mode/set', 'later/set', 'snooze/set'] as const)
      for (const payload of ['off', 'later', '30'])
        expect(parseCommand(message(['person', property], payload, { retained: true }), false).ok).toBe(false);
  });

  it('gives a command that is sent twice one id, and two bare commands two', () => {
    const twice = `{"value":900,"created":${String(NOW_S)}}`;
    const id = (payload: string, more: Partial<Message> = {}) =>
      ageOf(parseCommand(message(target, payload, more), false))?.commandId;
    expect(id(twice, { sequence: 2, at: epoch(NOW + 5) })).toBe(id(twice));
    expect(id(twice)).toMatch(/^[0-9a-f]{16}$/);
    expect(id(`{"value":901,"created":${String(NOW_S)}}`)).not.toBe(id(twice));
    expect(id('900', { sequence: 2 })).not.toBe(id('900'));
  });

  describe('S-13: no movement is fresh unless its sender says when it was made, at most 10 s from now', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({
          value: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(900, 720.5, 'sit', 'confirm') }, fc.anything()),
          created: fc.oneof(
            { weight: 4, arbitrary: fc.double({ min: -30, max: 30, noNaN: true }).map((s) => NOW_S + s) },
            fc.anything(),
          ),
          id: fc.option(fc.string(), { nil: undefined }),
        })
        .map((fields) =>
          Buffer.from(JSON.stringify(fields, (_, value: unknown) => (typeof value === 'bigint' ? null : value))),
        ),
    );

    const createdOf = (bytes: Buffer): number => {
      try {
        return Number((JSON.parse(bytes.toString()) as { created?: unknown }).created);
      } catch {
        return Number.NaN;
      }
    };

    const holds = (parse: typeof parseCommand): { readonly failed: boolean; readonly fresh: number } => {
      let fresh = 0;
      const property = fc.property(
        fc.constantFrom(...ALL, target, target, target),
        payload,
        fc.boolean(),
        (command, bytes, retained) => {
          const age = ageOf(parse(message(command, bytes, { retained }), false));
          if (age === null) return true;
          if (age.retained !== retained) return false;
          if (age.ageMs === null || age.ageMs > 10_000) return true;
          fresh += 1;
          return Math.abs(createdOf(bytes) * 1000 - NOW) <= 10_000.5;
        },
      );
      return { failed: fc.check(property, { numRuns: 3000, seed: 13 }).failed, fresh };
    };

    it('holds for any bytes on any command topic, which never throw', () => {
      const { failed, fresh } = holds(parseCommand);
      expect(failed).toBe(false);
      expect(fresh).toBeGreaterThan(100);
    });

    it('catches a parser that takes a future command as fresh', () => {
      const planted: typeof parseCommand = (given, bare) => {
        const parsed = parseCommand(given, bare);
        if (!parsed.ok || !('age' in parsed.command) || parsed.skewMs === null || parsed.skewMs < 0) return parsed;
        return { ...parsed, command: { ...parsed.command, age: { ...parsed.command.age, ageMs: 0 } } };
      };
      expect(holds(planted).failed).toBe(true);
    });
  });
});
