import { patientMark } from './identity';
import type { StudyHeader } from './model';
import type { SortKey } from './query';

/** How a result is ordered when the client does not say: the newest study first. */
export const DEFAULT_SORT: readonly SortKey[] = [{ by: 'started', descending: true }];

/**
 * Studies in the order of a sort. Studies without a value come last whichever way it goes; ties are ordered by
 * UID and patient, so that the same studies are always in the same order.
 */
export function sortStudies(
  studies: readonly StudyHeader[],
  sort: readonly SortKey[],
): StudyHeader[] {
  return studies
    .map((study) => ({ study, values: sortValues(study, sort) }))
    .sort((one, other) => compare(one.values, other.values, sort))
    .map(({ study }) => study);
}

type SortValues = readonly (string | null)[];

/** The values of the sort and, last, what no other study shares. */
function sortValues(study: StudyHeader, sort: readonly SortKey[]): SortValues {
  return [...sort.map((key) => sortValue(study, key)), study.uid, patientMark(study.patient)];
}

function compare(one: SortValues, other: SortValues, sort: readonly SortKey[]): number {
  for (const [index, value] of one.entries()) {
    const descending = sort[index]?.descending ?? false;
    const difference = compareValues(value, other[index] ?? null, descending);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareValues(one: string | null, other: string | null, descending: boolean): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other === descending ? 1 : -1;
}

function sortValue(study: StudyHeader, key: SortKey): string | null {
  switch (key.by) {
    case 'started':
      return study.started ? `${study.started.date}T${study.started.time ?? ''}` : null;
    case 'patient':
      return study.patient.name?.alphabetic?.text.toLowerCase() ?? study.patient.id ?? null;
    case 'modality':
      return study.modalities?.join(',') ?? null;
    case 'accession':
      return study.accession?.value ?? null;
    case 'study':
      return study.uid;
  }
}
