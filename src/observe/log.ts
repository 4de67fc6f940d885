import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * A logger of JSON lines on standard output. Nothing of a patient gets there: requests are logged by route,
 * never by URL, and failures by code.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
