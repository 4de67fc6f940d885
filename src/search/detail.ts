/** Elements of any release that a study row tells of; the others may come of its series and instances. */
const TOLD_BY_ROWS: readonly string[] = [
  'accession',
  'availability',
  'description',
  'endpoint',
  'id',
  'identifier',
  'implicitRules',
  'language',
  'meta',
  'modality',
  'modalityList',
  'numberOfInstances',
  'numberOfSeries',
  'patient',
  'referrer',
  'resourceType',
  'started',
  'status',
  'subject',
  'uid',
  'url',
];

/**
 * Whether what is wanted of each study takes its series and instances.
 *
 * @param summary the release's row of the summary that is wanted
 * @param elements the elements that are wanted; all of them where undefined
 */
export function showsSeries(
  summary: { readonly detail: boolean } | undefined,
  elements: readonly string[] | undefined,
): boolean {
  const wanted = elements?.some((element) => !TOLD_BY_ROWS.includes(element)) ?? true;
  return wanted && summary?.detail !== false;
}
