import { connectRedis } from '../cache/connect';
import { dated } from '../cache/dated';
import { createInvalidation, type Change, type Invalidation } from '../cache/invalidation';
import { areLong, lifetimesWhile, type Lifetimes } from '../cache/lifetimes';
import type { Watch } from '../cache/memory';
import type { Trouble } from '../cache/redis';
import { openSharedCache, type SharedCache } from '../cache/replicated';
import type { Logger } from '../observe/log';
import type { ArchiveState, RedisState } from '../observe/state';
import { followChanges, type ChangeFeed } from '../pacs/changeFeed';
import type { ArchiveClient } from '../pacs/client';
import type { ArchiveFacts } from '../pacs/probe';
import type { Call, Meter, StudySource, WatchStore } from '../study/source';
import type { GatewaySettings } from './limits';

/** Who shares answers of the archive with other replicas, and who tells that they have changed. */
export interface Caching {
  /** The archive with the shared cache before it, where there is one. */
  readonly source: StudySource;
  /** For what remembers answers in this process. */
  readonly watch: Watch;
  /**
   * Has this process and all replicas forget what changed.
   * @returns whether all were reached; if not, they are told as soon as Redis answers
   */
  invalidate(change: Change): Promise<boolean>;
  /** How the feed of the archive's changes is; undefined where none is followed. */
  changesState(): ArchiveState['changes'];
  /** How Redis is; undefined where there is none. */
  redisState(): RedisState | undefined;
  close(): void;
}

/** What caching is told beside its settings. */
export interface CachingOptions {
  readonly settings: GatewaySettings;
  readonly logger: Logger;
  /** Release of the gateway: another one may understand the archive otherwise. */
  readonly version: string;
  /** Counts what is asked for nobody's request. */
  readonly meter: Meter;
  readonly watchStore?: WatchStore | undefined;
}

/** How often the same trouble with Redis is logged, in milliseconds. */
const LOG_EVERY_MS = 60_000;

/** @param archive as it answers */
export function openCaching(
  archive: StudySource,
  upstream: { client: ArchiveClient; facts: (call: Call) => Promise<ArchiveFacts> },
  options: CachingOptions,
): Caching {
  const { settings } = options;
  const wanted: Lifetimes = {
    studyRowsMs: settings['cache.studyRowsMs'],
    detailMs: settings['cache.detailMs'],
  };
  const invalidation = createInvalidation();
  const troubles = watchTroubles(options.logger);
  const cache = openShared(options, invalidation, (trouble, error) =>
    troubles.hear(trouble, error),
  );
  const invalidate = async (change: Change): Promise<boolean> => {
    if (cache !== undefined) return cache.invalidate(change);
    invalidation.drop(change);
    return true;
  };
  const feed = openFeed(upstream, options, wanted, invalidation, invalidate);
  const lifetimes = () => {
    const changes = feed?.isAlive() !== false && cache?.isTold() !== false;
    return lifetimesWhile({ changes, updates: feed?.tellsUpdates() === true }, wanted);
  };
  const shared = cache?.share(archive, lifetimes) ?? archive;
  return {
    source: dated(shared, () => new Date()),
    watch: { invalidation, lifetimes, watchStore: options.watchStore },
    invalidate,
    changesState: () => feed && { alive: feed.isAlive(), ageMs: feed.age() },
    redisState: () => cache && { told: cache.isTold(), ...troubles.state() },
    close() {
      feed?.close();
      cache?.close();
    },
  };
}

/** Follows what changes in the archive where answers are to live so long that somebody has to. */
function openFeed(
  { client, facts }: Parameters<typeof openCaching>[1],
  { settings, logger, meter }: CachingOptions,
  wanted: Lifetimes,
  invalidation: Invalidation,
  invalidate: (change: Change) => Promise<boolean>,
): ChangeFeed | undefined {
  const pollMs = settings['cache.changesPollMs'];
  if (pollMs === 0 || !areLong(wanted)) return undefined;
  return followChanges(client, facts, {
    pollMs,
    meter,
    onChange: (uids) => void invalidate({ studies: uids ?? [] }),
    onAlive(alive) {
      // Rows that were kept to live long are not known to be good any more; what is below them a fresh row guards.
      if (!alive) invalidation.drop({ studies: [] });
      logger.info(
        alive
          ? 'The archive tells what changes: answers live as long as they are set to'
          : 'The archive does not tell what changes: study rows live for a short time',
      );
    },
  });
}

function openShared(
  { settings, version }: CachingOptions,
  invalidation: Invalidation,
  onTrouble: (trouble: Trouble, error: unknown) => void,
): SharedCache | undefined {
  const { 'redis.url': url, 'redis.keys': keys } = settings;
  if (url === undefined || keys === undefined) return undefined;
  return openSharedCache(
    connectRedis(url, (error) => onTrouble('away', error)),
    invalidation,
    {
      keys,
      archive: [
        version,
        settings['pacs.url'],
        settings['pacs.dialect'],
        settings['pacs.username'],
        settings.archiveTimeZone,
      ],
      timeoutMs: settings['redis.timeoutMs'],
      maxValueBytes: settings['redis.maxValueBytes'],
      waitMs: settings['pacs.searchTimeoutMs'],
      onTrouble,
    },
  );
}

const WORDS: Readonly<Record<Trouble, string>> = {
  late: 'Redis does not answer in time',
  away: 'Redis cannot be reached',
  refused: 'Redis refuses a command',
};

/** Logs troubles with Redis, and counts them. */
function watchTroubles(logger: Logger) {
  const log = logSometimes(logger);
  const counts = { late: 0, away: 0, refused: 0 };
  let last: { readonly trouble: Trouble; readonly at: number } | undefined;
  return {
    hear(trouble: Trouble, error: unknown): void {
      counts[trouble] += 1;
      last = { trouble, at: performance.now() };
      log(trouble, error);
    },
    state: () => ({ troubles: { ...counts }, lastTrouble: last }),
  };
}

/** Logs each trouble once in a while, and how often there was one meanwhile; never what a command held. */
function logSometimes(logger: Logger) {
  const counts = new Map<Trouble, { count: number; at: number }>();
  return (trouble: Trouble, error: unknown): void => {
    const known = counts.get(trouble) ?? { count: 0, at: Number.NEGATIVE_INFINITY };
    known.count += 1;
    counts.set(trouble, known);
    if (performance.now() - known.at < LOG_EVERY_MS) return;
    const { count } = known;
    counts.set(trouble, { count: 0, at: performance.now() });
    logger.warn(
      { trouble, count, cause: firstWord(error) },
      `${WORDS[trouble]}: it is asked for nothing, which costs speed only`,
    );
  };
}

/** Redis begins its words with a code (OOM, READONLY, NOAUTH), the system has one of its own (ECONNREFUSED). */
function firstWord(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{2,}(?= )/.exec(error.message)?.[0] ?? error.name;
}
