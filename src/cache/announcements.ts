import { randomBytes } from 'node:crypto';
import type { Change } from './invalidation';
import type { Sealer } from './seal';

/*
 * What one replica tells the others of a change. It names studies, so it is sealed.
 */

/** Writes and reads announcements of one replica. */
export interface Announcements {
  write(change: Change): Promise<Buffer>;
  /** The change; undefined for our own, and for what is no announcement of ours. */
  read(message: Buffer): Promise<Change | undefined>;
}

/** The name under which announcements are sealed: a value of the cache is none. */
const NAME = 'announcement';

export function createAnnouncements(sealer: Sealer): Announcements {
  const self = randomBytes(9).toString('base64url');
  return {
    write: (change) => {
      const studies = 'all' in change ? '*' : change.studies;
      return sealer.seal(NAME, JSON.stringify([self, studies]));
    },
    async read(message) {
      const text = await sealer.open(NAME, message);
      if (text === undefined) return undefined;
      const [from, studies] = parts(JSON.parse(text));
      if (from === self) return undefined;
      if (!Array.isArray(studies)) return { all: true };
      return { studies: studies.filter((uid) => typeof uid === 'string') };
    },
  };
}

function parts(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? (content as readonly unknown[]) : [];
}
