import path from 'node:path';
import type { GatewaySettings } from '../gateway/limits';

/** Bounds of the archive's load and of memory and disk, which hold for all workers together. */
const DIVIDED = [
  'pacs.concurrency',
  'pacs.queue',
  'pacs.streams',
  'pacs.streamQueue',
  'cache.maxBytes',
  'cache.answerBytes',
  'audit.spoolMaxBytes',
] as const;

/**
 * The settings of one worker of several.
 *
 * What bounds all of them is divided: a worker that has died takes no part of a bound with it, and nobody need
 * ask another process before a call to the archive. What only one process may write has a name for each; the
 * first has that of a gateway of one process, so that what this one left is taken up.
 *
 * @param settings of the whole gateway
 * @param worker its number, from 1
 */
export function shareOf(settings: GatewaySettings, worker: number): GatewaySettings {
  const { 'workers.count': workers, 'audit.file': file, 'audit.spoolDir': spool } = settings;
  const divided = Object.fromEntries(
    DIVIDED.map((key) => [key, part(settings[key], workers, worker)]),
  );
  const own = worker === 1 ? {} : { 'audit.spoolDir': path.join(spool, `worker-${worker}`) };
  return {
    ...settings,
    ...divided,
    ...own,
    'audit.file': file === undefined || worker === 1 ? file : besides(file, worker),
  };
}

/** One of so many parts; the first get what is left over. */
function part(whole: number, parts: number, number: number): number {
  return Math.floor(whole / parts) + (number <= whole % parts ? 1 : 0);
}

/** `audit.ndjson` as `audit.worker-2.ndjson`. */
function besides(file: string, worker: number): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.worker-${worker}${ext}`);
}
