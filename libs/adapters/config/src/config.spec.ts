import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { type StanceError } from '#libs/application';
import {
  type ConfigProblem,
  type HubConfig,
  loadConfig,
  toMotionPolicy,
  toPersonPolicy,
  toWeekHours,
} from './index.js';

const EXAMPLE = resolve(import.meta.dirname, '../../../../stance.example.yaml');
const BERLIN = { env: {}, timeZone: 'Europe/Berlin' };

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'stance-config-'))));
afterEach(() => rm(folder, { recursive: true }));

async function load(yaml: string, surroundings: Parameters<typeof loadConfig>[1] = BERLIN): Promise<HubConfig> {
  const file = join(folder, 'stance.yaml');
  await writeFile(file, yaml);
  return loadConfig(file, surroundings);
}

const failure = async (loading: Promise<unknown>): Promise<StanceError> =>
  loading.then(
    () => {
      throw new Error('it loaded');
    },
    (error: unknown) => error as StanceError,
  );

/** `line:column path: cause. fix`, as few signs as the place of a fault needs. */
const problems = async (yaml: string, surroundings = BERLIN): Promise<string[]> => {
  const error = await failure(load(yaml, surroundings));
  expect({ code: error.code, owner: error.owner }).toEqual({ code: 'config.invalid', owner: 'user' });
  const list = error.context.problems as ConfigProblem[];
  for (const { line, column, path } of list) {
    const key = /(\w+)$/.exec(path)?.[1] ?? '';
    // Counted by hand nowhere: what stands at the reported place is the key itself.
    if (key !== '' && yaml.includes(`${key}: `))
      expect(yaml.split('\n')[line - 1]!.slice(column - 1)).toMatch(new RegExp(`^${key}\\b`));
  }
  return list.map(({ line, column, path, cause, fix }) => `${line}:${column} ${path}: ${cause}. ${fix}`);
};

const ID_FIX = 'Use lower-case letters and digits, joined by single dashes, such as "home-office".';
const desk = (more = '') => `{ id: d, name: D, profile: linak-dpg${more} }`;

describe('a valid config', () => {
  it('may say nothing but its version: everything else has a default, and nothing is simulated', async () => {
    expect(await load('config_version: 1\n')).toEqual({
      file: join(folder, 'stance.yaml'),
      config_version: 1,
      hub: { id: 'home', name: 'Stance' },
      time_zone: 'Europe/Berlin',
      units: 'cm',
      data_dir: join(folder, 'data'),
      publish_health: false,
      radios: [],
      mqtt: null,
      http: { port: 8_377 },
      commands: { remote: 'attended' },
      desks: [],
      bands: [],
      persons: [],
      day_starts_at: '04:00',
    });
  });

  it('has every number of a person from the policy, and mode observe, where the file is silent', async () => {
    const config = await load(`config_version: 1\ndesks: [${desk()}]\npersons: [{ id: p, name: P, desk: d }]\n`);
    const [person] = config.persons;
    expect(toPersonPolicy(person!)).toEqual({
      personId: 'p',
      deskId: 'd',
      bandId: null,
      mode: 'observe',
      sit: { softMin: 28, hardMin: 30 },
      stand: { softMin: 18, hardMin: 22, absoluteMaxMin: 60 },
      still: { softMin: 50, hardMin: 60 },
      presets: { sitMm: null, standMm: null },
      presence: { enterDbm: -70, leaveDbm: -80 },
      settleAfterReturnS: 60,
      repromptMin: 5,
      walkRepromptMin: 30,
      piggybackFromStillMin: 30,
      prompts: { perHourMax: 6, perDayMax: 24 },
    });
    const day = { from: '08:00', to: '18:00' };
    expect({ working: toWeekHours(person!.working_hours), quiet: toWeekHours(person!.quiet_hours) }).toEqual({
      working: { 1: day, 2: day, 3: day, 4: day, 5: day },
      quiet: {},
    });
  });

  it('is the example of the repository, and becomes the policy of its desk', async () => {
    const config = await loadConfig(EXAMPLE, BERLIN);
    expect(config.radios).toEqual([{ id: 'main', kind: 'noble', adapter: 0 }]);
    expect(toMotionPolicy(config, config.desks[0]!, 25)).toEqual({
      deskId: 'office',
      minMm: 650,
      maxMm: 1250,
      noGo: [{ fromMm: 880, toMm: 930 }],
      remoteCommands: 'attended',
      minMinutesBetweenMoves: 6,
      minSpeedMmS: 25,
      persons: [toPersonPolicy(config.persons[0]!)],
    });
    expect(config.persons[0]!.presets).toEqual({ sit_mm: 720, stand_mm: 1110 });
  });

  it.each([
    ['09:00-17:00', { from: '09:00', to: '17:00' }],
    ['22:00-06:00', { from: '22:00', to: '06:00' }],
    ['00:00-24:00', { from: '00:00', to: '00:00' }],
    ['18:00-24:00', { from: '18:00', to: '00:00' }],
  ])('reads the hours %s; days that are not named have none', async (text, range) => {
    const config = await load(
      `config_version: 1\ndesks: [${desk()}]\npersons: [{ id: p, name: P, desk: d, working_hours: { sun: "${text}" } }]\n`,
    );
    expect(toWeekHours(config.persons[0]!.working_hours)).toEqual({ 7: range });
  });

  it('may spell off without quotes and an address in capitals, and may use anchors', async () => {
    const config = await load(`
config_version: 1
commands: { remote: off }
desks: [${desk(', address: E1:1D:2F:0A:33:10')}]
persons:
  - { id: a, name: A, desk: d, mode: off, sit: &sit { soft_min: 20, hard_min: 25 } }
  - { id: b, name: B, desk: d, sit: *sit }
`);
    expect([config.commands.remote, config.desks[0]!.address, config.persons[0]!.mode, config.persons[1]!.sit]).toEqual(
      ['off', 'e1:1d:2f:0a:33:10', 'off', { soft_min: 20, hard_min: 25 }],
    );
  });

  it('takes UTC where the file says so itself', async () => {
    const config = await load('config_version: 1\ntime_zone: UTC\n', { env: {}, timeZone: 'UTC' });
    expect(config.time_zone).toBe('UTC');
  });
});

