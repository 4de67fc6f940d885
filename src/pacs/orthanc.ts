import { isRecord, string, type DataSet } from '../dicom/dataset';
import { readPersonName } from '../dicom/names';
import { TAG, type Keyword } from '../dicom/tags';
import type { Call, Keys, Match, Stretch } from '../study/source';
import { matchesName } from '../study/text';
import type { ArchiveClient } from './client';
import type { Dialect } from './dialects';
import { namePattern, writeRange } from './encode';
import { readLastUpdate } from './updateTime';

/*
 * Orthanc's own `/tools/find`, for what its QIDO-RS cannot do: tell when a study last changed and, in older
 * releases, find a value that needs escaping in a query, and tell text outside Latin-1 whole. Its answers are
 * UTF-8 in every release.
 */

/** Text of a study row that QIDO-RS may have damaged, all of it among Orthanc's main tags. */
const TEXT: readonly Keyword[] = [
  'PatientName',
  'PatientID',
  'AccessionNumber',
  'StudyDescription',
  'StudyID',
  'ReferringPhysicianName',
  'RequestingPhysician',
  'InstitutionName',
];
/** Keys that `/tools/find` understands as `Query`; the others are left to the check of the rows. */
const FINDABLE: readonly Keyword[] = [
  'StudyInstanceUID',
  'PatientID',
  'PatientName',
  'PatientBirthDate',
  'PatientSex',
  'AccessionNumber',
  'StudyDate',
  'StudyID',
  'ModalitiesInStudy',
];
/** Studies one find may bring. */
export const FIND_LIMIT = 5000;

/**
 * The UIDs of the studies that match keys, found by Orthanc itself.
 *
 * @param most studies that it may bring: it is asked for no more, and tells of no more
 * @returns undefined when Orthanc's API did not answer, or with more studies than may be listed
 */
export async function findStudyUids(
  client: ArchiveClient,
  keys: Keys,
  dialect: Dialect,
  most: number,
  call: Call,
): Promise<string[] | undefined> {
  const query = Object.fromEntries(
    Array.from(keys)
      .filter(([keyword]) => FINDABLE.includes(keyword))
      .map(([keyword, match]) => [keyword, writeMatch(match, dialect)]),
  );
  const limit = isLimitSure(query, dialect) ? most : undefined;
  if (limit === undefined && dialect.pageCap !== undefined) return undefined;
  const found = (await find(client, query, { limit }, call))?.map(({ tags }) => tags);
  if (found === undefined || found.length >= most) return undefined;
  const name = keys.get('PatientName');
  const named = name?.kind === 'name' ? found.filter((tags) => isNamed(tags, name.text)) : found;
  return [...new Set(named.flatMap((tags) => tags.StudyInstanceUID ?? []))];
}

/** Its index has letters of ASCII only: others are matched after it took as many rows as the limit (see `indexed`). */
function isLimitSure(query: Readonly<Record<string, string>>, { indexed }: Dialect): boolean {
  return indexed === undefined || !Object.values(query).some((value) => /[^ -~]/.test(value));
}

/** A study as Orthanc itself tells of it. */
export interface NativeStudy {
  /** Orthanc's own id: a hash of its Patient ID and its UID. */
  readonly id: string | undefined;
  /** Its main attributes, text whole. */
  readonly tags: Tags;
  /** When an instance of it was last stored: an ISO instant in UTC. A deletion does not move it. */
  readonly lastUpdate: string | undefined;
}

/**
 * The studies of which a stretch of QIDO-RS tells, as Orthanc itself tells of them. Its QIDO-RS makes the same find, so
 * that their order is the same, and both can be asked at once.
 *
 * @returns undefined where keys cannot be written for both alike, or Orthanc's API did not answer
 */
export async function findWindow(
  client: ArchiveClient,
  keys: Keys,
  dialect: Dialect,
  window: Stretch,
  call: Call,
): Promise<readonly NativeStudy[] | undefined> {
  const all = Array.from(keys);
  if (!all.every(([key, { kind }]) => FINDABLE.includes(key) && kind !== 'name')) return undefined;
  const query = Object.fromEntries(all.map(([key, match]) => [key, writeMatch(match, dialect)]));
  return find(client, query, window, call);
}

/**
 * What Orthanc itself tells of the studies of rows, in one find.
 *
 * A row is known again by its UID and by its PatientID as damage leaves it, because one UID may stand under
 * two patients. One that is not found again may have been deleted meanwhile.
 *
 * @param most studies that one find may bring; more UIDs than that take several
 * @param known studies that need not be asked for again
 * @returns tells the study of a row
 */
