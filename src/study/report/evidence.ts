import { sequence, string, type DataSet } from '../../dicom/dataset';
import { isSafeUid } from '../../dicom/values';

/** Where something that a report refers to is: a study, a series or an instance. */
export interface Place {
  readonly study: string;
  readonly series?: string;
  /** Only with `series`. */
  readonly instance?: string;
}

/** Places by the UID that a content item names. */
export type Evidence = ReadonlyMap<string, Place>;

const SEQUENCES = [
  'CurrentRequestedProcedureEvidenceSequence',
  'PertinentOtherEvidenceSequence',
] as const;

/**
 * The places of what a report refers to (PS3.3 C.17.2): content items name instances by their own UIDs only, and
 * the evidence sequences tell the series and studies of them.
 */
export function readEvidence(dataSet: DataSet): Evidence {
  const studies = SEQUENCES.flatMap((keyword) => sequence(dataSet, keyword));
  return new Map(studies.flatMap(placesOf));
}

function placesOf(item: DataSet): (readonly [string, Place])[] {
  const study = safe(string(item, 'StudyInstanceUID'));
  if (study === undefined) return [];
  const series = sequence(item, 'ReferencedSeriesSequence');
  return [[study, { study }], ...series.flatMap((each) => placesIn(study, each))];
}

function placesIn(study: string, item: DataSet): (readonly [string, Place])[] {
  const series = safe(string(item, 'SeriesInstanceUID'));
  if (series === undefined) return [];
  const instances = sequence(item, 'ReferencedSOPSequence').flatMap(
    (each) => safe(string(each, 'ReferencedSOPInstanceUID')) ?? [],
  );
  return [
    [series, { study, series }],
    ...instances.map((instance) => [instance, { study, series, instance }] as const),
  ];
}

function safe(uid: string | undefined): string | undefined {
  return uid !== undefined && isSafeUid(uid) ? uid : undefined;
}
