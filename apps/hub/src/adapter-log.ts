import { type LoggerService } from '@nestjs/common';

/** The small logger the adapters take. */
export interface AdapterLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Nest's logger in the adapters' words; `context` names the adapter in each line. */
export const adapterLog = (log: LoggerService, context: string): AdapterLog => ({
  debug: (message) => {
    log.debug?.(message, context);
  },
  info: (message) => {
    log.log(message, context);
  },
  warn: (message) => {
    log.warn(message, context);
  },
  error: (message) => {
    log.error(message, context);
  },
});
