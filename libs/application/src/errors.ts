/** Who has to act on an error. */
export type ErrorOwner = 'user' | 'device' | 'system' | 'developer';

/**
 * The one base of all surprises. Expected outcomes are values instead. Foreign errors are translated at the adapter;
 * message text is never compared, `code` is.
 */
export class StanceError extends Error {
  override readonly name = 'StanceError';

  constructor(
    /** Stable, dotted, kebab-case: `radio.absent`. */
    readonly code: string,
    message: string,
    readonly options: {
      readonly owner?: ErrorOwner;
      readonly cause?: unknown;
      readonly context?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, { cause: options.cause });
  }

  get owner(): ErrorOwner {
    return this.options.owner ?? 'system';
  }

  get context(): Readonly<Record<string, unknown>> {
    return this.options.context ?? {};
  }
}

/** Whether the value is a `StanceError` of this code, or of this family (`radio.*`). */
export const hasCode = (error: unknown, code: string): error is StanceError =>
  error instanceof StanceError &&
  (code.endsWith('.*') ? error.code.startsWith(code.slice(0, -1)) : error.code === code);
