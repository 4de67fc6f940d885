import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * A logger of JSON lines on standard output. Nothing of a patient gets there: requests are logged by route,
 * never by URL, and failures by code.
 *
 * @param worker number of the process, where several of them answer
 */
export function createLogger(level: string, worker?: number): Logger {
  const base = worker === undefined ? null : { worker };
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime });
}
