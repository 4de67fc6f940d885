import { isRecord, string, type DataSet, type Element } from '../dicom/dataset';
import { TAG, type Keyword } from '../dicom/tags';
import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { chunked, type StudyRows } from './details';
import { findByUids, type NativeStudy } from './orthanc';
import { readFilesOf, type Place } from './orthancFiles';
import type { RowSource } from './dialects';
import { findCap, UIDS_A_CALL, type Archive } from './studies';

/*
 * The instance rows of studies out of Orthanc's index: its own id of each study by `/tools/find`, then all series
 * and all instances below by `/tools/bulk-content` (from 1.9.4 on). QIDO-RS opens every file for the SOP Class UID
 * and the Image Type, and takes some ten times as long.
 */

/** Instances that one answer brings, about: of some 1 kB each. */
const BULK_INSTANCES = 5000;
/** Files of one series that are read at once; of longer series QIDO-RS tells, page by page. */
const MOST_FILES = 5000;
/** Files of one study that are read in one call: as many rows as an instance call by QIDO-RS brings. */
const FILES_A_CALL = 600;
/** Files a series up to which all of a study cost less in one call than the first of each series by itself. */
const FILES_FOR_ONE = 2;
/** What the index holds of a series and an instance, among what a row is read for. */
const SERIES: readonly Keyword[] = [
  'SeriesInstanceUID',
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'SeriesDate',
  'SeriesTime',
  'BodyPartExamined',
  'OperatorsName',
];
const INSTANCE: readonly Keyword[] = ['SOPInstanceUID', 'InstanceNumber', 'NumberOfFrames'];

/** A series or an instance as `/tools/bulk-content` expands it. */
export interface Resource {
  readonly id: string;
  /** Id of the study or series that it is in. */
  readonly parent: string;
  readonly row: DataSet;
  /** Ids of the instances of a series. */
  readonly instances: readonly string[];
}

