import { has, strings, type DataSet } from '../dicom/dataset';
import type { JudgedKey, Keys, Meter } from '../study/source';

const JUDGED: readonly JudgedKey[] = ['StudyInstanceUID', 'PatientID', 'AccessionNumber'];

/** A value that every archive reads as it was written: nothing in it is escaped, or stands for something else. */
const PLAIN = /^[A-Za-z0-9._-]+$/;

/**
 * Tells of rows that contradict what the archive was asked for (PS3.18 8.3.4.1 lets it ignore a key that it does not
 * know). They are checked and left out as always; but an archive that ignores a Patient ID sends everybody's rows, and
 * somebody has to know. A row that does not tell the attribute contradicts nothing.
 */
export function tellIgnored(rows: readonly DataSet[], keys: Keys, meter: Meter): void {
  if (meter.ignored === undefined) return;
  for (const keyword of JUDGED) {
    const match = keys.get(keyword);
    if (match?.kind !== 'values' || !match.values.every((value) => PLAIN.test(value))) continue;
    const wanted = match.values.map(folded);
    const count = rows.filter((row) => contradicts(row, keyword, wanted)).length;
    if (count > 0) meter.ignored(keyword, count);
  }
}

function contradicts(row: DataSet, keyword: JudgedKey, wanted: readonly string[]): boolean {
  // A patient may be found by another of its ids.
  if (keyword === 'PatientID' && has(row, 'OtherPatientIDsSequence')) return false;
  const told = strings(row, keyword).map(folded);
  return told.length > 0 && !told.some((value) => wanted.includes(value));
}

/** Some archives compare in any case. */
function folded(value: string): string {
  return value.trim().toLowerCase();
}
