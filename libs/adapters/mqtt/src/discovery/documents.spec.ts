import { type Household } from '#libs/application';
import { MOTION_STATES, MOVE_OUTCOMES, POSTURES, PROMPT_KINDS } from '#libs/domain';
import { aBandSnapshot, aDeskSnapshot, aHousehold, aHubSnapshot, aPersonSnapshot } from '#libs/testing';
import { encode, type Value } from '../payload.js';
import { bandStates, deskStates, hubStates, personStates } from '../states.mapper.js';
import { type Kind, specOf, TEMPLATES, templateOf } from '../topic-map.js';
import { topics } from '../topics.js';
import { documents } from './documents.js';

type Units = 'mm' | 'cm' | 'inch';
interface Component {
  readonly platform: string;
  readonly [key: string]: unknown;
}
interface Document {
  readonly device: Readonly<Record<string, unknown>>;
  readonly availability: readonly { readonly topic: string }[];
  readonly components: Readonly<Record<string, Component>>;
}

const names = topics('7c1');
const build = (household: Household, units: Units = 'mm', publishHealth = true): ReadonlyMap<string, Document> =>
  new Map(
    [...documents(household, names, { discoveryPrefix: 'homeassistant', units, publishHealth })].map(
      ([topic, text]) => [topic, JSON.parse(text) as Document],
    ),
  );
const of = (found: ReadonlyMap<string, Document>, object: string): Document =>
  found.get(`homeassistant/device/stance_7c1_${object}/config`)!;
const aDesk = (change: Partial<Household['desks'][number]>): Household => {
  const household = aHousehold();
  return { ...household, desks: household.desks.map((desk) => ({ ...desk, ...change })) };
};

/** What Home Assistant 2026 takes per platform (home-assistant/core components/mqtt), of the keys we use. */
const KEYS: Readonly<Record<string, { readonly required: readonly string[]; readonly allowed: readonly string[] }>> = {
  sensor: {
    required: ['state_topic'],
    allowed: [
      'device_class',
      'state_class',
      'unit_of_measurement',
      'options',
      'suggested_display_precision',
      'value_template',
    ],
  },
  binary_sensor: { required: ['state_topic'], allowed: ['device_class', 'payload_on', 'payload_off'] },
  number: {
    required: ['command_topic'],
    allowed: [
      'state_topic',
      'device_class',
      'unit_of_measurement',
      'min',
      'max',
      'step',
      'mode',
      'value_template',
      'command_template',
    ],
  },
  select: { required: ['command_topic', 'options'], allowed: ['state_topic', 'command_template'] },
  button: { required: ['command_topic'], allowed: ['command_template', 'payload_press'] },
  event: { required: ['state_topic', 'event_types'], allowed: [] },
};
const COMMON = [
  'platform',
  'unique_id',
  'name',
  'default_entity_id',
  'entity_category',
  'enabled_by_default',
  'availability',
];

const components = (found: ReadonlyMap<string, Document>): readonly (readonly [string, Component])[] =>
  [...found.values()].flatMap(({ components: parts }) => Object.entries(parts));

