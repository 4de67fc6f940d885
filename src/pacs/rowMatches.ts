import { has, isRecord, strings, values, type DataSet } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import { readDate } from '../dicom/values';
import type { RowCondition } from '../study/rowSearch';

/** Attributes with one of few words, of which QIDO-RS clients list several. */
export const WORDS: readonly Keyword[] = [
  'Modality',
  'ModalitiesInStudy',
  'PatientSex',
  'BodyPartExamined',
];
const NAMES: readonly Keyword[] = ['PatientName', 'ReferringPhysicianName'];

/** Attributes that say whose a study is: one that does not tell them is not the one asked for. */
const IDENTIFYING: readonly Keyword[] = ['StudyInstanceUID', 'PatientID'];

/** Whether a study row is what was asked for; see {@link rowMatches}. */
export function studyRowMatches(row: DataSet, condition: RowCondition, fuzzy: boolean): boolean {
  const untold = !has(row, condition.keyword) && IDENTIFYING.includes(condition.keyword);
  return !untold && rowMatches(row, condition, fuzzy);
}

/**
 * Whether a row is what was asked for, by QIDO-RS' own rules of matching (PS3.18 8.3.4.1, PS3.4 C.2.2.2): archives
 * ignore keys that they do not know, and send every row they have. An attribute that the row does not tell decides
 * nothing: rows below a study leave out what is above them. A time is not checked; it only narrows a date.
 *
 * @param fuzzy names were asked for by sound: what matches is for the archive to say
 */
export function rowMatches(
  row: DataSet,
  { keyword, value }: RowCondition,
  fuzzy: boolean,
): boolean {
  if (!has(row, keyword)) return true;
  if (keyword.endsWith('Time')) return true;
  if (keyword.endsWith('Date')) return strings(row, keyword).some((day) => isWithin(day, value));
  if (NAMES.includes(keyword)) {
    return fuzzy || namesOf(row, keyword).some((name) => matchesPattern(name, value));
  }
  const told = strings(row, keyword);
  if (keyword.endsWith('UID')) return listOf(value).some((uid) => told.includes(uid));
  const patterns = WORDS.includes(keyword) ? listOf(value) : [value];
  return told.some((each) => patterns.some((pattern) => matchesPattern(each, pattern)));
}

/** The values of a list, as the standard and as most archives separate them. */
export function listOf(value: string): string[] {
  return value.split(/[,\\]/).filter((each) => each !== '');
}

/** Whether a day lies in a range of days or is the one (PS3.4 C.2.2.2.5). */
function isWithin(told: string, range: string): boolean {
  const day = readDate(told)?.replaceAll('-', '');
  if (day === undefined) return false;
  const [from = '', to] = range.split('-');
  return to === undefined ? day === from : day >= from && (to === '' || day <= to);
}

/** A name as a whole and each of its groups: a pattern may be of either. */
function namesOf(row: DataSet, keyword: Keyword): string[] {
  return values(row, keyword).flatMap((value) => {
    const groups = isRecord(value) ? Object.values(value) : String(value).split('=');
    const texts = groups.filter((group) => typeof group === 'string');
    return [...texts, texts.join('=')];
  });
}

/**
 * Whether a text matches a pattern with `*` and `?` (PS3.4 C.2.2.2.4), whatever its case. Not by a regular
 * expression: a pattern of many `*` would keep one busy for hours.
 */
function matchesPattern(text: string, pattern: string): boolean {
  const letters = Array.from(text.trim().toLowerCase());
  const signs = Array.from(pattern.trim().toLowerCase());
  let [at, sign] = [0, 0];
  let [star, resume] = [-1, 0];
  while (at < letters.length) {
    if (signs[sign] === '*') {
      [star, resume] = [sign, at];
      sign += 1;
    } else if (signs[sign] === '?' || signs[sign] === letters[at]) {
      at += 1;
      sign += 1;
    } else if (star >= 0) {
      resume += 1;
      [at, sign] = [resume, star + 1];
    } else {
      return false;
    }
  }
  return signs.slice(sign).every((each) => each === '*');
}