describe('a config with faults lists all of them, each with line, column, path, cause and fix', () => {
  it.each<[title: string, yaml: string, expected: string[]]>([
    ['nothing', '', ['1:1 : the file is empty. Start from stance.example.yaml.']],
    [
      'a list instead of keys',
      '- 1\n',
      ['1:1 : a list stands where a section of keys belongs. Write a section of keys.'],
    ],
    ['no version', 'units: cm\n', ['1:1 config_version: the key is missing. Add it. Write 1.']],
    [
      'a version of a later Stance',
      'config_version: 2\n',
      ['1:1 config_version: 2 is not one of the values. Write 1.'],
    ],
    [
      'an unknown key',
      'config_version: 1\ncommands:\n  remot: open\n',
      ['3:3 commands.remot: there is no such key. Known here: remote.'],
    ],
    [
      'an unknown key deep in a list',
      `config_version: 1\ndesks:\n  - id: d\n    name: D\n    profile: linak-dpg\n    limit: 5\n`,
      [
        '6:5 desks[0].limit: there is no such key. Known here: id, name, profile, address, limits, no_go, min_minutes_between_moves.',
      ],
    ],
    [
      'a wrong word',
      'config_version: 1\nunits: feet\n',
      ['2:1 units: "feet" is not one of the values. Write mm or cm or inch.'],
    ],
    [
      'text for a number',
      'config_version: 1\nhttp: { port: web }\n',
      ['2:9 http.port: text stands where a number belongs. Write a number.'],
    ],
    [
      'a fraction',
      'config_version: 1\nhttp: { port: 80.5 }\n',
      ['2:9 http.port: 80.5 is not a whole number. Round it.'],
    ],
    [
      'an empty section',
      'config_version: 1\nhub:\n',
      ['2:1 hub: empty stands where a section of keys belongs. Write a section of keys.'],
    ],
    [
      'ids that are not ids',
      'config_version: 1\nhub: { id: My Home }\n',
      [`2:8 hub.id: "My Home" has the wrong form. ${ID_FIX}`],
    ],
    [
      'a zone that does not exist',
      'config_version: 1\ntime_zone: Berlin\n',
      ['2:1 time_zone: no such time zone. Write an IANA name, such as Europe/Berlin.'],
    ],
    [
      'a day that starts at no time',
      'config_version: 1\nday_starts_at: 4\n',
      ['2:1 day_starts_at: a number stands where text belongs. Write text.'],
    ],
    [
      'an address of no device',
      `config_version: 1\ndesks: [${desk(', address: e11d2f')}]\n`,
      [
        '2:47 desks[0].address: "e11d2f" has the wrong form. Write six pairs of hex digits joined by colons, such as "e1:1d:2f:0a:33:10".',
      ],
    ],
    [
      'heights in cm, and limits upside down',
      `config_version: 1\ndesks:\n  - { id: d, name: D, profile: x, limits: { min_mm: 1200, max_mm: 700 }, no_go: [{ from_mm: 70, to_mm: 80 }] }\n`,
      [
        '3:45 desks[0].limits.min_mm: min_mm 1200 is above max_mm 700. Make min_mm smaller than max_mm; a key left out has its default.',
        '3:84 desks[0].no_go[0].from_mm: 70 is out of range. Write at least 300.',
        '3:97 desks[0].no_go[0].to_mm: 80 is out of range. Write at least 300.',
      ],
    ],
    [
      'one id twice, also between desk and band',
      `config_version: 1\ndesks: [${desk()}]\nbands: [{ id: d, name: B, profile: infinitime }]\n`,
      ['3:11 bands[0].id: the id "d" is taken. Give each its own; desks and bands share one set of ids.'],
    ],
    [
      'two devices that cannot be told apart',
      `config_version: 1\ndesks:\n  - ${desk()}\n  - { id: e, name: E, profile: linak-dpg, address: "e1:1d:2f:0a:33:10" }\n`,
      [
        '3:23 desks[0].profile: several devices have the profile "linak-dpg" and this one has no address. Add its address: run `stance scan` to see it.',
      ],
    ],
    [
      'one address twice',
      `config_version: 1\ndesks:\n  - ${desk(', address: "E1:1D:2F:0A:33:10"')}\n  - { id: e, name: E, profile: y, address: "e1:1d:2f:0a:33:10" }\n`,
      [
        '4:35 desks[1].address: e1:1d:2f:0a:33:10 is the address of another device here. Each device has its own address: run `stance scan` to see them.',
      ],
    ],
    [
      'references that lead nowhere',
      `config_version: 1\ndesks: [${desk()}]\npersons:\n  - { id: p, name: P, desk: office, band: wrist }\n`,
      [
        '4:23 persons[0].desk: there is no desk "office". Write one of: d.',
        '4:37 persons[0].band: there is no band "wrist". Add it under bands.',
      ],
    ],
    [
      'a band on two wrists',
      `config_version: 1\ndesks: [${desk()}]\nbands: [{ id: b, name: B, profile: infinitime }]\npersons:\n  - { id: p, name: P, desk: d, band: b }\n  - { id: q, name: Q, desk: d, band: b }\n`,
      ['6:32 persons[1].band: the band "b" is worn by "p" already. Each person wears their own band.'],
    ],
    [
      'presets the desk may not go to',
      `config_version: 1\ndesks:\n  - ${desk(', limits: { min_mm: 650, max_mm: 1100 }, no_go: [{ from_mm: 700, to_mm: 750 }]')}\npersons:\n  - { id: p, name: P, desk: d, presets: { sit_mm: 720, stand_mm: 1110 } }\n`,
      [
        '5:43 persons[0].presets.sit_mm: 720 mm lies in a no_go zone of the desk. Change the preset, or the limits and no_go of the desk.',
        '5:56 persons[0].presets.stand_mm: 1110 mm is outside the limits of the desk. Change the preset, or the limits and no_go of the desk.',
      ],
    ],
    [
      'hours that are none',
      `config_version: 1\ndesks: [${desk()}]\npersons:\n  - id: p\n    name: P\n    desk: d\n    quiet_hours: { mon: "9-17", tue: "12:00-12:00", wed: "24:00-02:00" }\n`,
      [
        '7:20 persons[0].quiet_hours.mon: "9-17" has the wrong form. Write start and end in 24 h, in quotes, such as "09:00-17:00"; "22:00-06:00" crosses midnight.',
        '7:33 persons[0].quiet_hours.tue: start and end are the same. Write "00:00-24:00" for the whole day, or leave the day out for none.',
        '7:53 persons[0].quiet_hours.wed: "24:00-02:00" has the wrong form. Write start and end in 24 h, in quotes, such as "09:00-17:00"; "22:00-06:00" crosses midnight.',
      ],
    ],
    [
      'a soft limit above the hard one that was left to its default',
      `config_version: 1\ndesks: [${desk()}]\npersons:\n  - { id: p, name: P, desk: d, sit: { soft_min: 40 }, presence: { enter_dbm: -85 } }\n`,
      [
        '4:39 persons[0].sit.soft_min: soft_min 40 is above hard_min 30. Make soft_min at most hard_min; a key left out has its default.',
        '4:55 persons[0].presence.leave_dbm: leave_dbm -80 is above enter_dbm -85. Make leave_dbm smaller than enter_dbm; a key left out has its default.',
      ],
    ],
    [
      'a mode of a later capability',
      `config_version: 1\ndesks: [${desk()}]\npersons:\n  - { id: p, name: P, desk: d, mode: auto }\n`,
      ['4:32 persons[0].mode: "auto" is not one of the values. Write off or observe or notify or confirm.'],
    ],
    [
      'faults of every kind, in the order of the file',
      'config_version: 1\nhub: { id: Home }\nunit: cm\ncommands: { remote: always }\npersons:\n  - { id: p, name: P, desk: x, mode: notify, sit: { soft_min: 90, hard_min: 30, max: 1 } }\n',
      [
        `2:8 hub.id: "Home" has the wrong form. ${ID_FIX}`,
        '3:1 unit: there is no such key. Known here: config_version, hub, time_zone, units, data_dir, publish_health, radios, mqtt, http, commands, desks, bands, persons, day_starts_at.',
        '4:13 commands.remote: "always" is not one of the values. Write attended or open or off.',
        '6:23 persons[0].desk: there is no desk "x". Add it under desks.',
        '6:53 persons[0].sit.soft_min: 90 is out of range. Write at most 55.',
        '6:53 persons[0].sit.soft_min: soft_min 90 is above hard_min 30. Make soft_min at most hard_min; a key left out has its default.',
        '6:81 persons[0].sit.max: there is no such key. Known here: soft_min, hard_min.',
      ],
    ],
  ])('%s', async (_title, yaml, expected) => {
    expect(await problems(yaml)).toEqual(expected);
  });

  it.each<[title: string, yaml: string, expected: string[]]>([
    ['a tab', 'config_version: 1\nhub:\n\tid: home\n', ['3:1 : a tab is used for indentation. Use spaces.']],
    [
      'a key twice',
      'config_version: 1\nunits: cm\nunits: mm\n',
      ['3:1 : the key is there twice. Remove one of the two.'],
    ],
    [
      'an open bracket',
      'config_version: 1\nhub: { id: home\n',
      ['3:1 : the indentation does not fit, or a bracket is not closed. Indent by two spaces per level.'],
    ],
    [
      'a secret tag',
      'mqtt:\n  password: !secret mqtt\n',
      ['2:13 : a "!tag" is used. Tags such as !secret are not read here; use password_file or password_env.'],
    ],
    [
      'two documents',
      'config_version: 1\n---\nunits: cm\n',
      ['2:1 : the file holds more than one document. Remove the line "---" between them.'],
    ],
    [
      'a key that is a list',
      'config_version: 1\n? [a]\n: 2\n',
      ['2:3 : a key is not plain text. Put the key in quotes.'],
    ],
  ])('no valid YAML: %s', async (_title, yaml, expected) => {
    expect(await problems(yaml)).toEqual(expected);
  });

  it('refuses a file that aliases blow up beyond measure', async () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(20).fill(of).join(', ')}]\n`;
    const yaml = level('a', '1') + level('b', '*a') + level('c', '*b') + level('d', '*c');
    expect(await problems(yaml)).toEqual(['1:1 : aliases repeat far too much. Write the values out.']);
  });

  it('wants a time zone where the machine only says UTC', async () => {
    expect(await problems('config_version: 1\n', { env: {}, timeZone: 'Etc/UTC' })).toEqual([
      '1:1 time_zone: the machine only says UTC, so the time where you live is not known. Add time_zone with an IANA name, such as Europe/Berlin (UTC too, if you mean it).',
    ]);
  });

  it('is told in one readable message', async () => {
    const error = await failure(load('config_version: 1\nunits: feet\nday_starts_at: "4:00"\n'));
    expect(error.message).toBe(
      [
        `${join(folder, 'stance.yaml')} has 2 problems.`,
        '  line 2, column 1: units: "feet" is not one of the values. Write mm or cm or inch.',
        '  line 3, column 1: day_starts_at: "4:00" has the wrong form. Write hours and minutes in 24 h, in quotes, such as "04:00".',
      ].join('\n'),
    );
  });
});

describe('a config that is not there', () => {
  it('is told from one that cannot be read', async () => {
    const missing = await failure(loadConfig(join(folder, 'none.yaml'), BERLIN));
    const unreadable = await failure(loadConfig(folder, BERLIN));
    expect([missing.code, unreadable.code]).toEqual(['config.not-found', 'config.unreadable']);
    expect(missing.message).toBe(
      `There is no config file ${join(folder, 'none.yaml')}. Copy stance.example.yaml there, or name another file.`,
    );
  });
});

describe('the broker password', () => {
  const mqtt = (more: string) => `config_version: 1\nmqtt:\n  url: mqtt://broker:1883\n  username: stance\n  ${more}\n`;

  it.each([
    ['in the file', 'password: hunter2', {}],
    ['in a file of its own', 'password_file: secret.txt', {}],
    ['in the environment', 'password_env: MQTT_PASSWORD', { MQTT_PASSWORD: 'hunter2' }],
  ])('may stand %s, and shows only when asked for', async (_title, more, env) => {
    await writeFile(join(folder, 'secret.txt'), 'hunter2\n');
    const config = await load(mqtt(more), { env, timeZone: 'Europe/Berlin' });
    expect(config.mqtt!.password!.reveal()).toBe('hunter2');
    expect(`${inspect(config, { depth: 9 })} ${JSON.stringify(config)} ${String(config.mqtt!.password)}`).not.toContain(
      'hunter2',
    );
    expect(JSON.parse(JSON.stringify(config.mqtt))).toEqual({
      url: 'mqtt://broker:1883',
      username: 'stance',
      password: '[secret]',
      base: 'stance',
      discovery_prefix: 'homeassistant',
      accept_bare_motion: false,
      publish_min_interval_ms: 250,
    });
  });

  it.each<[yaml: string, expected: string[]]>([
    [
      mqtt('password_file: none.txt'),
      [expect.stringMatching(/^5:3 mqtt\.password_file: .*none\.txt cannot be read or is empty\. /) as string],
    ],
    [
      mqtt('password_env: NOT_SET'),
      ['5:3 mqtt.password_env: the environment variable NOT_SET is not set. Set it where the hub is started.'],
    ],
    [
      mqtt('password: a\n  password_env: B'),
      [
        '6:3 mqtt.password_env: password gives the password already. Keep one of the two.',
        '6:3 mqtt.password_env: the environment variable B is not set. Set it where the hub is started.',
      ],
    ],
    [
      'config_version: 1\nmqtt: { url: "mqtt://broker", password: hunter2 }\n',
      ['2:31 mqtt.password: there is a password but no username. Add username.'],
    ],
  ])('is told apart from none', async (yaml, expected) => {
    expect(await problems(yaml)).toEqual(expected);
  });

  it.each([
    'mqtt: { url: "mqtt://stance:hunter2@broker" }',
    'mqtt: { url: "http://stance:hunter2@broker" }',
    'mqtt: { url: "mqtt://broker", username: u, password: [hunter2] }',
    'mqtt: hunter2',
    'mqtt: { url: "mqtt://broker", username: u, password: *hunter2 }',
    'mqtt: { url: "mqtt://broker", username: u, password: "hunter2 }',
    'mqtt: { url: "mqtt://broker", username: u, password: @hunter2 }',
    'mqtt: { url: "mqtt://broker", username: u, pasword: hunter2 }',
    'mqtt: { url: "mqtt://broker", username: u, password: hunter2, password_env: NOT_SET, base: "+" }',
  ])('is in no message about a faulty file: %s', async (line) => {
    const error = await failure(load(`config_version: 1\n${line}\n`));
    expect(error.code).toBe('config.invalid');
    expect(`${error.message} ${inspect(error, { depth: 9 })}`).not.toContain('hunter2');
  });
});
