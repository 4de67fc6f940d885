import type { Series } from '../../../src/study/model';
import type { StudyDetail } from '../../../src/study/source';

/**
 * Details without what those by Orthanc's own API and those by a QIDO-RS that tells all need not have in common: the
 * availability, which no file holds and no series row has, and the attributes of a series that has a report beside its
 * images: QIDO-RS has them out of the index, which keeps those of the first file that came, and the other has them out
 * of the first by its id.
 *
 * @param byQido details with instances
 */
export function inCommon(
  details: readonly StudyDetail[],
  byQido: readonly StudyDetail[],
): readonly StudyDetail[] {
  const mixed = new Set(
    byQido
      .flatMap(({ series }) => series)
      .filter(isMixed)
      .map(({ uid }) => uid),
  );
  return details.map((detail) => withoutTheirs(detail, mixed));
}

function isMixed({ instances }: Series): boolean {
  return new Set(instances.map(({ recordType }) => recordType)).size > 1;
}

function withoutTheirs(
  { header, series, defects }: StudyDetail,
  mixed: ReadonlySet<string>,
): StudyDetail {
  return {
    header: without(header, ['availability']),
    series: series.map((each) => without(each, mixed.has(each.uid) ? OF_FIRST : ['availability'])),
    defects,
  };
}

const OF_FIRST = ['availability', 'modality', 'description', 'started'] as const;

/** All of it but some members that may be absent anyway. */
function without<T extends object>(whole: T, names: readonly (keyof T)[]): T {
  const left: Partial<T> = { ...whole };
  for (const name of names) Reflect.deleteProperty(left, name);
  return left as T;
}