describe('discovery documents', () => {
  it('are these, byte for byte', () => {
    const found = documents(aHousehold(), names, {
      discoveryPrefix: 'homeassistant',
      units: 'mm',
      publishHealth: true,
    });
    expect(
      Object.fromEntries([...found].map(([topic, text]) => [topic, JSON.parse(text) as unknown])),
    ).toMatchSnapshot();
    const again = documents(aHousehold(), names, {
      discoveryPrefix: 'homeassistant',
      units: 'mm',
      publishHealth: true,
    });
    expect([...again]).toEqual([...found]);
    expect([...found].map(([topic, text]) => [topic, text.slice(0, 80)])).toMatchSnapshot('order of keys');
  });

  it('name only keys that Home Assistant knows, and all that it needs', () => {
    for (const units of ['mm', 'cm', 'inch'] as const)
      for (const [key, part] of components(build(aHousehold(), units))) {
        const { required, allowed } = KEYS[part.platform]!;
        expect([key, Object.keys(part).filter((name) => ![...COMMON, ...required, ...allowed].includes(name))]).toEqual(
          [key, []],
        );
        for (const name of required) expect([key, part[name]]).toEqual([key, expect.anything()]);
        expect(Object.values(part).filter((value) => value === null)).toEqual([]);
      }
  });

  it('give each entity an id of its own that holds no name of the config', () => {
    const ids = components(build(aHousehold())).map(([, part]) => String(part.unique_id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^stance_7c1_(hub_7c1|desk_linak-office|band_wrist|person_ada)_[a-z-]+$/);
  });

  it('follow the cross rules of sensors: options with enum only, no unit on timestamps, a unit where measured', () => {
    for (const [key, part] of components(build(aHousehold())).filter(([, { platform }]) => platform === 'sensor')) {
      expect([key, part.options !== undefined]).toEqual([key, part.device_class === 'enum']);
      if (part.device_class === 'enum' || part.device_class === 'timestamp')
        expect([key, part.unit_of_measurement, part.state_class]).toEqual([key, undefined, undefined]);
      if (part.state_class !== undefined) expect([key, part.unit_of_measurement]).toEqual([key, expect.any(String)]);
    }
  });

  it('generate their choices from the domain, posture without unknown', () => {
    const found = build(aHousehold());
    expect(of(found, 'desk_linak-office').components.motion!.options).toEqual(MOTION_STATES);
    expect(of(found, 'desk_linak-office').components['last-result']!.options).toEqual(MOVE_OUTCOMES);
    expect(of(found, 'person_ada').components.posture!.options).toEqual(
      POSTURES.filter((posture) => posture !== 'unknown'),
    );
    expect(of(found, 'person_ada').components.prompt!.options).toEqual([...PROMPT_KINDS, 'no-prompt']);
  });

  it('need hub and link, but let the Bluetooth entity say that the link is gone', () => {
    const desk = of(build(aHousehold()), 'desk_linak-office');
    expect(desk.availability).toEqual([
      { topic: 'stance/7c1/status' },
      { topic: 'stance/7c1/desk/linak-office/status' },
    ]);
    expect(desk.components.link!.availability).toEqual([{ topic: 'stance/7c1/status' }]);
    expect(of(build(aHousehold()), 'person_ada').availability).toEqual([{ topic: 'stance/7c1/status' }]);
  });

  it('leave the target out until the range is known, and the preset list while there is none', () => {
    const { components: parts } = of(build(aDesk({ limits: null, presets: ['None'] })), 'desk_linak-office');
    expect(Object.keys(parts)).not.toEqual(expect.arrayContaining(['target']));
    expect(Object.keys(parts)).not.toEqual(expect.arrayContaining(['preset']));
    expect(parts.height).toBeDefined();
  });

  it('remove steps and heart rate where health is not published', () => {
    const { components: parts } = of(build(aHousehold(), 'mm', false), 'band_wrist');
    expect(parts.steps).toEqual({ platform: 'sensor' });
    expect(parts['heart-rate']).toEqual({ platform: 'sensor' });
    expect(JSON.stringify([...build(aHousehold(), 'mm', false)])).not.toContain('/health/');
  });

  it('let every command that can move furniture carry the second it was made in', () => {
    for (const template of TEMPLATES.filter((name) =>
      ['height-command', 'preset-command', 'confirm-command'].includes(specOf(name).payload),
    )) {
      const topic = template
        .replace('<base>/<hub>', 'stance/7c1')
        .replace('<id>', template.includes('desk') ? 'linak-office' : 'ada');
      const [, part] = components(build(aHousehold())).find(([, { command_topic: to }]) => to === topic)!;
      expect(part.command_template).toMatch(/"created": \{\{ now\(\)\.timestamp\(\) \}\} \}$/);
    }
  });

  it('wish for entity ids of plain letters', () => {
    expect(of(build(aHousehold()), 'desk_linak-office').components.height!.default_entity_id).toBe(
      'sensor.hohentisch_simulated_height',
    );
    expect(of(build(aDesk({ name: '机' })), 'desk_linak-office').components.height!.default_entity_id).toBe(
      'sensor.linak_office_height',
    );
  });
});

/** A state as Home Assistant reads it by the component's template: the templates used are few and known. */
const render = (template: unknown, payload: string): string => {
  if (typeof template !== 'string' || template === '{{ value }}') return payload;
  if (template === "{{ None if value == 'unknown' else value }}") return payload === 'unknown' ? 'None' : payload;
  const scaled = /^\{\{ value if value == 'None' else \(value \| float \/ ([\d.]+)\) \| round\((\d)\) \}\}$/.exec(
    template,
  );
  if (scaled === null) throw new Error(`a template the test does not know: ${template}`);
  return payload === 'None'
    ? payload
    : String(Number((Number(payload) / Number(scaled[1])).toFixed(Number(scaled[2]))));
};

