import { type DeskProfile, type Family, type Profile } from './profile.schema.js';

/** One thing that is wrong with a file: where inside it, and what. */
export interface ProfileProblem {
  readonly path: string;
  readonly message: string;
}

/** Names each driver asks its profile for. */
const DRIVER_CHARACTERISTICS = {
  linak: ['command', 'error', 'dpg', 'reference_output', 'mask', 'reference_input'],
  infinitime: ['steps', 'motion', 'new_alert', 'call_answer', 'current_time', 'firmware', 'heart_rate', 'battery'],
} as const satisfies Record<Profile['driver'], readonly string[]>;

const problem = (path: string, message: string): ProfileProblem => ({ path, message });

/** Meaning within one profile. `families` are those the profile refers to, resolved; unknown ones are reported here. */
export const lintProfile = (profile: Profile, known: ReadonlyMap<string, Family>): readonly ProfileProblem[] => [
  ...lintFamilies(profile, known),
  ...lintNames(profile, known),
  ...lintConnection(profile),
  ...(profile.kind === 'desk' ? lintDesk(profile) : []),
];

/** Meaning across the corpus: ids are unique, and where two profiles may fit one advertisement, one of them wins. */
export const lintPair = (profile: Profile, other: Profile): readonly ProfileProblem[] => {
  if (profile.id === other.id) return [problem('id', `"${profile.id}" is taken by another file`)];
  const shared = profile.match.service_uuids.filter((uuid) => other.match.service_uuids.includes(uuid));
  return shared.length > 0 && profile.match.priority === other.match.priority
    ? [
        problem(
          'match.priority',
          `shares service ${shared.join(', ')} with "${other.id}": give them different priorities`,
        ),
      ]
    : [];
};

const lintFamilies = (profile: Profile, known: ReadonlyMap<string, Family>): readonly ProfileProblem[] =>
  profile.families.flatMap((id, index) => {
    const family = known.get(id);
    if (family === undefined) return [problem(`families.${index}`, `there is no family "${id}"`)];
    return Object.keys(family.characteristics)
      .filter((name) => name in profile.characteristics)
      .map((name) => problem(`characteristics.${name}`, `is given by the family "${id}" already`));
  });

const lintNames = (profile: Profile, known: ReadonlyMap<string, Family>): readonly ProfileProblem[] => {
  const names = new Set([
    ...Object.keys(profile.characteristics),
    ...profile.families.flatMap((id) => Object.keys(known.get(id)?.characteristics ?? {})),
  ]);
  const unknown = (list: readonly string[], path: string): readonly ProfileProblem[] =>
    list.flatMap((name, index) =>
      names.has(name) ? [] : [problem(`${path}.${index}`, `there is no characteristic "${name}"`)],
    );
  return [
    ...unknown(profile.session.required, 'session.required'),
    ...unknown(profile.session.notify, 'session.notify'),
    ...DRIVER_CHARACTERISTICS[profile.driver]
      .filter((name) => !names.has(name))
      .map((name) => problem('characteristics', `the driver "${profile.driver}" needs "${name}"`)),
  ];
};

const lintConnection = ({ session: { connection } }: Profile): readonly ProfileProblem[] => {
  const found: ProfileProblem[] = [];
  if (connection.min_interval_ms > connection.max_interval_ms) {
    found.push(problem('session.connection.max_interval_ms', 'is below min_interval_ms'));
  }
  // Bluetooth Core, Vol 6 Part B 4.5.2: the timeout must exceed twice the longest allowed silence.
  const longestSilence = (1 + connection.latency) * connection.max_interval_ms * 2;
  if (connection.supervision_timeout_ms <= longestSilence) {
    found.push(
      problem(
        'session.connection.supervision_timeout_ms',
        `must exceed ${longestSilence} ms: twice the longest silence`,
      ),
    );
  }
  return found;
};

const lintDesk = ({ limits, motion, timing }: DeskProfile): readonly ProfileProblem[] => {
  const rules: readonly (readonly [boolean, string, string])[] = [
    [limits.base_min_mm < limits.base_max_mm, 'limits.base_max_mm', 'must be above base_min_mm'],
    [
      motion.reversal_mm > motion.tolerance_mm,
      'motion.reversal_mm',
      'must exceed tolerance_mm, or rest error looks like a reversal',
    ],
    [motion.min_speed_mm_s <= motion.typical_speed_mm_s, 'motion.min_speed_mm_s', 'must not exceed typical_speed_mm_s'],
    [
      timing.write_cadence_ms * 2 <= timing.run_on_ms,
      'timing.write_cadence_ms',
      'one lost write must not stop the desk: at most half of run_on_ms',
    ],
    [timing.stall_ms >= timing.write_cadence_ms * 2, 'timing.stall_ms', 'must cover two write cadences'],
    [timing.poll_ms < timing.stall_ms, 'timing.poll_ms', 'must be below stall_ms, or a stall is never seen'],
    [timing.stall_ms < timing.silence_ms, 'timing.silence_ms', 'must exceed stall_ms'],
    [timing.start_delay_ms > timing.write_cadence_ms, 'timing.start_delay_ms', 'must exceed write_cadence_ms'],
    [
      timing.settle_interval_ms * timing.settle_reads < timing.settle_limit_ms,
      'timing.settle_limit_ms',
      'leaves no time for settle_reads',
    ],
  ];
  return rules.flatMap(([sane, path, message]) => (sane ? [] : [problem(path, message)]));
};