/**
 * Instance rows of each study asked, in the order asked.
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
): Promise<readonly (StudyRows | undefined)[]> {
  const chunks = chunked(studies, BULK_INSTANCES);
  const rows = await Promise.all(chunks.map((chunk) => rowsOfChunk(archive, chunk, call)));
  return rows.flat();
}

/** What Orthanc itself has of each study; one that is filed twice has two. */
export async function findOwn(
  { client, facts }: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (readonly NativeStudy[])[]> {
  const uids = studies.map(({ uid }) => uid);
  const most = Math.min(UIDS_A_CALL, findCap(facts.dialect));
  const found = await findByUids(client, uids, most, call);
  return studies.map((study) => found.filter((one) => isSame(one, study)));
}

export function idsOf(own: readonly (readonly NativeStudy[])[]): string[] {
  return [...new Set(own.flat().flatMap(({ id }) => id ?? []))];
}

async function rowsOfChunk(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly (StudyRows | undefined)[]> {
  const { client, facts } = archive;
  const own = await findOwn(archive, studies, call);
  const ids = idsOf(own);
  const below = ids.length > 0 ? await readBelow(client, ids, call) : undefined;
  if (below === undefined) return studies.map(() => undefined);
  return studies.map((study, index) => {
    const rows = rowsOfStudy(study, own[index] ?? [], below);
    return isWhole(study, rows, facts.dialect.rows)
      ? {
          rows: [...rows.keys()],
          told: true,
          readFiles: readFilesOf(client, rows, readsTogether(rows, facts.dialect.rows)),
        }
      : undefined;
  });
}

/** Orthanc files a Patient ID with trailing blanks apart; they mean nothing (PS3.5 6.2). */
function isSame({ tags }: NativeStudy, { uid, patient }: StudyHeader): boolean {
  return tags.StudyInstanceUID === uid && (tags.PatientID ?? '').trim() === (patient.id ?? '');
}

/** Series by the id of their study, instances by that of their series. */
interface Below {
  readonly series: ReadonlyMap<string, readonly Resource[]>;
  readonly instances: ReadonlyMap<string, readonly Resource[]>;
}

async function readBelow(
  client: ArchiveClient,
  ids: readonly string[],
  call: Call,
): Promise<Below | undefined> {
  const [series, instances] = await Promise.all([
    readLevel(client, 'Series', ids, call),
    readLevel(client, 'Instance', ids, call),
  ]);
  return series && instances && { series, instances };
}

export async function readLevel(
  client: ArchiveClient,
  level: 'Series' | 'Instance',
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, readonly Resource[]> | undefined> {
  const body = { Resources: ids, Level: level, Metadata: true };
  const answer = await client.native('tools/bulk-content', body, call);
  return Array.isArray(answer) ? byParent(answer) : undefined;
}

function byParent(answer: readonly unknown[]): Map<string, Resource[]> {
  const children = new Map<string, Resource[]>();
  for (const resource of answer.map(readResource)) {
    if (resource === undefined) continue;
    const known = children.get(resource.parent);
    if (known === undefined) children.set(resource.parent, [resource]);
    else known.push(resource);
  }
  return children;
}

function readResource(resource: unknown): Resource | undefined {
  if (!isRecord(resource)) return undefined;
  const { ID: id, ParentStudy, ParentSeries, MainDicomTags: tags, Metadata: metadata } = resource;
  const parent = ParentSeries ?? ParentStudy;
  if (typeof id !== 'string' || typeof parent !== 'string' || !isRecord(tags)) return undefined;
  const isInstance = ParentSeries !== undefined;
  const elements = (isInstance ? INSTANCE : SERIES).flatMap((keyword) =>
    elementOf(keyword, tags[keyword]),
  );
  const sopClass = isInstance && isRecord(metadata) ? metadata.SopClassUid : undefined;
  const row = new Map([...elements, ...elementOf('SOPClassUID', sopClass)]);
  const instances = Array.isArray(resource.Instances) ? resource.Instances : [];
  return { id, parent, row, instances: instances.filter((each) => typeof each === 'string') };
}

function elementOf(keyword: Keyword, value: unknown): [string, Element][] {
  return typeof value === 'string' ? [[TAG[keyword], { Value: value.split('\\') }]] : [];
}

/**
 * The rows of a study and where their files are, in the order of Orthanc's ids, which is that of its QIDO-RS: the
 * first row of a series is the one that tells of it. An instance that is filed twice is one row.
 */
function rowsOfStudy(
  { uid, patient }: StudyHeader,
  own: readonly NativeStudy[],
  below: Below,
): ReadonlyMap<DataSet, Place> {
  const study = [...elementOf('StudyInstanceUID', uid), ...elementOf('PatientID', patient.id)];
  const placed = own
    .flatMap(({ id = '' }) => (below.series.get(id) ?? []).map((series) => ({ id, series })))
    .flatMap(({ id, series }) =>
      (below.instances.get(series.id) ?? []).map((instance) => ({
        row: new Map([...study, ...series.row, ...instance.row]),
        place: { study: id, series: series.id, instance: instance.id },
      })),
    )
    .sort((one, other) => (one.place.instance < other.place.instance ? -1 : 1));
  const once = new Map(placed.map((each) => [nameOf(each.row), each]));
  return new Map([...once.values()].map(({ row, place }) => [row, place]));
}

function nameOf(row: DataSet): string {
  return JSON.stringify([string(row, 'SeriesInstanceUID'), string(row, 'SOPInstanceUID')]);
}

function readsTogether(rows: ReadonlyMap<DataSet, Place>, source: RowSource): boolean {
  const wanted = new Set([...rows.values()].map(({ series }) => series)).size * FILES_FOR_ONE;
  return rows.size <= FILES_A_CALL && (source === 'files' || rows.size <= wanted);
}

function isWhole(
  study: StudyHeader,
  rows: ReadonlyMap<DataSet, Place>,
  source: RowSource,
): boolean {
  if (rows.size < (study.numberOfInstances ?? 1)) return false;
  if (source !== 'files' || rows.size <= MOST_FILES) return true;
  const sizes = new Map<string, number>();
  for (const { series } of rows.values()) sizes.set(series, (sizes.get(series) ?? 0) + 1);
  return Math.max(...sizes.values()) <= MOST_FILES;
}
