import { ConsoleLogger, type LoggerService, type LogLevel } from '@nestjs/common';

export interface HubLogOptions {
  /** JSON lines instead of text. */
  readonly json?: boolean;
  /** Levels that are written; everything but debug where not given. */
  readonly levels?: readonly LogLevel[];
}

const LEVELS: readonly LogLevel[] = ['log', 'warn', 'error', 'fatal'];

/** The log of a program of ours. */
export const hubLog = ({ json = false, levels = LEVELS }: HubLogOptions = {}): LoggerService =>
  new ConsoleLogger({ prefix: 'stance', json, logLevels: [...levels] });

/** What the container may say of itself: faults, not which module and route it has set up. */
export const containerLog = (log: LoggerService): LoggerService => ({
  log: () => undefined,
  warn: (...said: Parameters<LoggerService['warn']>): unknown => log.warn(...said),
  error: (...said: Parameters<LoggerService['error']>): unknown => log.error(...said),
  fatal: (...said: Parameters<LoggerService['error']>): unknown => log.fatal?.(...said),
});
