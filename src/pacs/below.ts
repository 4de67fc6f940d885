import { string } from '../dicom/dataset';
import { Problem } from '../errors';
import type { Call, FoundUids, Keys, Match } from '../study/source';
import type { Dialect } from './dialects';
import { needsEscaping, writeKeys } from './encode';
import { limitCountsMatches } from './indexed';
import { paging, tellsOfMore } from './searchEnd';
import { type Archive } from './studies';

/** Searches series or instances across studies for the studies they are in; see `StudySource.studiesWith`. */
export async function searchBelow(
  archive: Archive,
  level: 'series' | 'instances',
  keys: Keys,
  limit: number,
  call: Call,
): Promise<FoundUids | undefined> {
  const { dialect } = archive.facts;
  if (!dialect.searchesBelowStudies) return undefined;
  if (!limitCountsMatches(level, [...keys.keys()], dialect)) return undefined;
  const found = await Promise.all(
    splitLists(keys, dialect).map((each) => searchBelowOnce(archive, level, each, limit, call)),
  );
  if (!found.every((each) => each !== undefined)) return undefined;
  return {
    uids: [...new Set(found.flatMap((each) => each.uids))],
    complete: found.every((each) => each.complete),
  };
}

async function searchBelowOnce(
  archive: Archive,
  level: 'series' | 'instances',
  keys: Keys,
  limit: number,
  call: Call,
): Promise<FoundUids | undefined> {
  const { dialect } = archive.facts;
  const written = writeKeys(keys, dialect, false);
  if (needsEscaping(written) && dialect.decodesQuery !== 'yes') return undefined;
  const parameters = [...written, ...paging({ limit, offset: 0 })];
  const answer = await archive.client.search({ level }, parameters, call).catch(unlessUnknown);
  const uids = answer?.rows.map((row) => string(row, 'StudyInstanceUID'));
  if (!uids?.every((uid) => uid !== undefined)) return undefined;
  const received = answer?.received ?? 0;
  return {
    uids: [...new Set(uids)],
    complete: received < limit && !tellsOfMore(answer?.warning) && received < capAt(level, dialect),
  };
}

/** Rows from which on an answer may have been cut without a word. */
function capAt(
  level: 'series' | 'instances',
  { silentCap = Infinity, pageCap = Infinity, instanceCap = Infinity }: Dialect,
): number {
  return level === 'instances' ? instanceCap : Math.min(silentCap, pageCap);
}

/** An archive without `/series` and `/instances` across studies says 404 or 400: then it cannot. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof Problem && error.code === 'pacs-error') return undefined;
  throw error;
}

/** One query a value where the archive takes no lists. */
function splitLists(keys: Keys, dialect: Dialect): readonly Keys[] {
  return [...keys].reduce<Keys[]>(
    (queries, [keyword, match]) => {
      const lists = keyword.endsWith('UID') ? dialect.uidLists : dialect.valueLists;
      const values = match.kind === 'values' && !lists ? match.values : undefined;
      const matches: Match[] = values?.map((value) => ({ kind: 'values', values: [value] })) ?? [
        match,
      ];
      return queries.flatMap((query) => matches.map((one) => new Map([...query, [keyword, one]])));
    },
    [new Map()],
  );
}