/** What Home Assistant checks, in its order: the first rule that applies to a component judges its state. */
const RULES: readonly {
  readonly name: string;
  readonly applies: (part: Component, state: string) => boolean;
  readonly takes: (part: Component, state: string) => boolean;
}[] = [
  {
    name: 'no on/off word',
    applies: ({ platform }) => platform === 'binary_sensor',
    takes: (part, state) => [part.payload_on ?? 'ON', part.payload_off ?? 'OFF', 'None'].includes(state),
  },
  { name: 'unknown', applies: (_, state) => state === 'None', takes: () => true },
  {
    name: 'no option',
    applies: ({ options }) => Array.isArray(options),
    takes: ({ options }, state) => (options as string[]).includes(state),
  },
  {
    name: 'no time with zone',
    applies: ({ device_class: kind }) => kind === 'timestamp',
    takes: (_, state) => /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(state),
  },
  {
    name: 'out of range',
    applies: ({ platform }) => platform === 'number',
    takes: ({ min, max }, state) => Number(state) >= Number(min) && Number(state) <= Number(max),
  },
  {
    name: 'no number',
    applies: ({ unit_of_measurement: unit }) => unit !== undefined,
    takes: (_, state) => /^-?\d+(\.\d+)?$/.test(state),
  },
  { name: 'empty or too long', applies: () => true, takes: (_, state) => state !== '' && state.length <= 255 },
];

/** Why Home Assistant would refuse or warn about a state, null where it takes it. */
const complaint = (part: Component, payload: string): string | null => {
  const state = render(part.value_template, payload);
  const rule = RULES.find(({ applies }) => applies(part, state))!;
  return rule.takes(part, state) ? null : `${rule.name}: ${state}`;
};

describe('the contract between documents and states', () => {
  const states = (): readonly (readonly [Kind, string, Readonly<Record<string, Value>>])[] => [
    ...[aHubSnapshot(), aHubSnapshot({ radio: 'unavailable', radioProblem: 'x'.repeat(400) })].map(
      (hub) => ['hub', '7c1', hubStates(hub, '1.2.3')] as const,
    ),
    ...[null, 0, 649.4, 649.6, 650, 720.4, 1249.5, 1250, 1250.4, 1251, Number.NaN].flatMap((heightMm) =>
      MOTION_STATES.flatMap((motion) =>
        [null, ...MOVE_OUTCOMES].map(
          (lastResult) =>
            [
              'desk',
              'linak-office',
              deskStates(
                aDeskSnapshot({
                  heightMm,
                  motion,
                  lastResult,
                  targetMm: motion === 'moving-up' ? 1100 : null,
                  preset: lastResult ? null : 'sit',
                  guards: ['locked-out', 'link-down'],
                }),
                aHousehold().desks[0]!.limits,
              ),
            ] as const,
        ),
      ),
    ),
    ...[
      aBandSnapshot(),
      aBandSnapshot({
        link: false,
        batteryPercent: null,
        rssiDbm: null,
        steps: null,
        heartRateBpm: null,
        lastSeen: null,
      }),
    ].map((band) => ['band', 'wrist', bandStates(band)] as const),
    ...POSTURES.map((posture) => {
      const { posture: estimate } = aPersonSnapshot();
      return [
        'person',
        'ada',
        personStates(
          aPersonSnapshot({
            posture: { ...estimate, posture, confidence: 1 / 3 },
            nextChangeAt: null,
            guards: [],
            reasonsText: 'ü'.repeat(300),
          }),
        ),
      ] as const;
    }),
  ];

  it.each<Units>(['mm', 'cm', 'inch'])('holds for every state of every topic, heights in %s', (units) => {
    const parts = components(build(aHousehold(), units)).map(([, part]) => part);
    const checked = new Set<string>();
    for (const [kind, id, values] of states())
      for (const [property, value] of Object.entries(values)) {
        const template = templateOf(kind, property)!;
        const topic = names.fill(template, id);
        for (const part of parts.filter(({ state_topic: from }) => from === topic)) {
          const payload = encode(specOf(template), value);
          expect([topic, payload, complaint(part, payload)]).toEqual([topic, payload, null]);
          checked.add(String(part.unique_id));
        }
      }
    // Every entity with a state was checked, events and buttons apart.
    const expected = parts.filter(({ platform }) => platform !== 'event' && platform !== 'button');
    expect(checked.size).toBe(expected.length);
  });

  it('would catch a state outside the range, the list and the words', () => {
    const { components: desk } = of(build(aHousehold()), 'desk_linak-office');
    expect(complaint(desk.target!, '600')).toBe('out of range: 600');
    expect(complaint(desk.motion!, 'flying')).toBe('no option: flying');
    expect(complaint(desk.moving!, 'true')).toBe('no on/off word: true');
    expect(complaint(desk.height!, 'NaN')).toBe('no number: NaN');
  });

  it('announces a topic for every state of the map', () => {
    const known = new Set(components(build(aHousehold())).map(([, { state_topic: topic }]) => topic));
    const ids: Readonly<Record<Kind, string>> = { hub: '7c1', desk: 'linak-office', band: 'wrist', person: 'ada' };
    for (const template of TEMPLATES.filter((name) => name.includes('<id>') && specOf(name).direction === 'out')) {
      const kind = (Object.keys(ids) as Kind[]).find((name) => template.includes(`/${name}/<id>`))!;
      expect([template, known.has(names.fill(template, ids[kind]))]).toEqual([template, true]);
    }
  });
});
