import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StanceError } from '#libs/application';
import { compileCorpus, readCorpus, type SourceFile } from './profile-corpus.js';
import { type FileProblem } from './profile-file.js';
import { sessionSpecOf } from './refs.js';

const corpus = readCorpus('device-profiles');
const profileFiles = corpus.filter(({ file }) => !file.includes('/'));
const familyFiles = corpus.filter(({ file }) => file.startsWith('families/'));

/** The corpus with one file changed. */
const changed = (file: string, change: (text: string) => string): readonly SourceFile[] =>
  corpus.map((source) => (source.file === file ? { file, text: change(source.text) } : source));

const problemsOf = (sources: readonly SourceFile[]): readonly FileProblem[] => {
  try {
    compileCorpus(sources);
    return [];
  } catch (error) {
    if (error instanceof StanceError) return error.context.problems as readonly FileProblem[];
    throw error;
  }
};

describe('the profile corpus', () => {
  it('holds every profile and family this version knows', () => {
    expect(profileFiles.map(({ file }) => file)).toEqual(['infinitime.yaml', 'linak-dpg.yaml']);
    expect(familyFiles.map(({ file }) => file)).toEqual(['families/battery.yaml', 'families/heart-rate.yaml']);
  });

  it.each(profileFiles)('$file has a sound shape and meaning, and at most 80 lines', ({ file, text }) => {
    const [profile] = compileCorpus([{ file, text }, ...familyFiles]);
    expect(`${profile!.id}.yaml`).toBe(file);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(80);
    const spec = sessionSpecOf(profile!);
    for (const { service, characteristic } of [...spec.required, ...spec.notify]) {
      expect([service, characteristic]).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    }
  });

  it('gives a profile the characteristics of its families, normalised to 128 bit', () => {
    const infinitime = compileCorpus(corpus).find(({ id }) => id === 'infinitime');
    expect(infinitime!.characteristics.heart_rate).toEqual({
      service: '0000180d-0000-1000-8000-00805f9b34fb',
      uuid: '00002a37-0000-1000-8000-00805f9b34fb',
      frame: 'heart-rate-measurement',
    });
    expect(infinitime!.session.notify).toEqual(['motion', 'steps', 'call_answer', 'heart_rate', 'battery']);
  });
});

type Rejection = readonly [
  what: string,
  file: string,
  from: string | RegExp,
  to: string,
  problem: Partial<FileProblem>,
];

