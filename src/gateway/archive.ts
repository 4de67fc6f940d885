import { Flights } from '../cache/flights';
import type { Change } from '../cache/invalidation';
import { cached } from '../cache/memory';
import { staleIfError } from '../cache/stale';
import { offsetInZone } from '../dicom/zone';
import { createArchiveClient } from '../pacs/client';
import { probeArchive, withRows, type ArchiveFacts } from '../pacs/probe';
import { createRetriever } from '../pacs/retrieve';
import { createRowSearch } from '../pacs/searchRows';
import { createArchiveSource } from '../pacs/source';
import { createUpstream } from '../pacs/upstream';
import { UPDATE_TIME_WORDS } from '../pacs/updateTime';
import type { ZoneOfArchive } from '../study/attributes';
import type { ArchiveState, RedisState } from '../observe/state';
import type { Retriever } from '../study/retrieval';
import type { RowSearch } from '../study/rowSearch';
import type { Call, StudySource } from '../study/source';
import { openCaching, type CachingOptions } from './caching';
import { archiveSettings, streamSettings } from './limits';

/** The archive, with the cache in front of it. */
export interface OpenedArchive {
  readonly source: StudySource;
  readonly rows: RowSearch;
  readonly retriever: Retriever;
  /** What it is; asked once, and after a failure again. */
  probe(call: Call): Promise<ArchiveFacts>;
  /** What a study's last update is there, in words; undefined as long as it has not answered. */
  describeLastUpdated(): string | undefined;
  /**
   * Has this process and all replicas forget what they remember of what changed.
   * @returns whether all were reached; if not, they are told as soon as Redis answers
   */
  invalidate(change: Change): Promise<boolean>;
  /** Has this process alone forget it: another one, which told, sees to the replicas. */
  forget(change: Change): void;
  /** Hears of changes, for what remembers something made of answers of `source`. */
  onInvalidated(listener: (change: Change) => void): () => void;
  /** Asks the archive the smallest question there is. */
  lookIn(call: Call): Promise<unknown>;
  state(): Omit<ArchiveState, 'heard' | 'concurrency' | 'streams'>;
  /** How the Redis is that replicas share; undefined where there is none. */
  redisState(): RedisState | undefined;
  /** Drops the connections. */
  close(): void;
}

export function openArchive(options: CachingOptions): OpenedArchive {
  const { settings } = options;
  const upstream = createUpstream(archiveSettings(settings));
  const client = createArchiveClient(archiveSettings(settings), upstream);
  const retriever = createRetriever(streamSettings(settings), upstream);
  const zone: ZoneOfArchive = (date, time) =>
    settings.archiveTimeZone === undefined
      ? undefined
      : offsetInZone(settings.archiveTimeZone, date, time);
  const facts = rememberFacts(async (call) =>
    withRows(
      await probeArchive(client, settings['pacs.dialect'], zone, call),
      settings['pacs.rows'],
    ),
  );
  const ask = (call: Call) => facts.ask(call);
  const archive = createArchiveSource(client, ask, zone);
  const caching = openCaching(archive, { client, facts: ask }, options);
  const remembered = cached(
    caching.source,
    {
      maxBytes: settings['cache.maxBytes'],
      studyRowsMs: settings['cache.studyRowsMs'],
      detailMs: settings['cache.detailMs'],
    },
    caching.watch,
  );
  const source = staleIfError(remembered, settings['cache.staleIfErrorMs']);
  return {
    source,
    rows: createRowSearch(async (call) => ({ client, facts: await ask(call), zone })),
    retriever,
    probe: ask,
    describeLastUpdated() {
      const known = facts.known();
      return known && UPDATE_TIME_WORDS[known.dialect.updateTime];
    },
    invalidate: (change) => caching.invalidate(change),
    forget: (change) => caching.watch.invalidation.drop(change),
    onInvalidated: (listener) => caching.watch.invalidation.onInvalidated(listener),
    lookIn: (call) => client.search({ level: 'studies' }, [['limit', '1']], call),
    state() {
      const { inFlight, waiting } = client.state();
      const { open, waiting: transfer } = retriever.state();
      const known = facts.known();
      return {
        ...upstream.state(),
        inFlight,
        transfers: open,
        waiting: { ...waiting, transfer },
        facts: known && {
          product: known.product,
          dialect: known.dialect.title,
          rows: known.dialect.rows,
        },
        changes: caching.changesState(),
      };
    },
    redisState: () => caching.redisState(),
    close() {
      caching.close();
      client.close();
      retriever.close();
    },
  };
}

function rememberFacts(probe: (call: Call) => Promise<ArchiveFacts>) {
  const flights = new Flights<ArchiveFacts>();
  let known: ArchiveFacts | undefined;
  return {
    async ask(call: Call): Promise<ArchiveFacts> {
      if (known !== undefined) return known;
      const { value } = await flights.join('facts', call, probe);
      known = value;
      return value;
    },
    /** Without asking: undefined as long as the archive has not answered. */
    known: () => known,
  };
}
