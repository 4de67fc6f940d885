import { string, type DataSet } from '../dicom/dataset';
import type { Call, Keys, Notice, Stretch } from '../study/source';
import type { SearchAnswer } from './client';
import type { Dialect } from './dialects';
import { writeKeys, type Parameter } from './encode';
import type { Archive } from './studies';

/*
 * Where a search ends: archives cut their answers, with a word or without one, and some ignore what is asked.
 */

/**
 * Whether more rows follow a stretch, or should follow but cannot be had.
 *
 * @param answer what came of the stretch
 */
export async function whatFollows(
  archive: Archive,
  keys: Keys,
  window: Stretch,
  answer: SearchAnswer,
  call: Call,
): Promise<{ advance: number; cut: boolean; notices: Notice[] }> {
  const { dialect } = archive.facts;
  const { received } = answer;
  const warned = tellsOfMore(answer.warning);
  if (received === 0) return { advance: 0, cut: warned, notices: warned ? [CUT] : [] };
  if (received >= largestPage(window.limit, dialect) || warned) {
    return {
      advance: received,
      cut: false,
      notices: received > window.limit ? [LIMIT_IGNORED] : [],
    };
  }
  if (dialect.silentCap !== undefined && received + window.offset >= dialect.silentCap) {
    return { advance: 0, cut: true, notices: [CUT] };
  }
  const single = keys.has('StudyInstanceUID');
  if (!dialect.verifiesEnd || single) return { advance: 0, cut: false, notices: [] };
  const beyond = await archive.client.search(
    { level: 'studies' },
    [...writeKeys(keys, dialect, false), ...paging({ limit: 1, offset: window.offset + received })],
    call,
  );
  // An archive that ignores the offset answers the same rows again: told apart when they are read.
  const repeats = beyond.rows.every((row) => isAmong(row, answer.rows));
  return { advance: repeats ? 0 : received, cut: false, notices: [] };
}

/** Rows of a page that is full: as many as were asked for, or as the archive ever gives. */
export function largestPage(limit: number, { pageCap = limit }: Dialect): number {
  return Math.min(limit, pageCap);
}

/** dcm4chee cuts at its own limit and says so: `299 … "There are N additional results …"`. */
export function tellsOfMore(warning: string | undefined): boolean {
  return /\b299\b.*\b(additional|more|limit)/i.test(warning ?? '');
}

function isAmong(row: DataSet, rows: readonly DataSet[]): boolean {
  const uid = string(row, 'StudyInstanceUID');
  const patient = string(row, 'PatientID');
  return rows.some(
    (other) => string(other, 'StudyInstanceUID') === uid && string(other, 'PatientID') === patient,
  );
}

/** The `limit` and `offset` of a stretch of rows (PS3.18 8.3.4.4). */
export function paging(window: Stretch): Parameter[] {
  const offset: Parameter[] = window.offset > 0 ? [['offset', String(window.offset)]] : [];
  return [['limit', String(window.limit)], ...offset];
}

const CUT: Notice = {
  code: 'archive-cut-the-answer',
  text: 'The archive limits its answers and holds more studies than it tells of. Ask a narrower question.',
};
const LIMIT_IGNORED: Notice = {
  code: 'archive-ignores-limit',
  text: 'The archive sent more rows than it was asked for.',
  lasting: true,
};
