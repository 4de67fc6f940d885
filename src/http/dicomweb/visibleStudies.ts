import { maySee, type Access } from '../../auth/access';
import type { Condition } from '../../study/query';
import type { FoundRow, RowCondition, RowQuery } from '../../study/rowSearch';
import type { Call } from '../../study/source';
import type { AskedRows } from './queryParameters';
import type { Page } from './query';
import type { DicomWebServices } from './services';

/** Rows read at once to find those that a caller may see. */
const STRETCH = 100;

/** What of studies is wanted: as asked, so many of them. */
type Wanted = AskedRows & { readonly limit: number };

/**
 * Studies that match and that the caller may see. Offset and limit count these: counted upstream, a page would be
 * short of the studies that were left out, and a short page is how clients know the last one.
 */
export async function visibleStudies(
  asked: Wanted,
  access: Access,
  services: Pick<DicomWebServices, 'rows' | 'limits'>,
  call: Call,
): Promise<Page> {
  if (access.clauses.length === 0) return allStudies(asked, services, call);
  const seen = new Map<string, FoundRow>();
  const wanted = asked.offset + asked.limit;
  let ended = true;
  for (const conditions of narrowed(asked.conditions, access)) {
    const query = { ...asked, conditions, path: { level: 'studies' as const } };
    ended = (await readVisible(query, access, services, seen, wanted, call)) && ended;
  }
  const rows = [...seen.values()];
  return { rows: rows.slice(asked.offset, wanted), cut: !ended || rows.length > wanted };
}

async function allStudies(
  asked: Wanted,
  { rows }: Pick<DicomWebServices, 'rows'>,
  call: Call,
): Promise<Page> {
  const found = await rows.search({ ...asked, path: { level: 'studies' } }, call);
  const full = found.received >= asked.limit;
  return { rows: found.rows.slice(0, asked.limit), cut: found.next === 'told' || full };
}

/**
 * Reads stretch by stretch until enough are seen.
 *
 * @returns whether the archive has no more
 */
async function readVisible(
  query: RowQuery,
  access: Access,
  { rows, limits }: Pick<DicomWebServices, 'rows' | 'limits'>,
  seen: Map<string, FoundRow>,
  wanted: number,
  call: Call,
): Promise<boolean> {
  const known = new Set<string>();
  for (let offset = 0; offset < limits.scannedRows && seen.size <= wanted;) {
    const found = await rows.search({ ...query, limit: STRETCH, offset }, call);
    const before = known.size;
    for (const one of found.rows) {
      const key = keyOf(one);
      known.add(key);
      if (one.study !== undefined && maySee(access, one.study)) seen.set(key, one);
    }
    // An archive that ignores the offset sends the same rows for ever.
    const repeats = found.rows.length > 0 && known.size === before;
    if (found.next === 'none' || found.received === 0 || repeats) return true;
    offset += found.received;
  }
  return false;
}

function keyOf({ study }: FoundRow): string {
  return JSON.stringify([study?.uid, study?.patient.id, study?.patient.issuer?.name]);
}

/**
 * The questions that together find what the caller may see: with the patient's ids, where the caller's access is
 * bound to some. The rows are checked in any case; this keeps the archive from listing everybody's.
 */
function narrowed(
  conditions: readonly RowCondition[],
  access: Access,
): readonly (readonly RowCondition[])[] {
  const ids = access.clauses.map(patientIds).find((each) => each !== undefined);
  const asked = conditions.find(({ keyword }) => keyword === 'PatientID')?.value;
  if (ids === undefined) return [conditions];
  // To ask for another's would tell, by the time it takes, whether there is one.
  if (asked !== undefined) return isPlain(asked) && !canBeAmong(ids, asked) ? [] : [conditions];
  return ids.map((value) => [...conditions, { keyword: 'PatientID' as const, value }]);
}

/** Whether an id may be one of these to an archive, some of which compare in any case. */
function canBeAmong(ids: readonly string[], asked: string): boolean {
  return ids.some((id) => id.trim().toLowerCase() === asked.trim().toLowerCase());
}

/** Whether a value is no pattern and no list. */
function isPlain(value: string): boolean {
  return !/[*?\\,\p{Cc}]/u.test(value);
}

/** The Patient IDs of a clause that is about nothing else, none of which an archive would read as a pattern. */
function patientIds(clause: readonly Condition[]): string[] | undefined {
  const ids = clause.map((condition) => (condition.on === 'patient' ? condition.value : undefined));
  const plain = ids.filter((id) => id !== undefined && isPlain(id));
  return plain.length === ids.length && ids.length > 0
    ? [...new Set(plain)].filter((id) => id !== undefined)
    : undefined;
}
