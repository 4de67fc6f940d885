import { existsSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { PARCEL } from './spool';

/** The folder in a spool that is another process's own. */
const FOLDER = /^worker-(\d+)$/;

/**
 * Takes over what processes have left in a spool that are no more, before anybody opens it: with fewer workers than
 * the last time, nobody would send it. What the audit server refused stays where it is, for people.
 *
 * @param spool folder of the first process
 * @param workers how many there are now, each from the second on with a folder of its own
 * @throws what the system says when a file cannot be moved
 */
export function adoptSpools(spool: string, workers: number): void {
  if (!existsSync(spool)) return;
  for (const name of readdirSync(spool)) {
    const [, number] = FOLDER.exec(name) ?? [];
    if (number === undefined || Number(number) <= workers) continue;
    const folder = path.join(spool, name);
    for (const parcel of readdirSync(folder).filter((each) => PARCEL.test(each))) {
      renameSync(path.join(folder, parcel), path.join(spool, parcel));
    }
  }
}
