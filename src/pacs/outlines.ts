import { integer, string, type DataSet } from '../dicom/dataset';
import { isSafeUid } from '../dicom/values';
import type { StudyHeader } from '../study/model';
import type { Call, Keys } from '../study/source';
import type { SearchPath } from './client';
import { allRows, isNoSuchPath, isSilent, lacksIssuer } from './details';
import { nativeOutlines } from './orthancOutlines';
import { withOwnZones } from './orthancZones';
import { UIDS_A_CALL, type Archive } from './studies';

/*
 * The series of studies without their instances, of which there are many times as many.
 */

/** A series, as one of its instances or its own row tells of it. */
export interface SeriesOutline {
  readonly first: DataSet;
  /** How many instances it has. */
  readonly count: number;
}

/**
 * The series of each study asked, in the order asked.
 *
 * @returns undefined for a study of which only instance rows tell surely
 */
export async function seriesOutlines(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (readonly SeriesOutline[] | undefined)[]> {
  const { dialect } = archive.facts;
  if (studies.length === 0) return [];
  const found =
    dialect.rows !== 'qido'
      ? await nativeOutlines(archive, studies, call)
      : // Where rows leave attributes out, a file of each series must tell them, and no series row names one.
        dialect.metadata === 'mandatory'
        ? await qidoOutlines(archive, studies, call)
        : [];
  return studies.map((study, index) => ifWhole(study, found[index]));
}

/** Series and instances must be as many as the study row counts: part is never whole. */
function ifWhole(
  study: StudyHeader,
  outlines: readonly SeriesOutline[] | undefined,
): readonly SeriesOutline[] | undefined {
  if (outlines === undefined || study.numberOfInstances === undefined) return undefined;
  const instances = outlines.reduce((sum, { count }) => sum + count, 0);
  const whole =
    outlines.length > 0 && outlines.length === (study.numberOfSeries ?? outlines.length);
  return whole && instances === study.numberOfInstances ? outlines : undefined;
}

async function qidoOutlines(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (readonly SeriesOutline[] | undefined)[]> {
  const { dialect } = archive.facts;
  const size = dialect.uidLists && dialect.searchesBelowStudies ? UIDS_A_CALL : 1;
  const chunks = Array.from({ length: Math.ceil(studies.length / size) }, (_, at) =>
    studies.slice(at * size, (at + 1) * size),
  );
  const rows = await Promise.all(chunks.map((chunk) => rowsOf(archive, chunk, size > 1, call)));
  return studies.map((study, index) => {
    const own = rows[Math.floor(index / size)]?.filter(
      (row) => string(row, 'StudyInstanceUID') === study.uid,
    );
    const outlines = own?.map((row) => outlineOf(row, study));
    return outlines?.every((each) => each !== undefined) === true ? outlines : undefined;
  });
}

/** @returns undefined where the archive has no such search */
async function rowsOf(
  archive: Archive,
  studies: readonly StudyHeader[],
  inLists: boolean,
  call: Call,
): Promise<readonly DataSet[] | undefined> {
  const [first] = studies;
  if (first === undefined || !studies.every(({ uid }) => isSafeUid(uid))) return undefined;
  const uids = [...new Set(studies.map(({ uid }) => uid))];
  const path: SearchPath = { level: 'series', ...(!inLists && { study: first.uid }) };
  const keys: Keys = new Map(
    inLists ? [['StudyInstanceUID', { kind: 'values', values: uids }]] : [],
  );
  const counts = studies.map(({ numberOfSeries }) => numberOfSeries ?? NaN);
  const sum = counts.reduce((all, count) => all + count, 0);
  try {
    const reading = allRows(archive, path, keys, Number.isNaN(sum) ? undefined : sum, call);
    return await withOwnZones(archive, uids, reading, call);
  } catch (error) {
    if (isNoSuchPath(error)) return undefined;
    throw error;
  }
}

/** A row that tells whose it is, what it is and how large; undefined for one that leaves any of it open. */
function outlineOf(row: DataSet, study: StudyHeader): SeriesOutline | undefined {
  const count = integer(row, 'NumberOfSeriesRelatedInstances');
  const surely = !isSilent(row, study) && !lacksIssuer(row, study);
  const told = surely && string(row, 'Modality') !== undefined;
  return told && count !== undefined ? { first: row, count } : undefined;
}
