import { string, type DataSet } from '../dicom/dataset';
import { isSafeUid } from '../dicom/values';
import { Problem } from '../errors';
import { readIssuer } from '../study/attributes';
import { issuerName } from '../study/identity';
import type { Issuer, StudyHeader } from '../study/model';
import type { Call, Keys } from '../study/source';
import type { SearchPath } from './client';
import { namesPatient } from './doubt';
import { writeKeys, type Parameter } from './encode';
import { includeField } from './fields';
import { damaged } from './orthanc';
import { withOwnZones } from './orthancZones';
import { tellsOfMore } from './searchEnd';
import { UIDS_A_CALL, type Archive } from './studies';

/*
 * The instance rows of studies, with the series attributes on them, at the fewest calls the archive allows:
 * lists of studies in one call, else one call a study, and only where an archive has neither, series by series.
 */

/** Instances an instance call should bring, about: where archives answer fastest per row. */
const CHUNK_INSTANCES = 600;
/** Instances a study is taken for when the archive does not count. */
const UNCOUNTED = 50;
/** Rows of one call at most: a long CT in one. dcm4chee and others cut lower, which is noticed. */
const PAGE_ROWS = 2500;
export const NO_ROWS: StudyRows = { rows: [], told: false };

/** The instance rows of a study. */
export interface StudyRows {
  readonly rows: readonly DataSet[];
  /** Whether the archive told surely whose the rows of that Study Instance UID are. */
  readonly told: boolean;
  /** Set where the rows hold already what their metadata would tell beside them. */
  readonly supplemented?: boolean;
}

/**
 * Instance rows of each study asked, in the order asked; each comes as soon as its call is answered, so that its
 * metadata can be read while other calls are under way.
 */
export function instanceRows(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): readonly Promise<StudyRows>[] {
  const { dialect } = archive.facts;
  const inLists = dialect.uidLists && dialect.searchesBelowStudies;
  const chunks = inLists ? chunked(studies) : studies.map((study) => [study]);
  return chunks.flatMap((chunk) => {
    const rows = inLists ? rowsOfList(archive, chunk, call) : rowsOfEach(archive, chunk, call);
    return chunk.map(async (_, index) => (await rows)[index] ?? NO_ROWS);
  });
}

/**
 * Cuts studies into chunks of about so many instances by their counts: a new chunk starts where the running sum
 * passes a multiple of it, so that there are never more than ceil(sum / instances).
 */
export function chunked(
  studies: readonly StudyHeader[],
  instances = CHUNK_INSTANCES,
): StudyHeader[][] {
  const chunks: StudyHeader[][] = [];
  let sum = 0;
  let current = -1;
  for (const study of studies) {
    const place = Math.floor(sum / instances);
    const last = chunks.at(-1);
    if (last === undefined || place !== current || last.length >= UIDS_A_CALL) chunks.push([study]);
    else last.push(study);
    current = place;
    sum += study.numberOfInstances ?? UNCOUNTED;
  }
  return chunks;
}

