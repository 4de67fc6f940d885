import { createHash } from 'node:crypto';
import type { StudySource } from '../study/source';
import { createAnnouncements } from './announcements';
import type { Connections } from './connect';
import { createEntries } from './entries';
import type { Change, Invalidation } from './invalidation';
import type { Lifetimes } from './lifetimes';
import { boundRedis, type Trouble } from './redis';
import { shareFlights } from './replicas';
import { createSealer } from './seal';
import { shared } from './shared';

/** The cache that replicas share. */
export interface SharedCache {
  /** The source with the shared cache before it. */
  share(source: StudySource, lifetimes: () => Lifetimes): StudySource;
  /**
   * Has all replicas forget what changed.
   * @returns whether Redis was reached; if not, everything is dropped there as soon as it is
   */
  invalidate(change: Change): Promise<boolean>;
  /** Whether changes that other replicas tell are being heard. */
  isTold(): boolean;
  close(): void;
}

export interface SharedCacheSettings {
  /** Secrets: the first seals, all of them open. */
  readonly keys: readonly string[];
  /** What answers depend on beside the question: only replicas with the same share. */
  readonly archive: readonly unknown[];
  /** Deadline of a command, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxValueBytes: number;
  /** How long another replica's reading is waited for at most, in milliseconds. */
  readonly waitMs: number;
  readonly onTrouble: (trouble: Trouble, error: unknown) => void;
}

/** The form of the model: raise it when a member of study/model.ts or study/source.ts changes its meaning. */
const MODEL = 1;
/** A value's bytes when decompressed, for each byte that it may have in Redis. */
const INFLATION = 64;
/** How often the listening connection is asked whether it lives, and its silence that is too long. */
const HEARTBEAT_MS = 500;
const SILENCE_MS = 1500;

/** @param invalidation tells this process what others have dropped */
export function openSharedCache(
  connections: Connections,
  invalidation: Invalidation,
  settings: SharedCacheSettings,
): SharedCache {
  const { keys, archive, timeoutMs, maxValueBytes, waitMs, onTrouble } = settings;
  const prefix = `imaging:${digest(JSON.stringify([MODEL, ...archive]))}:`;
  const sealer = createSealer(keys, maxValueBytes * INFLATION);
  const announcements = createAnnouncements(sealer);
  const redis = boundRedis(connections.commands, { timeoutMs, onTrouble });
  const entries = createEntries(redis, sealer, { prefix, maxValueBytes });
  const flights = shareFlights(redis, entries, waitMs);
  const channel = `${prefix}changes`;
  let owes = false;

  async function tell(change: Change): Promise<boolean> {
    // In this order: a replica that has forgotten must not find the old value in Redis.
    const dropped = await entries.drop(change);
    invalidation.drop(change);
    const message = await announcements.write(change);
    return dropped === true && (await redis.publish(channel, message)) === true;
  }

  const listening = hear(connections, channel, (message) => {
    void announcements.read(message).then((change) => {
      if (change !== undefined) invalidation.drop(change);
    });
  });
  listening.onChange(() => invalidation.drop({ all: true }));
  const paying = setInterval(() => {
    if (owes) void tell({ all: true }).then((told) => (owes = !told));
  }, HEARTBEAT_MS).unref();

  return {
    share: (source, lifetimes) => shared(source, flights, entries, lifetimes),
    async invalidate(change) {
      const told = await tell(change);
      owes ||= !told;
      return told;
    },
    isTold: () => listening.isTold(),
    close() {
      clearInterval(paying);
      listening.close();
      redis.close();
      connections.close();
    },
  };
}

/**
 * Listens to what other replicas tell. A connection may be dead for long before the system notices, so it has to
 * answer: what was told meanwhile is lost, and is told by nobody again.
 */
function hear(connections: Connections, channel: string, onMessage: (message: Buffer) => void) {
  let listening = false;
  let heard = Number.NEGATIVE_INFINITY;
  let told = false;
  let onChange: () => void = () => undefined;
  const check = () => {
    const now = listening && performance.now() - heard < SILENCE_MS;
    if (now === told) return;
    told = now;
    onChange();
  };
  connections.listen(channel, onMessage, (now) => {
    listening = now;
    if (now) heard = performance.now();
    check();
  });
  const beat = setInterval(() => {
    connections.pingListener().then(
      () => (heard = performance.now()),
      () => undefined,
    );
    check();
  }, HEARTBEAT_MS).unref();
  return {
    isTold: () => told,
    onChange: (listener: () => void) => void (onChange = listener),
    close: () => clearInterval(beat),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
