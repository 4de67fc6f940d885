import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

/**
 * How lines reach standard output: some kilobytes at once, soon, and what is left when the process ends. A write a
 * line, waited for, took a tenth of the time of a warm answer, and stopped everything while nobody read the log.
 * A reader who never comes back costs lines, not the memory of the process.
 */
const OUTPUT = { sync: false, minLength: 8192, periodicFlush: 200, maxLength: 8 * 2 ** 20 };

/**
 * A logger of JSON lines on standard output. Nothing of a patient gets there: requests are logged by route,
 * never by URL, and failures by code.
 *
 * @param worker number of the process, where several of them answer
 */
export function createLogger(level: string, worker?: number): Logger {
  const base = worker === undefined ? null : { worker };
  const options = { level, base, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.destination(OUTPUT));
}
