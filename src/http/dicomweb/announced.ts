import type { Access } from '../../auth/access';
import { studyNotFound } from '../../auth/ownership';
import { isRecord } from '../../dicom/dataset';
import { pathOf } from '../../study/retrieval';
import { readMetadata } from './instanceMetadata';
import type { Retrieving } from './plan';

/**
 * Refuses bulk data that the metadata of its instance does not announce, to callers who do not see every study: some
 * archives look bulk data up by its own name, whatever stands before it in the path, and it may be of another study.
 *
 * @param mostBytes bytes that the metadata may have
 * @throws Problem `not-found`, as for a study that is not there
 */
export async function refuseUnannounced(
  retrieving: Retrieving,
  access: Access,
  mostBytes: number,
): Promise<void> {
  const { target, request, services } = retrieving;
  if (target.view.kind !== 'bulkdata' || access.clauses.length === 0) return;
  if (target.instance === undefined) throw studyNotFound();
  const wanted = `${services.rootUrl(request)}/${pathOf(target)}`;
  if (!announces(await readMetadata(retrieving, mostBytes), wanted)) throw studyNotFound();
}

/** Whether a data set, or one nested in it, has this BulkDataURI (PS3.18 F.2.2). */
function announces(value: unknown, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((item) => announces(item, wanted));
  if (!isRecord(value)) return false;
  const { BulkDataURI: uri } = value;
  return uri === wanted || Object.values(value).some((member) => announces(member, wanted));
}
