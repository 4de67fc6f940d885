import { Problem } from '../errors';
import { patientKey, patientMark } from './identity';
import type { StudyHeader } from './model';
import type { Call, Keys, Notice, StudySource } from './source';

/** Study rows read so far, none twice. */
export interface Gathered {
  readonly studies: readonly StudyHeader[];
  /** Where the archive would go on; undefined at its end. */
  readonly rest: number | undefined;
  /** Whether the archive holds more that cannot be reached. */
  readonly cut: boolean;
  readonly notices: readonly Notice[];
}

/** How much is read of a search. */
export interface Reach {
  /** Rows read at once. */
  readonly windowRows: number;
  readonly most: number;
  /** Offset of the first row. */
  readonly from: number;
  /** Set where sketches will do. */
  readonly sketches?: true;
}

/** What is said where the archive cannot be paged. */
export const OFFSET_IGNORED: Notice = {
  code: 'archive-ignores-offset',
  text: 'The archive sends the same rows whatever page is asked for; there may be more than these.',
};
const ROWS_REPEATED: Notice = {
  code: 'archive-repeats-rows',
  text: 'The archive told of a study more than once in one answer; it is given once.',
  lasting: true,
};

/**
 * Reads study rows, window by window, until the archive ends or `most` rows were read.
 *
 * It never loops: a window without a new study ends it, and is reported, because then the archive ignores
 * `offset` and what lies behind cannot be known.
 */
export async function gather(
  source: StudySource,
  keys: Keys,
  reach: Reach,
  call: Call,
): Promise<Gathered> {
  const found = new Map<string, StudyHeader>();
  const notices: Notice[] = [];
  const { windowRows: limit, sketches } = reach;
  let offset = reach.from;
  for (;;) {
    const stretch = { limit, offset, ...(sketches && { sketches }) };
    const window = await source.studies(keys, stretch, call);
    const added = add(found, window.studies);
    notices.push(...window.notices);
    const repeats = window.studies.length - added;
    if (repeats > 0) call.meter.dropped?.('repeated', repeats);
    if (added === 0 && repeats > 0) {
      return { ...finish(found, [...notices, OFFSET_IGNORED]), rest: undefined, cut: true };
    }
    if (repeats > 0) notices.push(ROWS_REPEATED);
    offset += window.advance;
    if (window.advance === 0) {
      return { ...finish(found, notices), rest: undefined, cut: window.cut };
    }
    // More rows than asked for may be all there are: one more window tells.
    const overfull = window.studies.length > limit;
    if (offset - reach.from >= reach.most && !overfull) {
      return { ...finish(found, notices), rest: offset, cut: false };
    }
  }
}

/** What of a plan the archive is asked: its keys, or several searches that together find the same. */
export interface Asked {
  readonly keys: Keys;
  readonly either?: readonly Keys[];
  /** Set where sketches of studies decide the question as their rows would. */
  readonly sketches?: true;
}

/** Reads study rows as {@link gather} does, by several searches at once where the plan has them. */
export async function gatherAsked(
  source: StudySource,
  { keys, either, sketches }: Asked,
  reach: Reach,
  call: Call,
): Promise<Gathered> {
  const together = either && (await gatherEither(source, either, reach.windowRows, call));
  return together ?? gather(source, keys, { ...reach, ...(sketches && { sketches }) }, call);
}

/**
 * The rows of several searches as one result. Undefined where one of them does not end within a window, or the
 * archive refuses a key (Azure does, with 400): then the one search that all have in common is read instead.
 */
async function gatherEither(
  source: StudySource,
  either: readonly Keys[],
  windowRows: number,
  call: Call,
): Promise<Gathered | undefined> {
  const reach = { windowRows, most: windowRows, from: 0 };
  const parts = await Promise.all(
    either.map((keys) => gather(source, keys, reach, call).catch(unlessRefused)),
  );
  if (!parts.every((part) => part !== undefined && part.rest === undefined)) return undefined;
  const whole = parts.filter((part) => part !== undefined);
  const found = new Map<string, StudyHeader>();
  for (const part of whole) add(found, part.studies);
  const notices = whole.flatMap((part) => part.notices);
  return { ...finish(found, notices), rest: undefined, cut: whole.some((part) => part.cut) };
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'pacs-error') return undefined;
  throw error;
}

/** What names a study row in a page link: its UID and its patient's mark, which tells nothing of the patient. */
export function rowName(study: StudyHeader): string {
  return `${study.uid} ${patientMark(study.patient)}`;
}

function add(found: Map<string, StudyHeader>, studies: readonly StudyHeader[]): number {
  const before = found.size;
  for (const study of studies) {
    const key = `${study.uid} ${patientKey(study.patient)}`;
    if (!found.has(key)) found.set(key, study);
  }
  return found.size - before;
}

function finish(found: ReadonlyMap<string, StudyHeader>, notices: readonly Notice[]) {
  return { studies: markShared([...found.values()]), notices: eachOnce(notices) };
}

/** Notices without those that say the same again. */
export function eachOnce(notices: readonly Notice[]): readonly Notice[] {
  return [...new Map(notices.map((notice) => [notice.code, notice])).values()];
}

/** Marks the studies whose UID stands under another patient too: two resources, never one. */
function markShared(studies: readonly StudyHeader[]): StudyHeader[] {
  const count = new Map<string, number>();
  for (const { uid } of studies) count.set(uid, (count.get(uid) ?? 0) + 1);
  return studies.map((study) =>
    (count.get(study.uid) ?? 0) > 1 ? { ...study, shared: true } : study,
  );
}
