import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { chunked, type StudyRows } from './details';
import type { RowSource } from './dialects';
import { readFilesBelow } from './orthancFiles';
import {
  countOf,
  FILES_A_CALL,
  inOrder,
  readInstances,
  readSeries,
  rowsOfIndex,
  studyIds,
} from './orthancIndex';
import { findFiled, type Filed } from './orthancResources';
import type { Archive } from './studies';

/*
 * The instance rows of studies by Orthanc's own API: the files themselves, or its index with a file a series. QIDO-RS
 * opens every file, too, for the SOP Class UID and the Image Type, and takes more than twice as long.
 */

/** Instances that one answer brings, about: of some 1 kB each. */
const BULK_INSTANCES = 5000;
/** Files of one series that are read at once; of longer series QIDO-RS tells, page by page. */
const MOST_FILES = 5000;

/**
 * Instance rows of each study asked, in the order asked; each comes as soon as its calls are answered.
 *
 * Orthanc's ids are made of Patient ID and UIDs (Orthanc Book, "Orthanc identifiers"), so that the rows of a UID
 * that two patients share are never mixed.
 *
 * @returns undefined for a study that must be asked for by QIDO-RS: Orthanc's API did not answer, did not find it
 *   again or told of fewer instances than it counts
 */
export async function nativeRows(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (Promise<StudyRows | undefined> | undefined)[]> {
  const chunks = chunked(studies, BULK_INSTANCES);
  const rows = await Promise.all(chunks.map((chunk) => rowsOfChunk(archive, chunk, call)));
  return rows.flat();
}

async function rowsOfChunk(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (Promise<StudyRows | undefined> | undefined)[]> {
  const { client, facts } = archive;
  const source = facts.dialect.rows;
  const filed = await findFiled(archive, studies, call);
  const whole = filed.filter((study) => isWhole(study, source));
  const all = studyIds(whole.flatMap((study) => study.series));
  const instances =
    source === 'index' && all.length > 0 ? begun(readInstances(client, all, call)) : undefined;
  return filed.map((study) => {
    if (!whole.includes(study)) return undefined;
    return begun(
      instances === undefined
        ? rowsOfFiles(client, study, call)
        : rowsOfIndex(client, study, instances, call),
    );
  });
}

/** What nobody waits for yet: without a handler, its failure would end the process. */
function begun<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function isWhole({ header, series }: Filed, source: RowSource): boolean {
  const counts = series.map(({ instances }) => instances.length);
  if (countOf(series) < (header.numberOfInstances ?? 1)) return false;
  return source !== 'files' || Math.max(...counts) <= MOST_FILES;
}

/** Rows that are the files themselves; out of the index where Orthanc does not give all of them. */
async function rowsOfFiles(
  client: ArchiveClient,
  study: Filed,
  call: Call,
): Promise<StudyRows | undefined> {
  const { series } = study;
  const files = await (countOf(series) <= FILES_A_CALL
    ? readFilesBelow(client, 'studies', studyIds(series), call)
    : readSeries(client, series, call));
  const placed = series
    .flatMap(({ instances }) => instances)
    .flatMap((id) => {
      const row = files?.get(id);
      return row === undefined ? [] : [{ id, row }];
    });
  return placed.length === countOf(series)
    ? { rows: inOrder(placed), told: true, supplemented: true }
    : rowsOfIndex(client, study, readInstances(client, studyIds(series), call), call);
}
