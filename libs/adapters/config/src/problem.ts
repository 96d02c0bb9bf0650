/** One fault of the config file, in words. Never holds a secret. */
export interface ConfigProblem {
  /** 1-based; where the value stands, or for a missing key the start of the section that lacks it. */
  readonly line: number;
  readonly column: number;
  /** `persons[0].sit.soft_min`; empty for the file as a whole. */
  readonly path: string;
  readonly cause: string;
  readonly fix: string;
}

/** A fault whose place in the text is not looked up yet. */
export interface PathProblem {
  readonly path: readonly PropertyKey[];
  readonly cause: string;
  readonly fix: string;
}

export const pathText = (path: readonly PropertyKey[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('');
