import { isRecord, string, type DataSet } from '../dicom/dataset';
import { TAG } from '../dicom/tags';
import { isSafeUid } from '../dicom/values';
import type { Call } from '../study/source';
import { largestPage } from './searchEnd';
import type { Archive } from './studies';

/*
 * The time zone of each series by Orthanc's own find. It files Timezone Offset From UTC (0008,0201) both of studies and
 * of series, and the rows of its newer QIDO-RS have the study's in place of the series': a series in another zone would
 * be told hours away from when it was, and one whose file tells no zone would be given one.
 */

/** Series one find may bring. */
const SERIES_A_CALL = 2000;

/** Zones by Series Instance UID; a series that is not here has none. */
type Zones = ReadonlyMap<string, string>;

/**
 * Series or instance rows with the zones of their series, which are asked for beside them.
 *
 * @param uids Study Instance UIDs of the rows
 * @param reading the rows, under way
 * @returns rows without a zone where Orthanc's own API does not tell
 */
export async function withOwnZones(
  archive: Archive,
  uids: readonly string[],
  reading: Promise<readonly DataSet[]>,
  call: Call,
): Promise<readonly DataSet[]> {
  const { zoneOfStudy } = archive.facts.dialect;
  if (!zoneOfStudy || !uids.every(isSafeUid)) return reading;
  const [rows, zones] = await Promise.all([reading, readZones(archive, uids, call)]);
  return rows.map((row) => withZone(row, zones.get(string(row, 'SeriesInstanceUID') ?? '')));
}

function withZone(row: DataSet, zone: string | undefined): DataSet {
  if (string(row, 'TimezoneOffsetFromUTC') === zone) return row;
  const own = new Map(row);
  if (zone === undefined) own.delete(TAG.TimezoneOffsetFromUTC);
  else own.set(TAG.TimezoneOffsetFromUTC, { Value: [zone] });
  return own;
}

async function readZones(
  { client, facts: { dialect } }: Archive,
  uids: readonly string[],
  call: Call,
): Promise<Zones> {
  const zones = new Map<string, string>();
  const query = { StudyInstanceUID: uids.join('\\') };
  for (let since = 0; ;) {
    const body = {
      Level: 'Series',
      Query: query,
      Expand: true,
      Since: since,
      Limit: SERIES_A_CALL,
    };
    const found = await client.native('tools/find', body, call);
    if (!Array.isArray(found)) return zones;
    for (const { MainDicomTags: tags } of found.filter(isRecord)) {
      if (isRecord(tags)) addZone(zones, tags);
    }
    since += found.length;
    if (found.length < largestPage(SERIES_A_CALL, dialect) || found.length === 0) return zones;
  }
}

function addZone(
  zones: Map<string, string>,
  { SeriesInstanceUID: uid, TimezoneOffsetFromUTC: zone }: Readonly<Record<string, unknown>>,
): void {
  if (typeof uid === 'string' && typeof zone === 'string' && zone !== '')
    zones.set(uid, zone.trim());
}
