import { has, string, type DataSet } from '../dicom/dataset';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import type { StudyRows } from './details';
import { readFileOf, readFilesBelow } from './orthancFiles';
import { elementOf, firstOf, readLevel, type Filed, type Resource } from './orthancResources';
import { CLASSED_INSTANCES, isDocument, TITLED_INSTANCES } from './supplement';

/*
 * The instance rows of a study out of Orthanc's index, and of the files what only they tell of a series.
 */

/** Files of one study that are read in one call: as many rows as an instance call by QIDO-RS brings. */
export const FILES_A_CALL = 600;
/** Files a series up to which all of a study cost less in one call than the first of each series by itself. */
const FILES_FOR_ONE = 3;

export function countOf(series: readonly Resource[]): number {
  return series.reduce((sum, { instances }) => sum + instances.length, 0);
}

/** Orthanc's ids of the study that series are in, or of both where it is filed twice. */
export function studyIds(series: readonly Resource[]): string[] {
  return [...new Set(series.map(({ parent }) => parent))];
}

export type Instances = ReadonlyMap<string, readonly Resource[]> | undefined;

/** The instances below studies, by the id of their series; undefined where Orthanc's API does not answer. */
export function readInstances(
  client: ArchiveClient,
  ids: readonly string[],
  call: Call,
): Promise<Instances> {
  return readLevel(client, 'Instance', ids, call);
}

/**
 * Rows out of the index with the first file of each series, which is read beside it. A row gives way to its file: what
 * the index holds of a series may be of another file, and where one has a report beside its images, the report would
 * be given their date.
 */
export async function rowsOfIndex(
  client: ArchiveClient,
  { header, series }: Filed,
  reading: Promise<Instances>,
  call: Call,
): Promise<StudyRows | undefined> {
  const [instances, first] = await Promise.all([reading, readFirst(client, series, call)]);
  const study = [
    ...elementOf('StudyInstanceUID', header.uid),
    ...elementOf('PatientID', header.patient.id),
  ];
  const placed = series.flatMap(({ id, row }) =>
    (instances?.get(id) ?? []).map((instance) => ({
      id: instance.id,
      series: id,
      row: new Map([...study, ...row, ...instance.row]),
    })),
  );
  if (placed.length < (header.numberOfInstances ?? 1)) return undefined;
  const classless = new Set(
    placed.filter(({ row }) => !has(row, 'SOPClassUID')).map((each) => each.series),
  );
  const wanted = series.filter(
    ({ id, instances: { length } }) => classless.has(id) && length <= CLASSED_INSTANCES,
  );
  const others = await readSeries(client, wanted, call);
  const rows = placed.map(({ id, row }) => ({ id, row: others?.get(id) ?? first?.get(id) ?? row }));
  return {
    rows: inOrder(rows),
    told: true,
    supplemented: first !== undefined && others !== undefined,
  };
}

/**
 * The first file of each series, and all of short series of documents, whose titles are sequences; all files of the
 * study where they are hardly more.
 *
 * @param series those of one study
 * @returns files by Orthanc's id of their instance; undefined where it does not give one
 */
export async function readFirst(
  client: ArchiveClient,
  series: readonly Resource[],
  call: Call,
): Promise<ReadonlyMap<string, DataSet> | undefined> {
  const count = countOf(series);
  if (count <= Math.min(FILES_A_CALL, series.length * FILES_FOR_ONE)) {
    return readFilesBelow(client, 'studies', studyIds(series), call);
  }
  const titled = series.filter(
    ({ row, instances }) => isDocument(row) && instances.length <= TITLED_INSTANCES,
  );
  const firsts = series
    .filter((each) => !titled.includes(each))
    .flatMap(({ instances }) => firstOf(instances) ?? []);
  const [documents, files] = await Promise.all([
    readSeries(client, titled, call),
    Promise.all(firsts.map(async (id) => [id, await readFileOf(client, id, call)] as const)),
  ]);
  const read = files.flatMap(([id, file]) => (file === undefined ? [] : [[id, file] as const]));
  return documents && read.length === firsts.length ? new Map([...documents, ...read]) : undefined;
}

/** The files of series, by Orthanc's ids of their instances; undefined where one list is not given. */
export function readSeries(
  client: ArchiveClient,
  series: readonly Resource[],
  call: Call,
): Promise<ReadonlyMap<string, DataSet> | undefined> {
  const ids = series.map(({ id }) => id);
  return readFilesBelow(client, 'series', ids, call);
}

/**
 * Rows in the order of Orthanc's ids, which is that of its QIDO-RS: the first row of a series is the one that tells of
 * it. An instance that is filed twice is one row.
 */
export function inOrder(
  placed: readonly { readonly id: string; readonly row: DataSet }[],
): DataSet[] {
  const sorted = placed.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return [...new Map(sorted.map(({ row }) => [nameOf(row), row])).values()];
}

function nameOf(row: DataSet): string {
  return JSON.stringify([string(row, 'SeriesInstanceUID'), string(row, 'SOPInstanceUID')]);
}
