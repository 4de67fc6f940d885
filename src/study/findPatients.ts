import { Problem } from '../errors';
import { readCursor } from './cursor';
import { gatherAsked } from './gather';
import { patientMark } from './identity';
import { matches } from './matches';
import type { Patient, StudyHeader } from './model';
import { DEFAULT_SORT, sortStudies } from './order';
import { findStart, ORDER_CHANGED, pageLinks } from './paging';
import { planQuery } from './plan';
import type { StudyQuery } from './query';
import type { SearchLimits } from './search';
import type { Call, Notice, StudySource } from './source';

/** One page of a search for patients. */
export interface FoundPatients {
  readonly patients: readonly Patient[];
  readonly total?: number;
  readonly next?: string;
  readonly previous?: string;
  readonly notices: readonly Notice[];
}

/**
 * Finds the patients that an archive tells of in its study rows; DICOMweb knows no other way to ask.
 *
 * Where studies of one patient disagree about the name or the birth date, the newest study is believed: the
 * demographics are never mixed. Patients without Patient ID cannot be told apart and are left out.
 *
 * @throws Problem `too-costly` when more study rows match than may be read, and those of the archive
 */
export async function findPatients(
  query: StudyQuery,
  source: StudySource,
  limits: SearchLimits,
  call: Call,
): Promise<FoundPatients> {
  const plan = planQuery(query.clauses, await source.abilities(call));
  if (plan.empty) return { patients: [], total: 0, notices: [] };
  const reach = { windowRows: limits.windowRows, most: limits.scannedRows, from: 0 };
  const { study: keys, either } = plan;
  const gathered = await gatherAsked(source, { keys, ...(either && { either }) }, reach, call);
  if (gathered.rest !== undefined) throw tooMany(limits);
  const rows = gathered.studies.filter((study) => matches(query.clauses, study) === true);
  const patients = distinctPatients(rows);
  const marks = patients.map(patientMark);
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const { start, lost } = findStart(marks, cursor?.kind === 'row' ? cursor : undefined);
  const end = Math.min(start + query.count, patients.length);
  return {
    patients: patients.slice(start, end),
    notices: lost ? [...gathered.notices, ORDER_CHANGED] : gathered.notices,
    ...(!gathered.cut && { total: patients.length }),
    ...(query.count > 0 && pageLinks(marks, start, end, query.count)),
  };
}

/** Each patient once, as the newest study has them, ordered by name. */
function distinctPatients(rows: readonly StudyHeader[]): Patient[] {
  const byMark = new Map<string, StudyHeader>();
  for (const row of sortStudies(rows, DEFAULT_SORT)) {
    const mark = patientMark(row.patient);
    if (row.patient.id !== undefined && !byMark.has(mark)) byMark.set(mark, row);
  }
  return sortStudies([...byMark.values()], [{ by: 'patient', descending: false }]).map(
    (row) => row.patient,
  );
}

function tooMany(limits: SearchLimits): Problem {
  return new Problem(
    'too-costly',
    `Patients are found through their studies, and more than ${limits.scannedRows} studies match. ` +
      'Narrow the search, for example by identifier, or by name and birthdate.',
  );
}