const REJECTED: readonly Rejection[] = [
  [
    'an unknown key',
    'linak-dpg.yaml',
    'kind: desk',
    'kind: desk\nscript: "x"',
    { path: '', message: 'Unrecognized key: "script"' },
  ],
  ['an unknown kind', 'linak-dpg.yaml', 'kind: desk', 'kind: chair', { line: 3, path: 'kind' }],
  ['a quirk without a reason', 'linak-dpg.yaml', /needs-bond: .*/, "needs-bond: ''", { path: 'quirks.needs-bond' }],
  [
    'a quirk nobody honours',
    'linak-dpg.yaml',
    'needs-bond:',
    'moody:',
    { path: 'quirks', message: 'Unrecognized key: "moody"' },
  ],
  ['a quirk listed twice', 'linak-dpg.yaml', 'single-central:', 'needs-bond:', { message: 'Map keys must be unique' }],
  ['a UUID in capitals', 'linak-dpg.yaml', "['99fa0001", "['99FA0001", { path: 'match.service_uuids.0' }],
  ['an unquoted short UUID', 'infinitime.yaml', "service: '1811'", 'service: 1811', { message: 'quote hex values' }],
  [
    'an unquoted long UUID',
    'linak-dpg.yaml',
    /\['(99fa0001[^']*)'\]/,
    '[$1]',
    { line: 10, message: 'quote hex values' },
  ],
  ['a name pattern that is none', 'infinitime.yaml', '^InfiniTime$', '(InfiniTime', { path: 'match.name_pattern' }],
  ['a negative timing', 'linak-dpg.yaml', 'stall_ms: 800', 'stall_ms: -1', { path: 'timing.stall_ms' }],
  [
    'a cadence that lets the desk stop',
    'linak-dpg.yaml',
    'write_cadence_ms: 200',
    'write_cadence_ms: 600',
    { path: 'timing.write_cadence_ms' },
  ],
  ['a stall shorter than two writes', 'linak-dpg.yaml', 'stall_ms: 800', 'stall_ms: 350', { path: 'timing.stall_ms' }],
  ['a stall nobody would see', 'linak-dpg.yaml', 'poll_ms: 300', 'poll_ms: 900', { path: 'timing.poll_ms' }],
  [
    'a silence before the stall',
    'linak-dpg.yaml',
    'silence_ms: 1500',
    'silence_ms: 700',
    { path: 'timing.silence_ms' },
  ],
  [
    'no time to start',
    'linak-dpg.yaml',
    'start_delay_ms: 2000',
    'start_delay_ms: 200',
    { path: 'timing.start_delay_ms' },
  ],
  [
    'no time to settle',
    'linak-dpg.yaml',
    'settle_limit_ms: 4000',
    'settle_limit_ms: 300',
    { path: 'timing.settle_limit_ms' },
  ],
  [
    'a rest error that is a reversal',
    'linak-dpg.yaml',
    'reversal_mm: 5',
    'reversal_mm: 2',
    { path: 'motion.reversal_mm' },
  ],
  [
    'a slowest speed above the usual',
    'linak-dpg.yaml',
    'min_speed_mm_s: 30',
    'min_speed_mm_s: 62',
    { path: 'motion.min_speed_mm_s' },
  ],
  ['bases upside down', 'linak-dpg.yaml', 'base_max_mm: 1000', 'base_max_mm: 200', { path: 'limits.base_max_mm' }],
  [
    'intervals upside down',
    'linak-dpg.yaml',
    'min_interval_ms: 20',
    'min_interval_ms: 90',
    { path: 'session.connection.max_interval_ms' },
  ],
  [
    'a supervision timeout within two intervals',
    'linak-dpg.yaml',
    'supervision_timeout_ms: 500',
    'supervision_timeout_ms: 110',
    { path: 'session.connection.supervision_timeout_ms' },
  ],
  [
    'a family that is not there',
    'infinitime.yaml',
    'families: [heart-rate',
    'families: [glucose',
    { path: 'families.0', message: 'there is no family "glucose"' },
  ],
  [
    'a characteristic given twice',
    'infinitime.yaml',
    'firmware: {',
    'battery: { service: "180f", uuid: "2a19" }\n  firmware: {',
    { path: 'characteristics.battery' },
  ],
  [
    'a name without characteristic',
    'infinitime.yaml',
    'notify: [motion',
    'notify: [mood',
    { path: 'session.notify.0', message: 'there is no characteristic "mood"' },
  ],
  [
    'what its driver needs missing',
    'infinitime.yaml',
    /^ {2}current_time.*\n/m,
    '',
    { path: 'characteristics', message: 'the driver "infinitime" needs "current_time"' },
  ],
  [
    'an id that is taken',
    'linak-dpg.yaml',
    'id: linak-dpg',
    'id: infinitime',
    { path: 'id', message: '"infinitime" is taken by another file' },
  ],
  [
    'a family with another name than its file',
    'families/battery.yaml',
    'id: battery',
    'id: accumulator',
    { path: 'id' },
  ],
  ['no evidence', 'families/battery.yaml', /evidence:[^]*/, 'evidence: []\n', { path: 'evidence' }],
  ['a YAML error', 'families/battery.yaml', 'id: battery', 'id: [battery', { path: '' }],
];

describe('a profile is refused for', () => {
  it.each(REJECTED)('%s', (_, file, from, to, problem) => {
    const sources = changed(file, (text) => text.replace(from, to));
    expect(sources).not.toEqual(corpus);
    const found = problemsOf(sources);
    expect(found).toContainEqual(expect.objectContaining({ file, line: expect.any(Number) as number, ...problem }));
  });

  it('sharing a service with another at the same priority, but not at different ones', () => {
    const twin = (priority: number): SourceFile => ({
      file: 'linak-twin.yaml',
      text: corpus
        .find(({ file }) => file === 'linak-dpg.yaml')!
        .text.replace('id: linak-dpg', 'id: linak-twin')
        .replace('priority: 10', `priority: ${priority}`),
    });
    expect(problemsOf([...corpus, twin(11)])).toEqual([]);
    expect(problemsOf([...corpus, twin(10)])).toEqual([
      expect.objectContaining({ file: 'linak-twin.yaml', path: 'match.priority', line: 11 }),
    ]);
  });

  it('every mistake of every file at once, each with its line', () => {
    const sources = corpus.map(({ file, text }) => ({ file, text: text.replace(/^id: .*$/m, 'id: NO') }));
    const found = problemsOf(sources);
    expect(new Set(found.map(({ file }) => file))).toEqual(new Set(corpus.map(({ file }) => file)));
    expect(() => compileCorpus(sources)).toThrow(
      /battery\.yaml:2: id: kebab-case expected\n[^]*linak-dpg\.yaml:2: id: kebab-case/,
    );
  });
});

describe('a profile directory', () => {
  it('that cannot be read is named', () => {
    expect(() => readCorpus('/nowhere/profiles')).toThrow(/profiles in \/nowhere\/profiles cannot be read/);
  });

  it('may hold other files', () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'profiles-'));
    writeFileSync(path.join(directory, 'README.md'), '# not a profile');
    expect(readCorpus(directory)).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});
