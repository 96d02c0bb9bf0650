import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { StanceError } from '#libs/application';
import { type FileProblem, type ParsedFile, parseProfileFile } from './profile-file.js';
import { lintPair, lintProfile } from './profile-linter.js';
import { type Family, familySchema, type Profile, profileSchema } from './profile.schema.js';

/** One file of the corpus by its name relative to the directory, with `/` between levels. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

const FAMILIES = 'families/';

/** Reads every YAML file of a profile directory. Throws `profiles.unreadable` when the directory cannot be read. */
export const readCorpus = (directory: string): readonly SourceFile[] => {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((file) => file.split(path.sep).join('/'))
      .filter((file) => /\.ya?ml$/.test(file))
      .sort()
      .map((file) => ({ file, text: readFileSync(path.join(directory, file), 'utf8') }));
  } catch (cause) {
    throw new StanceError(
      'profiles.unreadable',
      `The device profiles in ${directory} cannot be read: check the path and its permissions.`,
      {
        owner: 'user',
        cause,
        context: { directory },
      },
    );
  }
};

/**
 * Checks shape and meaning of all files and resolves families into their profiles. Every problem of every file is
 * listed in one `profiles.invalid`.
 */
export const compileCorpus = (sources: readonly SourceFile[]): readonly Profile[] => {
  const families = sources
    .filter(({ file }) => file.startsWith(FAMILIES))
    .map(({ file, text }) => parseProfileFile(file, text, familySchema));
  const profiles = sources
    .filter(({ file }) => !file.startsWith(FAMILIES))
    .map(({ file, text }) => parseProfileFile(file, text, profileSchema));
  const known = new Map(families.flatMap(({ value }) => (value === null ? [] : [[value.id, value] as const])));
  const problems = [
    ...families.flatMap((family) => family.problems),
    ...families.flatMap(lintFamilyFile),
    ...profiles.flatMap((profile) => profile.problems),
    ...profiles.flatMap((profile, index) => lintFile(profile, profiles.slice(0, index), known)),
  ];
  if (problems.length > 0) throw invalid(problems);
  return profiles.flatMap(({ value }) => (value === null ? [] : [withFamilies(value, known)]));
};

/** A family is referenced by its file's name, so the two must agree; that also makes the ids unique. */
const lintFamilyFile = ({ file, value, place }: ParsedFile<Family>): readonly FileProblem[] =>
  value === null || file === `${FAMILIES}${value.id}.yaml`
    ? []
    : [place('id', `must be the file's name, ${path.basename(file)}`)];

const lintFile = (
  { value, place }: ParsedFile<Profile>,
  earlier: readonly ParsedFile<Profile>[],
  known: ReadonlyMap<string, Family>,
): readonly FileProblem[] => {
  if (value === null) return [];
  const others = earlier.flatMap((other) => (other.value === null ? [] : [other.value]));
  return [...lintProfile(value, known), ...others.flatMap((other) => lintPair(value, other))].map((found) =>
    place(found.path, found.message),
  );
};

const withFamilies = (profile: Profile, known: ReadonlyMap<string, Family>): Profile => {
  const used = profile.families.flatMap((id) => known.get(id) ?? []);
  return {
    ...profile,
    characteristics: Object.assign(
      {},
      profile.characteristics,
      ...used.map((family) => family.characteristics),
    ) as Profile['characteristics'],
    session: { ...profile.session, notify: [...profile.session.notify, ...used.flatMap((family) => family.notify)] },
  };
};

const invalid = (problems: readonly FileProblem[]): StanceError => {
  const list = problems.map(({ file, line, path: at, message }) =>
    [`  ${file}${line === null ? '' : `:${line}`}`, at, message].filter((part) => part !== '').join(': '),
  );
  return new StanceError('profiles.invalid', `The device profiles are not usable; fix these:\n${list.join('\n')}`, {
    owner: 'user',
    context: { problems },
  });
};