export async function findRows(
  client: ArchiveClient,
  rows: readonly DataSet[],
  most: number,
  call: Call,
  known: readonly NativeStudy[] = [],
): Promise<(row: DataSet) => NativeStudy | undefined> {
  const byRow = new Map(known.map((study) => [keyOf(study), study]));
  const keyOfRow = (row: DataSet) =>
    rowKey(string(row, 'StudyInstanceUID'), damaged(string(row, 'PatientID')));
  const uids = rows
    .filter((row) => !byRow.has(keyOfRow(row)))
    .flatMap((row) => string(row, 'StudyInstanceUID') ?? []);
  const found = await findByUids(client, uids, most, call);
  for (const study of found) byRow.set(keyOf(study), study);
  return (row) => byRow.get(keyOfRow(row));
}

function keyOf({ tags }: NativeStudy): string {
  return rowKey(tags.StudyInstanceUID, damaged(tags.PatientID));
}

/**
 * The studies that stand under Study Instance UIDs; a UID with a wildcard or a backslash brings others, too.
 *
 * @param most UIDs in one find
 * @returns those of the finds that were answered
 */
export async function findByUids(
  client: ArchiveClient,
  uids: readonly string[],
  most: number,
  call: Call,
): Promise<readonly NativeStudy[]> {
  const once = [...new Set(uids)];
  const lists = Array.from({ length: Math.ceil(once.length / most) }, (_, at) =>
    once.slice(at * most, (at + 1) * most).join('\\'),
  );
  const found = await Promise.all(
    lists.map((list) => find(client, { StudyInstanceUID: list }, { limit: FIND_LIMIT }, call)),
  );
  return found.flatMap((studies) => studies ?? []);
}

/** Text as Orthanc 1.10's QIDO-RS leaves it: every character outside Latin-1 dropped. */
export function damaged(text = ''): string {
  return text.replace(BEYOND_LATIN1, '').trim();
}

const BEYOND_LATIN1 = /[^\0-\u00ff]/gu;

type Tags = Readonly<Partial<Record<Keyword, string>>>;

async function find(
  client: ArchiveClient,
  query: Readonly<Record<string, string>>,
  { limit, offset }: { readonly limit: number | undefined; readonly offset?: number },
  call: Call,
): Promise<NativeStudy[] | undefined> {
  const body = {
    Level: 'Study',
    Query: query,
    Expand: true,
    CaseSensitive: false,
    ...(limit !== undefined && { Limit: limit }),
    ...(offset !== undefined && { Since: offset }),
  };
  const answer = await client.native('tools/find', body, call);
  return Array.isArray(answer) ? answer.map(readNative) : undefined;
}

/** A study as `/tools/find` and `/tools/bulk-content` expand it. */
export function readNative(study: unknown): NativeStudy {
  if (!isRecord(study)) return { id: undefined, tags: {}, lastUpdate: undefined };
  const id = typeof study.ID === 'string' ? study.ID : undefined;
  return { id, tags: readTags(study), lastUpdate: readLastUpdate(study.LastUpdate) };
}

function readTags(study: Readonly<Record<string, unknown>>): Tags {
  const groups = [study.MainDicomTags, study.PatientMainDicomTags].filter(isRecord);
  const entries = groups.flatMap((group) => Object.entries(group));
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'));
}

/** The pattern has wildcards for every letter that accents may hide, so it brings other names too. */
function isNamed(tags: Tags, text: string): boolean {
  const name = readPersonName(tags.PatientName);
  return name !== undefined && matchesName(name, text, 'starts', 'any');
}

function writeMatch(match: Match, dialect: Dialect): string {
  switch (match.kind) {
    case 'values':
      return match.values.join('\\');
    case 'range':
      return writeRange(match, dialect);
    case 'name':
      return namePattern(match.text);
  }
}

/** A study row with the text that QIDO-RS damaged put right. */
export function withText(row: DataSet, { tags }: NativeStudy): DataSet {
  const repaired = new Map(row);
  for (const keyword of TEXT) {
    const text = tags[keyword];
    if (text !== undefined && row.has(TAG[keyword])) repaired.set(TAG[keyword], { Value: [text] });
  }
  return repaired;
}

function rowKey(uid: string | undefined, patient: string): string {
  return JSON.stringify([uid, patient]);
}
