/** There is no room for more; nothing was kept of what was to be added. */
class NoRoom extends Error {
  override readonly name = 'NoRoom';
  readonly code = 'NO_ROOM';
}

/** Brings lines to a disk. */
export interface GroupCommit {
  /**
   * Resolves when the lines are on the disk.
   *
   * @throws NoRoom when too much waits for the disk already; what the disk said, when it would not take them
   */
  add(lines: readonly string[]): Promise<void>;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly lines: readonly string[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Lines in one write at most. */
const MOST_LINES = 100;
/** Bytes that may wait for a slow disk in memory at most; a larger group waits alone. */
const MOST_PENDING_BYTES = 16_777_216;

/**
 * One write at a time, in the order of arrival; whatever arrives during a write goes into the next one together. So
 * the wait for the disk (fsync) is shared by everybody who is waiting, and a busy gateway waits no more often.
 *
 * @param write brings lines to the disk, all or none as far as the disk allows
 * @param hasRoom whether the disk may get so many bytes more
 */
export function groupCommit(
  write: (lines: readonly string[]) => Promise<void>,
  hasRoom: (bytes: number) => boolean = () => true,
): GroupCommit {
  const waiting: Waiting[] = [];
  let pending = 0;
  let running: Promise<void> | undefined;
  const run = async () => {
    while (waiting.length > 0) {
      const group = takeGroup(waiting);
      await commit(group, write);
      pending -= group.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    running = undefined;
  };
  return {
    add(lines) {
      const bytes = bytesOf(lines);
      const wanted = pending + bytes;
      const waits = pending === 0 || wanted <= MOST_PENDING_BYTES;
      if (!waits || !hasRoom(wanted)) return Promise.reject(new NoRoom('no room for records'));
      pending = wanted;
      return new Promise((resolve, reject) => {
        waiting.push({ lines, bytes, resolve, reject });
        running ??= run();
      });
    },
    settled: () => running ?? Promise.resolve(),
  };
}

/** Bytes of lines in a file. */
export function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

function takeGroup(waiting: Waiting[]): Waiting[] {
  let lines = 0;
  const end = waiting.findIndex((each) => (lines += each.lines.length) > MOST_LINES);
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(1, end));
}

async function commit(
  group: readonly Waiting[],
  write: (lines: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    await write(group.flatMap(({ lines }) => lines));
    for (const each of group) each.resolve();
  } catch (error) {
    for (const each of group) each.reject(error);
  }
}
