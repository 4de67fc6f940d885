import { closeSync, openSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { groupCommit } from './groupCommit';

/** A place that keeps lines. */
export interface Keeper {
  /** Resolves when the lines are durable there; throws what the disk said, or NoRoom. */
  keep(lines: readonly string[]): Promise<void>;
  /** Ends after what is under way. */
  close(): Promise<void>;
}

/** Only the gateway's own user reads and writes: the audit names patients. */
const OWNER_ONLY = 0o600;
const LINE_END = 0x0a;

/**
 * A file of NDJSON that only grows. Each group of lines is one append and one fdatasync.
 *
 * Rotation is logrotate's: rename the file, and the next append makes a new one, without a signal. Before each
 * append the path is compared with the open file; a rotator that copies and truncates loses what is written
 * between, so it must not be used.
 *
 * @param path of the file; its folder must exist
 * @throws what the system says when the file cannot be opened for appending
 */
export function createFileKeeper(path: string): Keeper {
  closeSync(openSync(path, 'a', OWNER_ONLY));
  let handle: FileHandle | undefined;
  const append = async (lines: readonly string[]) => {
    handle = await current(path, handle);
    const start = (await endsLine(handle)) ? '' : '\n';
    await handle.appendFile(`${start}${lines.join('\n')}\n`);
    await handle.datasync();
  };
  const commits = groupCommit(append);
  return {
    keep: (lines) => commits.add(lines),
    async close() {
      await commits.settled();
      await handle?.close();
    },
  };
}

/** The open file when it still is what the path names, else a new one. */
async function current(path: string, handle: FileHandle | undefined): Promise<FileHandle> {
  const named = await stat(path).catch(() => undefined);
  const held = await handle?.stat();
  if (handle !== undefined && named?.ino === held?.ino && named?.dev === held?.dev) return handle;
  const next = await open(path, 'a+', OWNER_ONLY);
  await handle?.close();
  return next;
}

/** Whether the file ends with a whole line: a crash or a full disk may have cut the last one, which stays alone. */
async function endsLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return last.buffer[0] === LINE_END;
}