async function rowsOfList(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<StudyRows[]> {
  const asked = [...new Set(studies.map((study) => study.uid))];
  const keys: Keys = new Map([['StudyInstanceUID', { kind: 'values', values: asked }]]);
  const expected = expectedRows(studies);
  const reading = allRows(archive, { level: 'instances' }, keys, expected, call);
  const rows = await withOwnZones(archive, asked, reading, call);
  // No rows, or rows of studies that were not asked for: the archive does not match lists. Then one by one.
  const byStudy = new Map(asked.map((uid): [string, DataSet[]] => [uid, []]));
  let others = 0;
  for (const row of rows) {
    const own = byStudy.get(string(row, 'StudyInstanceUID') ?? '');
    if (own === undefined) others += 1;
    else own.push(row);
  }
  if (others > 0) call.meter.dropped?.('not-asked', others);
  const listed = rows.length > 0 || expected === 0;
  if (others > 0 || !listed) return rowsOfEach(archive, studies, call);
  return studies.map((study) => rowsOfPatient(byStudy.get(study.uid) ?? [], study, call));
}

async function rowsOfEach(
  archive: Archive,
  studies: readonly StudyHeader[],
  call: Call,
): Promise<StudyRows[]> {
  return Promise.all(
    studies.map(async (study) => {
      if (!isSafeUid(study.uid)) return NO_ROWS;
      const path: SearchPath = { level: 'instances', study: study.uid };
      const reading = allRows(archive, path, new Map(), expectedRows([study]), call).catch(
        (error: unknown) =>
          isNoSuchPath(error) ? rowsBySeries(archive, study, call) : rethrow(error),
      );
      const rows = await withOwnZones(archive, [study.uid], reading, call);
      const own = rows.filter((row) => isOfStudy(row, study));
      if (own.length < rows.length) call.meter.dropped?.('not-asked', rows.length - own.length);
      return rowsOfPatient(own, study, call);
    }),
  );
}

/** Series first, then the instances of each, for archives that have nothing in between. */
async function rowsBySeries(archive: Archive, study: StudyHeader, call: Call): Promise<DataSet[]> {
  const path: SearchPath = { level: 'series', study: study.uid };
  const seriesRows = await allRows(archive, path, new Map(), study.numberOfSeries, call);
  const rows = await Promise.all(
    seriesRows
      .filter((row) => isOfStudy(row, study))
      .map(async (seriesRow) => {
        const series = string(seriesRow, 'SeriesInstanceUID');
        if (series === undefined || !isSafeUid(series)) return [];
        const below: SearchPath = { level: 'instances', study: study.uid, series };
        const found = await allRows(archive, below, new Map(), undefined, call);
        return found.map((row) => new Map([...seriesRow, ...row]));
      }),
  );
  return rows.flat();
}

/**
 * All rows of a search, page by page. The end is an empty page, a page without a new row (the archive ignores
 * `offset`), or a short page with which as many rows came as were expected. A full page is never the end: where
 * two patients share a UID, more rows come than the study counts, and would leave no room for other studies'.
 */
export async function allRows(
  archive: Archive,
  path: SearchPath,
  keys: Keys,
  expected: number | undefined,
  call: Call,
): Promise<DataSet[]> {
  const { client, facts } = archive;
  const found = new Map<string, DataSet>();
  const limit = Math.min(Math.max((expected ?? PAGE_ROWS) + 1, 100), PAGE_ROWS);
  for (let offset = 0; ;) {
    const before = found.size;
    const parameters: Parameter[] = [
      ...writeKeys(keys, facts.dialect, false),
      ...includeField(path.level, keys, facts.dialect),
      ['limit', String(limit)],
      ...(offset > 0 ? [['offset', String(offset)] as const] : []),
    ];
    const answer = await client.search(path, parameters, call);
    for (const row of answer.rows) found.set(rowKey(row), row);
    offset += answer.received;
    const short = answer.received < limit && !tellsOfMore(answer.warning);
    const enough = short && found.size >= (expected ?? 0);
    if (answer.received === 0 || found.size === before || enough) break;
  }
  return [...found.values()];
}

/** Rows that the archive's own counts promise; undefined when one study is not counted. */
function expectedRows(studies: readonly StudyHeader[]): number | undefined {
  const counts = studies.map((study) => study.numberOfInstances);
  return counts.every((count) => count !== undefined)
    ? counts.reduce((sum, count) => sum + count, 0)
    : undefined;
}

/** Duplicate SOP Instance UIDs in two series are two instances (facts of dcm4chee and Google). */
function rowKey(row: DataSet): string {
  const keys = ['StudyInstanceUID', 'PatientID', 'SeriesInstanceUID', 'SOPInstanceUID'] as const;
  return keys.map((key) => string(row, key) ?? '').join('\n');
}

/** dcm4chee leaves the Study Instance UID out of rows below a study; another one is another study's. */
function isOfStudy(row: DataSet, study: StudyHeader): boolean {
  const uid = string(row, 'StudyInstanceUID');
  return uid === undefined || uid === study.uid;
}

/**
 * The rows of one Study Instance UID that are of the study's patient. Where some of them tell whose they are, those
 * that do not are of a patient without an id, who shares the UID, and of nobody else.
 */
function rowsOfPatient(rows: readonly DataSet[], study: StudyHeader, call: Call): StudyRows {
  const silent = (row: DataSet) => isSilent(row, study);
  const told = !rows.every(silent);
  const own = rows.filter((row) =>
    told && silent(row) ? study.patient.id === undefined : isOfPatient(row, study),
  );
  if (own.length < rows.length) call.meter.dropped?.('other-patient', rows.length - own.length);
  return { rows: own, told: told && !own.some((row) => lacksIssuer(row, study)) };
}

/**
 * Whether a row does not tell whose it is. Where patients share the UID, a Patient ID without the issuer that the study
 * has may be another issuer's, and so another person's.
 */
export function isSilent(row: DataSet, { shared, patient }: StudyHeader): boolean {
  return !namesPatient(row) || (shared && lacksIssuer(row, { patient }));
}

/** Whether a row names a patient by a number alone, which may be another person's number of another issuer. */
export function lacksIssuer(row: DataSet, { patient }: Pick<StudyHeader, 'patient'>): boolean {
  const issued = issuerName(patient.issuer) !== undefined;
  return issued && namesPatient(row) && isSameIssuer(row, patient.issuer) === undefined;
}

/**
 * Whether a row names the issuer that the study has. A local name may stand on one of them and a universal id on the
 * other: names are compared with names, ids with ids.
 *
 * @returns undefined where there is nothing to compare
 */
function isSameIssuer(row: DataSet, known: Issuer | undefined): boolean | undefined {
  const told = readIssuer(row, 'IssuerOfPatientIDQualifiersSequence');
  if (told?.name !== undefined && known?.name !== undefined) return told.name === known.name;
  if (told?.universalId !== undefined && known?.universalId !== undefined) {
    return told.universalId === known.universalId;
  }
  // A name alone never stands for an id alone.
  return told?.name !== undefined && known?.universalId !== undefined ? false : undefined;
}

/**
 * Whether a row is of the study's patient as far as it tells. The comparison is made on what damage leaves
 * (see `findRows`), which never takes two undamaged patients for one study's.
 */
export function isOfPatient(row: DataSet, study: StudyHeader): boolean {
  const id = string(row, 'PatientID');
  if (id === undefined) return true;
  const sameIssuer = isSameIssuer(row, study.patient.issuer) ?? true;
  return sameIssuer && damaged(id) === damaged(study.patient.id);
}

export function isNoSuchPath(error: unknown): boolean {
  return (
    error instanceof Problem && (error.code === 'pacs-error' || error.code === 'pacs-broken-answer')
  );
}

function rethrow(error: unknown): never {
  throw error;
}
