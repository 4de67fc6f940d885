import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { createFileKeeper, type Keeper } from './file';
import { bytesOf, groupCommit } from './groupCommit';
import { codeOf } from './trouble';

/** Lines that were spooled together. */
export interface Parcel {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Records that wait on the disk for the audit server, oldest first, through crashes and restarts. */
export interface Spool extends Keeper {
  /** The oldest parcel; undefined when there is none. */
  oldest(): Promise<Parcel | undefined>;
  /** Leaves of a parcel what is still to be sent; nothing: it is gone. */
  leave(parcel: Parcel, lines: readonly string[]): Promise<void>;
  /** Sets a line aside for people, in the file {@link REFUSED}: the server will never take it. */
  setAside(line: string): Promise<void>;
  /** Bytes on the disk, those set aside with them, and the number of parcels. */
  size(): { readonly bytes: number; readonly parcels: number };
}

/** In the folder of the spool: what the audit server refused for good. It counts against the room. */
export const REFUSED = 'refused.ndjson';

/** Name of a parcel: its number, and what tells it from those of other processes. */
export const PARCEL = /^(\d{12})-[0-9a-f]{8}\.ndjson$/;
const OWNER_ONLY = { file: 0o600, folder: 0o700 };

/**
 * Opens the spool in a folder, which it makes. A parcel is one file, whole or not there: it is written under another
 * name, brought to the disk and renamed, and then the folder is brought to the disk. One folder serves one process.
 *
 * @param maxBytes that the folder may hold
 * @throws what the system says when the folder cannot be made, read or written
 */
export function openSpool(folder: string, maxBytes: number): Spool {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY.folder });
  const held = readFolder(folder);
  const refused = createFileKeeper(path.join(folder, REFUSED));
  let used = statSync(path.join(folder, REFUSED)).size;
  for (const bytes of held.values()) used += bytes;
  let next = 1 + Number(PARCEL.exec([...held.keys()].at(-1) ?? '')?.[1] ?? 0);
  const forget = (name: string) => {
    used -= held.get(name) ?? 0;
    held.delete(name);
  };
  const write = async (name: string, lines: readonly string[]) => {
    await writeWhole(folder, name, lines);
    const bytes = bytesOf(lines);
    used += bytes - (held.get(name) ?? 0);
    held.set(name, bytes);
  };
  const commits = groupCommit(
    (lines) => write(parcelName(next++), lines),
    (bytes) => used + bytes <= maxBytes,
  );
  return {
    keep: (lines) => commits.add(lines),
    async oldest() {
      for (const name of held.keys()) {
        const lines = await readLines(path.join(folder, name));
        if (lines !== undefined) return { name, lines };
        forget(name);
      }
      return undefined;
    },
    async leave({ name }, lines) {
      if (lines.length > 0) return write(name, lines);
      await rm(path.join(folder, name), { force: true });
      forget(name);
    },
    async setAside(line) {
      await refused.keep([line]);
      used += bytesOf([line]);
    },
    size: () => ({ bytes: used, parcels: held.size }),
    async close() {
      await commits.settled();
      await refused.close();
    },
  };
}

/** Parcels and their bytes, oldest first; what a crash left half written was promised to nobody and goes. */
function readFolder(folder: string): Map<string, number> {
  const names = readdirSync(folder).sort();
  for (const name of names.filter((each) => each.endsWith('.tmp'))) rmSync(path.join(folder, name));
  const parcels = names.filter((name) => PARCEL.test(name));
  return new Map(parcels.map((name) => [name, statSync(path.join(folder, name)).size]));
}

/** The lines of a parcel; undefined when somebody took it away. */
async function readLines(file: string): Promise<string[] | undefined> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** In the order of the numbers; the rest keeps two processes in one folder from overwriting each other. */
function parcelName(number: number): string {
  return `${String(number).padStart(12, '0')}-${randomBytes(4).toString('hex')}.ndjson`;
}

async function writeWhole(folder: string, name: string, lines: readonly string[]): Promise<void> {
  const target = path.join(folder, name);
  const unfinished = `${target}.tmp`;
  const file = await open(unfinished, 'w', OWNER_ONLY.file);
  try {
    await file.writeFile(`${lines.join('\n')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, target);
  await syncFolder(folder);
}

/** Without this a power failure may take the name of a file whose content is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
