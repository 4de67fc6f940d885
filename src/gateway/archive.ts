import { Flights } from '../cache/flights';
import { dated } from '../cache/dated';
import { cached } from '../cache/memory';
import { offsetInZone } from '../dicom/zone';
import { createArchiveClient } from '../pacs/client';
import { probeArchive, type ArchiveFacts } from '../pacs/probe';
import { createRetriever } from '../pacs/retrieve';
import { createRowSearch } from '../pacs/searchRows';
import { createArchiveSource } from '../pacs/source';
import { UPDATE_TIME_WORDS } from '../pacs/updateTime';
import type { ZoneOfArchive } from '../study/attributes';
import type { Retriever } from '../study/retrieval';
import type { RowSearch } from '../study/rowSearch';
import type { Call, StudySource } from '../study/source';
import { archiveSettings, streamSettings, type GatewaySettings } from './limits';

/** The archive, with the cache in front of it. */
export interface OpenedArchive {
  readonly source: StudySource;
  readonly rows: RowSearch;
  readonly retriever: Retriever;
  /** What it is; asked once, and after a failure again. */
  probe(call: Call): Promise<ArchiveFacts>;
  /** What a study's last update is there, in words; undefined as long as it has not answered. */
  describeLastUpdated(): string | undefined;
  /** Drops the connections. */
  close(): void;
}

export function openArchive(settings: GatewaySettings): OpenedArchive {
  const client = createArchiveClient(archiveSettings(settings));
  const retriever = createRetriever(streamSettings(settings));
  const zone: ZoneOfArchive = (date, time) =>
    settings.archiveTimeZone === undefined
      ? undefined
      : offsetInZone(settings.archiveTimeZone, date, time);
  const facts = rememberFacts((call) => probeArchive(client, settings['pacs.dialect'], zone, call));
  const archive = createArchiveSource(client, (call) => facts.ask(call), zone);
  const source = cached(
    dated(archive, () => new Date()),
    {
      maxBytes: settings['cache.maxBytes'],
      studyRowsMs: settings['cache.studyRowsMs'],
      detailMs: settings['cache.detailMs'],
    },
  );
  return {
    source,
    rows: createRowSearch(async (call) => ({ client, facts: await facts.ask(call), zone })),
    retriever,
    probe: (call) => facts.ask(call),
    describeLastUpdated() {
      const known = facts.known();
      return known && UPDATE_TIME_WORDS[known.dialect.updateTime];
    },
    close() {
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
