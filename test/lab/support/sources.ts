import { archiveSettings } from '../../../src/gateway/limits';
import { createArchiveClient, type ArchiveClient } from '../../../src/pacs/client';
import type { RowSource } from '../../../src/pacs/dialects';
import { probeArchive, withRows } from '../../../src/pacs/probe';
import { createArchiveSource } from '../../../src/pacs/source';
import { gather } from '../../../src/study/gather';
import type { StudyHeader } from '../../../src/study/model';
import type { Call, StudyDetail, StudySource } from '../../../src/study/source';
import { settingsOf } from '../../gateway/running';

/*
 * The archive as the gateway's own source of studies, without the cache, for what no resource shows.
 */

/** A caller that stays and whom nobody measures. */
export function newCall(): Call {
  return {
    signal: new AbortController().signal,
    meter: { upstream: () => undefined, cache: () => undefined },
  };
}

export function openClient(url: string): ArchiveClient {
  return createArchiveClient(archiveSettings({ ...settingsOf({}), 'pacs.url': url }));
}

/** The source whose rows come from where a test says; undefined: from where the probe finds best. */
export function openSource(client: ArchiveClient, rows: RowSource | undefined): StudySource {
  const zone = () => undefined;
  const probed = probeArchive(client, undefined, zone, newCall());
  return createArchiveSource(client, async () => withRows(await probed, rows), zone);
}

/** All studies of a source. */
export async function allStudies(source: StudySource): Promise<readonly StudyHeader[]> {
  const reach = { windowRows: 500, most: 10_000, from: 0 };
  return (await gather(source, new Map(), reach, newCall())).studies;
}

/** Details with series and instances by UID, whatever order they came in. */
export function ordered({ header, series, defects }: StudyDetail): StudyDetail {
  return {
    header,
    defects,
    series: series
      .map((each) => ({ ...each, instances: [...each.instances].sort(byUid) }))
      .sort(byUid),
  };
}

function byUid(one: { readonly uid: string }, other: { readonly uid: string }): number {
  return one.uid < other.uid ? -1 : 1;
}
