import { type LoggerService } from '@nestjs/common';

/** The small logger the adapters take. */
export interface AdapterLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Nest's logger in the adapters' words. */
export const adapterLog = (log: LoggerService): AdapterLog => ({
  debug: (message) => {
    log.debug?.(message);
  },
  info: (message) => {
    log.log(message);
  },
  warn: (message) => {
    log.warn(message);
  },
  error: (message) => {
    log.error(message);
  },
});
