import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StanceError } from '#libs/application';
import { type ConfigFile, configSchema } from './config.schema.js';
import { mqtt as mqttSection } from './sections.schema.js';
import { crossCheck } from './cross-check.js';
import { explain } from './explain.js';
import { keysAt } from './json-schema.js';
import { type ConfigProblem, type PathProblem, pathText } from './problem.js';
import { Secret } from './secret.js';
import { YamlSource } from './yaml-source.js';

type MqttSection = NonNullable<ConfigFile['mqtt']>;

export type MqttConfig = Omit<MqttSection, 'password' | 'password_file' | 'password_env'> & {
  readonly password: Secret | null;
};

/** The config as the hub uses it: defaults filled in, paths absolute, time zone known, password read but hidden. */
export interface HubConfig extends Omit<ConfigFile, 'mqtt' | 'time_zone'> {
  /** Absolute path of the file. */
  readonly file: string;
  readonly time_zone: string;
  /** Null: the embedded broker. */
  readonly mqtt: MqttConfig | null;
}

/** What the config takes from the machine around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** IANA name the operating system reports. */
  readonly timeZone: string;
}

const NO_ZONE = ['UTC', 'Etc/UTC', 'Etc/UCT', 'Etc/GMT', 'GMT', 'UCT'];

const here = (): Surroundings => ({ env: process.env, timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone });

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing
      ? new StanceError(
          'config.not-found',
          `There is no config file ${file}. Copy stance.example.yaml there, or name another file.`,
          {
            owner: 'user',
            cause,
            context: { file },
          },
        )
      : new StanceError(
          'config.unreadable',
          `The config file ${file} cannot be read. Check that it is a file and may be read.`,
          {
            owner: 'user',
            cause,
            context: { file },
          },
        );
  }
}

function invalid(file: string, problems: readonly ConfigProblem[]): StanceError {
  const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map(({ line, column, path, cause, fix }) => {
    const place = path === '' ? '' : `${path}: `;
    return `  line ${line}, column ${column}: ${place}${cause}. ${fix}`;
  });
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
  return new StanceError('config.invalid', `${file} has ${count}.\n${lines.join('\n')}`, {
    owner: 'user',
    context: { file, problems: sorted },
  });
}

/** The password from wherever the file says it is, or why it cannot be had. */
async function password(
  mqtt: MqttSection,
  folder: string,
  env: Surroundings['env'],
): Promise<Secret | PathProblem | null> {
  if (mqtt.password_env !== undefined) {
    const path = ['mqtt', 'password_env'];
    const text = env[mqtt.password_env] ?? '';
    if (text !== '') return new Secret(text);
    return {
      path,
      cause: `the environment variable ${mqtt.password_env} is not set`,
      fix: 'Set it where the hub is started.',
    };
  }
  if (mqtt.password_file === undefined) return mqtt.password === undefined ? null : new Secret(mqtt.password);
  const file = resolve(folder, mqtt.password_file);
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() !== '') return new Secret(text.replace(/\r?\n$/, ''));
  const path = ['mqtt', 'password_file'];
  return {
    path,
    cause: `${file} cannot be read or is empty`,
    fix: 'Write the password into it and let the hub read it.',
  };
}

function zoneProblem(config: ConfigFile, surroundings: Surroundings): PathProblem[] {
  if (config.time_zone !== undefined || !NO_ZONE.includes(surroundings.timeZone)) return [];
  return [
    {
      path: ['time_zone'],
      cause: 'the machine only says UTC, so the time where you live is not known',
      fix: 'Add time_zone with an IANA name, such as Europe/Berlin (UTC too, if you mean it).',
    },
  ];
}

function check(source: YamlSource): { readonly problems: PathProblem[]; readonly config: ConfigFile | null } {
  const { data } = source;
  if (data === null || data === undefined) {
    return {
      problems: [{ path: [], cause: 'the file is empty', fix: 'Start from stance.example.yaml.' }],
      config: null,
    };
  }
  const parsed = configSchema.safeParse(data, { reportInput: true });
  const shape = parsed.error?.issues.flatMap((issue) => explain(issue, keysAt)) ?? [];
  return { problems: [...shape, ...crossCheck(data)], config: parsed.data ?? null };
}

/**
 * Reads one YAML file. Throws `config.not-found`, `config.unreadable` or `config.invalid`, whose context holds all
 * faults at once as `problems: ConfigProblem[]`; no message repeats a secret.
 */
export async function loadConfig(path: string, surroundings = here()): Promise<HubConfig> {
  const file = resolve(path);
  const source = new YamlSource(await readText(file));
  if (source.problems.length > 0) throw invalid(file, source.problems);
  const { problems, config } = check(source);
  const secret = config?.mqtt === undefined ? null : await password(config.mqtt, dirname(file), surroundings.env);
  if (config !== null) problems.push(...zoneProblem(config, surroundings));
  if (secret !== null && !(secret instanceof Secret)) problems.push(secret);
  if (config === null || problems.length > 0) {
    throw invalid(
      file,
      problems.map((problem) => ({ ...problem, ...source.locate(problem.path), path: pathText(problem.path) })),
    );
  }
  return resolved(file, config, secret as Secret | null, surroundings);
}

function resolved(file: string, config: ConfigFile, secret: Secret | null, surroundings: Surroundings): HubConfig {
  const { mqtt, ...rest } = config;
  return {
    ...rest,
    file,
    data_dir: resolve(dirname(file), config.data_dir),
    time_zone: config.time_zone ?? surroundings.timeZone,
    mqtt: mqtt === undefined ? null : mqttConfig(mqtt, secret),
  };
}

/** A broker at `url` without a password, everything else by default. */
export const mqttDefaults = (url: string): MqttConfig => mqttConfig(mqttSection.parse({ url }), null);

function mqttConfig(mqtt: MqttSection, password: Secret | null): MqttConfig {
  const { url, username, base, discovery_prefix, accept_bare_motion, publish_min_interval_ms } = mqtt;
  return { url, username, base, discovery_prefix, accept_bare_motion, publish_min_interval_ms, password };
}
