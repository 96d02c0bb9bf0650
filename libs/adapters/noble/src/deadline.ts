import { type MachineClock, StanceError } from '#libs/application';
import { monotonic } from '#libs/domain';

const abortError = (signal: AbortSignal): StanceError =>
  signal.reason instanceof StanceError
    ? signal.reason
    : new StanceError('radio.closed', 'the attempt was called off', { cause: signal.reason });

/** Throws once the signal has aborted. */
export const assertWanted = (signal: AbortSignal): void => {
  if (signal.aborted) throw abortError(signal);
};

/**
 * The promise, or a rejection with `late()` after `ms` on the machine clock, or with the signal's reason when it aborts.
 * The work itself goes on: noble cannot be interrupted.
 */
export const settleWithin = <T>(
  work: Promise<T>,
  limit: {
    readonly clock: MachineClock;
    readonly ms: number;
    readonly late: () => Error;
    readonly signal?: AbortSignal;
  },
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const end = (): void => {
      cancel();
      limit.signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = (): void => {
      if (limit.signal) fail(abortError(limit.signal));
    };
    const cancel = limit.clock.at(monotonic(limit.clock.monotonicMs() + limit.ms), () => {
      fail(limit.late());
    });
    limit.signal?.addEventListener('abort', onAbort);
    if (limit.signal?.aborted) onAbort();
    work.then((value) => {
      end();
      resolve(value);
    }, fail);
  });
