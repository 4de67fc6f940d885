import { LRUCache } from 'lru-cache';
import { isSafeUid } from '../dicom/values';
import { Problem } from '../errors';
import { gather } from '../study/gather';
import type { StudyHeader } from '../study/model';
import type { Call, StudyDetail, StudySource } from '../study/source';
import { maySee, type Access } from './access';
import { requireScope } from './scopes';

/** A study, or a part of it, as a WADO-RS path names it. */
export interface Part {
  readonly study: string;
  readonly series?: string;
  readonly instance?: string;
}

/** Opens studies to callers who may see them. */
export interface Ownership {
  /**
   * The archive's rows of a study: several where patients share its UID.
   * @throws Problem `forbidden` where the scopes grant no reading of studies, whichever study it is
   * @throws Problem `not-found`, the same for a study that is not there and one that is not the caller's
   */
  openStudy(access: Access, uid: string, call: Call): Promise<readonly StudyHeader[]>;
  /**
   * As {@link openStudy}, and for callers who do not see everything only where the part is of that study: some
   * archives look for an instance by its own UID and ignore the study in the path.
   */
  openPart(access: Access, part: Part, call: Call): Promise<readonly StudyHeader[]>;
}

export interface OwnershipSettings {
  /** How old the answer to whose study it is may be at most, in milliseconds. */
  readonly ownershipMs: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

/** Studies whose owner is remembered. */
const REMEMBERED = 10_000;
/** A call that goes on whoever leaves; its deadline is the archive's. */
const NEVER = new AbortController().signal;
/** Rows that one Study Instance UID may have. */
const ROWS = 100;

/**
 * Opens studies by what the archive last said about whose they are. Rows are remembered for a while, the
 * decision never is. A no is always fresh: it costs one call upstream whether the study is another's or is not
 * there, so that the time it takes tells nothing, and a study that has just come is not denied.
 *
 * @param source the archive, with a cache before it or without: rows are asked for fresh, and series and instances
 *   may be remembered ones, which a fresh row guards
 */
export function createOwnership(
  source: StudySource,
  { ownershipMs, now = () => performance.now() }: OwnershipSettings,
): Ownership {
  const known = new LRUCache<string, readonly StudyHeader[], Call>({
    max: REMEMBERED,
    ttl: ownershipMs,
    ttlResolution: 0,
    perf: { now },
    // Callers share a flight: one that has left must not fail the others.
    ignoreFetchAbort: true,
    fetchMethod: async (uid, _stale, { context, options }) => {
      const asked = now();
      const found = await readRows(source, uid, { ...context, signal: NEVER, fresh: true });
      options.ttl = Math.max(1, ownershipMs - (now() - asked));
      return found.length > 0 ? found : undefined;
    },
  });

  async function openStudy(access: Access, uid: string, call: Call) {
    requireScope(access, 'ImagingStudy', 'read');
    if (!isSafeUid(uid)) throw studyNotFound();
    const kept = known.get(uid);
    if (kept !== undefined && isOpen(access, kept)) return kept;
    const fresh = (await known.fetch(uid, { forceRefresh: true, context: call })) ?? [];
    call.signal.throwIfAborted();
    if (!isOpen(access, fresh)) throw studyNotFound();
    return fresh;
  }

  return {
    openStudy,
    async openPart(access, part, call) {
      const studies = await openStudy(access, part.study, call);
      if (access.clauses.length === 0 || part.series === undefined) return studies;
      const found = await source.details(studies, call);
      if (found.some((detail) => holds(detail, part))) return studies;
      if (found.some(({ defects }) => defects.length > 0)) throw partUnknown();
      throw studyNotFound();
    },
  };
}

/** Whether a UID is a study and all that stands under it may be seen: a retrieval by UID brings all of it. */
function isOpen(access: Access, rows: readonly StudyHeader[]): boolean {
  return rows.length > 0 && rows.every((row) => maySee(access, row));
}

async function readRows(source: StudySource, uid: string, call: Call): Promise<StudyHeader[]> {
  const keys = new Map([['StudyInstanceUID', { kind: 'values', values: [uid] }] as const]);
  const reach = { windowRows: ROWS, most: ROWS, from: 0 };
  const { studies, rest, cut } = await gather(source, keys, reach, call);
  if (rest !== undefined || cut) {
    const text = 'The archive did not tell all of whom this study is, so that nobody can see it.';
    throw new Problem('pacs-incomplete', text);
  }
  return studies.filter((study) => study.uid === uid);
}

function holds({ series }: StudyDetail, part: Part): boolean {
  return series.some(
    ({ uid, instances }) =>
      uid === part.series &&
      (part.instance === undefined || instances.some((each) => each.uid === part.instance)),
  );
}

/** Not there, or not the caller's: one text for both. */
export function studyNotFound(): Problem {
  return new Problem('not-found', 'There is no such study, series or instance here.');
}

function partUnknown(): Problem {
  const text =
    'The archive did not tell all parts of this study, and this one is not among those it told.';
  return new Problem('pacs-incomplete', text);
}
