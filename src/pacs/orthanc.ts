import { isRecord, string, type DataSet } from '../dicom/dataset';
import { readPersonName } from '../dicom/names';
import { TAG, type Keyword } from '../dicom/tags';
import type { Call, Keys, Match } from '../study/source';
import { matchesName } from '../study/text';
import type { ArchiveClient } from './client';
import type { Dialect } from './dialects';
import { namePattern, writeRange } from './encode';

/*
 * Orthanc's own `/tools/find`, for the two things that its older QIDO-RS cannot do: find a value that needs
 * escaping in a query, and tell text outside Latin-1 whole. Its answers are UTF-8 in every release.
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
  const found = await find(client, query, most, call);
  if (found === undefined || found.length >= most) return undefined;
  const name = keys.get('PatientName');
  const named = name?.kind === 'name' ? found.filter((tags) => isNamed(tags, name.text)) : found;
  return [...new Set(named.flatMap((tags) => tags.StudyInstanceUID ?? []))];
}

/**
 * Study rows with the text that QIDO-RS damaged put right.
 *
 * A row is known again by its UID and by its PatientID as damage leaves it, because one UID may stand under
 * two patients. A row that is not found again stays as it was: it may have been deleted meanwhile.
 */
export async function repairText(
  client: ArchiveClient,
  rows: readonly DataSet[],
  call: Call,
): Promise<DataSet[]> {
  const uids = [...new Set(rows.flatMap((row) => string(row, 'StudyInstanceUID') ?? []))];
  if (uids.length === 0) return [...rows];
  const found = (await find(client, { StudyInstanceUID: uids.join('\\') }, FIND_LIMIT, call)) ?? [];
  const whole = new Map(
    found.map((tags) => [rowKey(tags.StudyInstanceUID, damaged(tags.PatientID)), tags]),
  );
  return rows.map((row) => {
    const key = rowKey(string(row, 'StudyInstanceUID'), damaged(string(row, 'PatientID')));
    const tags = whole.get(key);
    return tags === undefined ? row : withText(row, tags);
  });
}

/** Text as Orthanc 1.10's QIDO-RS leaves it: every character outside Latin-1 dropped. */
export function damaged(text: string | undefined): string {
  return Array.from(text ?? '')
    .filter((character) => character <= '\u00ff')
    .join('')
    .trim();
}

type Tags = Readonly<Partial<Record<Keyword, string>>>;

async function find(
  client: ArchiveClient,
  query: Readonly<Record<string, string>>,
  limit: number,
  call: Call,
): Promise<Tags[] | undefined> {
  const body = {
    Level: 'Study',
    Query: query,
    Expand: true,
    CaseSensitive: false,
    Limit: limit,
  };
  const answer = await client.native('tools/find', body, call);
  return Array.isArray(answer) ? answer.map(readTags) : undefined;
}

function readTags(study: unknown): Tags {
  if (!isRecord(study)) return {};
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

function withText(row: DataSet, tags: Tags): DataSet {
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
