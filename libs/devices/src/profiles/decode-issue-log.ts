import { type DecodeIssue } from './decode/decoded.js';

/** How often frames of one characteristic were dropped for one cause. */
export interface DecodeIssueCount {
  readonly profileId: string;
  readonly characteristic: string;
  readonly code: DecodeIssue['code'];
  readonly count: number;
  /** The newest one's words; never the bytes. */
  readonly detail: string;
}

/** Counts dropped frames, so that a broken device shows without flooding a log. */
export class DecodeIssueLog {
  readonly #counts = new Map<string, DecodeIssueCount>();

  count(profileId: string, characteristic: string, issue: DecodeIssue): void {
    const key = `${profileId} ${characteristic} ${issue.code}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { profileId, characteristic, code: issue.code, count, detail: issue.detail });
  }

  list(): readonly DecodeIssueCount[] {
    return [...this.#counts.values()];
  }
}
