import { integer, string, strings, type DataSet } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import { isSafeUid } from '../dicom/values';
import { DIALECTS } from '../pacs/dialects';
import { includeField } from '../pacs/fields';
import { once, type Examination } from './examination';
import { Unanswered } from './finding';

/** Study rows that are looked at. */
export const SAMPLED = 20;
/** Modalities whose instances are images. */
const IMAGES = new Set(['CT', 'MR', 'CR', 'DX', 'MG', 'US', 'XA', 'RF', 'NM', 'PT', 'SC']);
/** Those whose images are small: a mammogram costs the archive a hundred times as much. */
const SMALL_IMAGES = new Set(['CT', 'MR', 'NM', 'PT', 'US']);
/** Instances of a study that is taken for them. */
const FEW_INSTANCES = 10;
/** Rows of a study's instances that are looked at. */
const INSTANCES = 10;
/** A value that no archive needs to decode, split or take for a pattern. */
const PLAIN = /^[A-Za-z0-9._^-]{1,64}$/;

/** One instance, and where it is. */
export interface Subject {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
  readonly row: DataSet;
  readonly isImage: boolean;
}

/**
 * The first study rows of the archive, asked as a search of the gateway asks.
 * @throws Unanswered
 */
export const sampleRows = once(async (examination): Promise<readonly DataSet[]> => {
  const fields = includeField('studies', new Map(), DIALECTS.generic);
  const { rows } = await examination.search('/studies', [...fields, ['limit', String(SAMPLED)]]);
  return rows.slice(0, SAMPLED);
});

/** The same as the archive tells them unasked. */
export const unaskedRows = once(async (examination): Promise<readonly DataSet[]> => {
  const { rows } = await examination.search('/studies', [['limit', String(SAMPLED)]]);
  return rows.slice(0, SAMPLED);
});

/** Studies of the sample by their size, the smallest first; what is not counted last. */
export async function smallStudies(examination: Examination): Promise<readonly DataSet[]> {
  const rows = await sampleRows(examination);
  const size = (row: DataSet) => integer(row, 'NumberOfStudyRelatedInstances') ?? Infinity;
  const named = distinct(rows).filter((row) => size(row) > 0);
  // Infinity - Infinity is no number: they stay as they are.
  return named.toSorted((one, other) => size(one) - size(other) || 0);
}

/** Rows whose UID can be asked for, none of them twice: two patients may share one. */
function distinct(rows: readonly DataSet[]): readonly DataSet[] {
  const uids = rows.map((row) => string(row, 'StudyInstanceUID') ?? '');
  return rows.filter((_, at) => {
    const uid = uids[at] ?? '';
    return isSafeUid(uid) && uids.indexOf(uid) === uids.lastIndexOf(uid);
  });
}

/**
 * An instance to retrieve: of a small study with small images, of the smallest with any, or of the smallest at all.
 * @throws Unanswered where the archive shows none
 */
export const subject = once(async (examination): Promise<Subject> => {
  const studies = await smallStudies(examination);
  const withAny = (modalities: ReadonlySet<string>) =>
    studies.filter((row) => strings(row, 'ModalitiesInStudy').some((each) => modalities.has(each)));
  const [small] = withAny(SMALL_IMAGES);
  const isFew = small && (integer(small, 'NumberOfStudyRelatedInstances') ?? 0) <= FEW_INSTANCES;
  const chosen = (isFew ? small : withAny(IMAGES)[0]) ?? studies[0];
  if (chosen === undefined) throw new Unanswered('the archive shows no study');
  const subjects = await subjectsOf(examination, chosen);
  const first = subjects.find(({ isImage }) => isImage) ?? subjects[0];
  if (first === undefined) throw new Unanswered('the archive shows no instance of a study');
  return first;
});

/** Instances of a study, found the way that every archive has. */
export async function subjectsOf(
  examination: Examination,
  studyRow: DataSet,
): Promise<readonly Subject[]> {
  const study = string(studyRow, 'StudyInstanceUID') ?? '';
  const found = await examination.search(`/studies/${study}/series`, [['limit', '5']]);
  const ordered = found.rows.toSorted((one, other) => rank(one) - rank(other));
  const series = ordered.map((row) => string(row, 'SeriesInstanceUID') ?? '').find(isSafeUid);
  if (series === undefined) return [];
  const isImage = found.rows.some(
    (row) => string(row, 'SeriesInstanceUID') === series && rank(row) === 0,
  );
  const path = `/studies/${study}/series/${series}/instances`;
  const { rows } = await examination.search(path, [['limit', String(INSTANCES)]]);
  return rows.flatMap((row) => {
    const instance = string(row, 'SOPInstanceUID') ?? '';
    return isSafeUid(instance) ? [{ study, series, instance, row, isImage }] : [];
  });
}

function rank(series: DataSet): number {
  return IMAGES.has(string(series, 'Modality') ?? '') ? 0 : 1;
}

/** A value of the sample that means the same escaped or not, and no pattern; undefined where there is none. */
export function plainValue(rows: readonly DataSet[], keyword: Keyword): string | undefined {
  return rows.map((row) => string(row, keyword) ?? '').find((value) => PLAIN.test(value));
}

/** Different values of that kind. */
export function plainValues(rows: readonly DataSet[], keyword: Keyword): readonly string[] {
  const all = rows.map((row) => string(row, keyword) ?? '').filter((value) => PLAIN.test(value));
  return [...new Set(all)];
}

/** Whether a row has a value, letters of any case. */
export function holds(row: DataSet, keyword: Keyword, value: string): boolean {
  return strings(row, keyword).some((each) => each.toLowerCase() === value.toLowerCase());
}
