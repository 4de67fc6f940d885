import { has, string, type DataSet } from '../dicom/dataset';
import { modality } from '../dicom/codes';
import { isSafeUid } from '../dicom/values';
import { Problem } from '../errors';
import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import type { Dialect } from './dialects';
import type { Archive } from './studies';

/*
 * What QIDO-RS left out, taken from the metadata of one instance a series. Bounded by the series of a page;
 * kept in the cache with the rows, so it costs once.
 */

/** The instance rows of one series, the first of them first. */
export type SeriesRows = readonly [DataSet, ...(readonly DataSet[])];

/** Instances of a document series whose titles are worth their metadata. */
export const TITLED_INSTANCES = 10;
/** Instances of a series whose SOP classes are worth their metadata. */
export const CLASSED_INSTANCES = 200;

/**
 * The rows of a study's series with metadata laid over them where the dialect wants it.
 *
 * @param doubtful whether the rows may be of several patients: then every series is asked whose it is
 */
export async function supplementSeries(
  archive: Archive,
  study: StudyHeader,
  series: readonly SeriesRows[],
  doubtful: boolean,
  call: Call,
): Promise<readonly SeriesRows[]> {
  const { dialect } = archive.facts;
  return Promise.all(
    series.map(async (rows, index) => {
      const count = wanted(dialect, rows, index === 0, doubtful);
      return count === 0 ? rows : overlay(rows, await metadata(archive, study, rows, count, call));
    }),
  );
}

/** How many instances of a series to read metadata of. */
function wanted(dialect: Dialect, rows: SeriesRows, first: boolean, doubtful: boolean): number {
  const lacking = rows.filter((row) => string(row, 'SOPClassUID') === undefined).length;
  if (lacking > 0) return rows.length <= CLASSED_INSTANCES ? rows.length : 1;
  const always =
    dialect.metadata === 'series' || (dialect.metadata === 'study' && first) || doubtful;
  if (!always && string(rows[0], 'Modality') !== undefined) return 0;
  const titles = dialect.metadata === 'series' && rows.length <= TITLED_INSTANCES;
  return titles && isDocument(rows[0]) ? rows.length : 1;
}

/** Series of reports, key objects, presentation states and the like, whose titles are sequences. */
export function isDocument(row: DataSet): boolean {
  return modality(string(row, 'Modality') ?? '')?.acquisition === false;
}

/**
 * Metadata of the first instances of a series. An archive that cannot give it (real ones fail on single files
 * that QIDO-RS lists) leaves the rows as they are; one that is busy or gone fails the request, or the lack
 * would be remembered as the truth.
 */
async function metadata(
  archive: Archive,
  study: StudyHeader,
  rows: SeriesRows,
  count: number,
  call: Call,
): Promise<readonly DataSet[]> {
  const series = string(rows[0], 'SeriesInstanceUID') ?? '';
  const instance = string(rows[0], 'SOPInstanceUID') ?? '';
  if (![study.uid, series, instance].every(isSafeUid)) return [];
  const path = { study: study.uid, series, ...(count === 1 && { instance }) };
  try {
    return await archive.client.metadata(path, call);
  } catch (error) {
    const code = error instanceof Problem ? error.code : undefined;
    if (code === 'pacs-error' || code === 'pacs-broken-answer') return [];
    throw error;
  }
}

/** Each row with the metadata of its instance over it; the first row gets what any of them told. */
function overlay(rows: SeriesRows, told: readonly DataSet[]): SeriesRows {
  const byUid = new Map(told.map((dataSet) => [string(dataSet, 'SOPInstanceUID'), dataSet]));
  const laid = (row: DataSet) => merge(row, byUid.get(string(row, 'SOPInstanceUID')));
  const [first, ...others] = rows;
  return [laid(first), ...others.map(laid)];
}

function merge(row: DataSet, over: DataSet | undefined): DataSet {
  if (over === undefined) return row;
  // The counts and the availability are the archive's own words and not in any file.
  return has(over, 'SOPInstanceUID') ? new Map([...row, ...over]) : row;
}
