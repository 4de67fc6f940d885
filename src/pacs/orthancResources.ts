import { isRecord, type DataSet, type Element } from '../dicom/dataset';
import { TAG, type Keyword } from '../dicom/tags';
import type { StudyHeader } from '../study/model';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import { findByUids, type NativeStudy } from './orthanc';
import { findCap, UIDS_A_CALL, type Archive } from './studies';

/*
 * Studies, series and instances as Orthanc's index has them: found again by `/tools/find`, and what is below them by
 * `/tools/bulk-content` (from 1.9.4 on).
 */

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

/** A study and its series; those of both where it is filed twice. */
export interface Filed {
  readonly header: StudyHeader;
  readonly series: readonly Resource[];
}

/** Each study with what Orthanc has of it, in the order asked; without series where it does not tell. */
export async function findFiled(
  { client, facts }: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<readonly Filed[]> {
  const uids = studies.map(({ uid }) => uid);
  const most = Math.min(UIDS_A_CALL, findCap(facts.dialect));
  const found = await findByUids(client, uids, most, call);
  const own = studies.map((study) =>
    found.filter((one) => isSame(one, study)).flatMap(({ id }) => id ?? []),
  );
  const ids = [...new Set(own.flat())];
  const series = ids.length > 0 ? await readLevel(client, 'Series', ids, call) : undefined;
  return studies.map((header, index) => ({
    header,
    series: (own[index] ?? []).flatMap((id) => series?.get(id) ?? []),
  }));
}

/** Orthanc files a Patient ID with trailing blanks apart; they mean nothing (PS3.5 6.2). */
function isSame({ tags }: NativeStudy, { uid, patient }: StudyHeader): boolean {
  return tags.StudyInstanceUID === uid && (tags.PatientID ?? '').trim() === (patient.id ?? '');
}

/** Series by the id of their study, instances by that of their series. */
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

/** An element of a row, where the index has a value for it. */
export function elementOf(keyword: Keyword, value: unknown): [string, Element][] {
  return typeof value === 'string' ? [[TAG[keyword], { Value: value.split('\\') }]] : [];
}

/** The first of Orthanc's ids, whose file is the first among the rows of QIDO-RS. */
export function firstOf(ids: readonly string[]): string | undefined {
  return ids.toSorted()[0];
}
