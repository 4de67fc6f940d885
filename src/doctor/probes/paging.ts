import { z } from 'zod';
import { string, type DataSet } from '../../dicom/dataset';
import { tellsOfMore } from '../../pacs/searchEnd';
import type { Examination } from '../examination';
import { type Finding, type Probe, Unanswered } from '../finding';
import { besideAs } from '../product';

/** Rows up to which a cap is looked for: one more than the window of a search, and than the least cap known. */
const CAP_LOOKED_FOR = 201;
/** Rows whose order is held against each other. */
const ORDERED = 20;
const REPEATS = 3;
const statistics = z.object({ CountStudies: z.number() });

export const paging: Probe = {
  id: 'paging',
  title: 'Paging',
  asks:
    `\`limit=2\`; the same with \`offset=1\`; ${ORDERED} rows ${REPEATS} times; ${CAP_LOOKED_FOR} rows, and what is ` +
    'behind the last that came; the number of studies where an Orthanc tells it.',
  judges:
    'good: limit, offset and order hold, and nothing is cut. note: a cut that the archive tells of. warning: ignored ' +
    'limit or offset, another order each time, a silent cap.',
  async run(examination) {
    const pages = await twoPages(examination);
    return [
      limitFinding(pages),
      offsetFinding(pages),
      await orderFinding(examination),
      await capFinding(examination),
    ];
  },
};

interface Pages {
  readonly first: readonly DataSet[];
  readonly received: number;
  readonly second: readonly DataSet[];
}

async function twoPages(examination: Examination): Promise<Pages> {
  const first = await examination.search('/studies', [['limit', '2']]);
  if (first.received < 2) throw new Unanswered('the archive shows fewer than two studies');
  const second = await examination.search('/studies', [
    ['limit', '2'],
    ['offset', '1'],
  ]);
  return { first: first.rows, received: first.received, second: second.rows };
}

/** A study row is known again by its UID and patient: two patients may share a UID. */
function keyOf(row: DataSet | undefined): string {
  if (row === undefined) return '';
  return JSON.stringify([string(row, 'StudyInstanceUID'), string(row, 'PatientID')]);
}

function limitFinding({ received }: Pages): Finding {
  const what = 'limit';
  if (received === 2) return { what, verdict: 'good', evidence: '2 rows for limit=2' };
  const advice = 'The gateway cuts for itself, but each page costs the whole list.';
  return { what, verdict: 'warning', evidence: `${received} rows for limit=2`, advice };
}

function offsetFinding({ first, second }: Pages): Finding {
  const what = 'offset';
  const moved = keyOf(second[0]) === keyOf(first[1]);
  if (moved) return { what, verdict: 'good', evidence: 'offset=1 begins with the second row' };
  const same = keyOf(second[0]) === keyOf(first[0]);
  const evidence = same ? 'offset=1 brings the first row again' : 'offset=1 brings other rows';
  const advice =
    'Only the first page of a search can be had; the gateway ends there and says so. Narrow searches by date.';
  return { what, verdict: 'warning', evidence, advice };
}

async function orderFinding(examination: Examination): Promise<Finding> {
  const seen = new Set<string>();
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const { rows } = await examination.search('/studies', [['limit', String(ORDERED)]]);
    seen.add(examination.hash(rows.slice(0, ORDERED).map(keyOf).join()));
  }
  const what = 'order';
  const evidence = `${seen.size === 1 ? 'the same' : `${seen.size} different orders`} in ${REPEATS} repeats`;
  if (seen.size === 1) return { what, verdict: 'good', evidence };
  const advice = 'Pages may repeat or lose studies (or studies are just arriving: ask again).';
  return { what, verdict: 'warning', evidence, advice };
}

async function capFinding(examination: Examination): Promise<Finding> {
  const what = 'cap';
  const query = `limit=${CAP_LOOKED_FOR}`;
  const told = await examination.tryQuery('/studies', query);
  if (told === undefined) return refusedLimit(examination);
  const count = (await besideAs(examination, 'statistics', statistics))?.CountStudies;
  const { received } = told;
  const reachable = await beyond(examination, received, told.rows);
  if (tellsOfMore(told.told.header('warning'))) {
    return {
      what,
      verdict: 'note',
      evidence: `cut at ${received} rows, told by Warning`,
      found: { silentCap: 'none' },
    };
  }
  if (received >= CAP_LOOKED_FOR) return uncut(examination, count);
  if (reachable > 0) return silentButPaged(received, count !== undefined);
  if (count !== undefined && count > received) return silentAndLost(received, count);
  if (count === undefined) return fewRows(received);
  const found = { verifiesEnd: false, silentCap: 'none' } as const;
  return { what, verdict: 'good', evidence: `${received} rows are all that there are`, found };
}

/** Rows behind the last one that came; none for an archive that ignores the offset. */
async function beyond(
  examination: Examination,
  received: number,
  rows: readonly DataSet[],
): Promise<number> {
  const next = await examination.tryQuery('/studies', `limit=1&offset=${received}`);
  const known = new Set(rows.map(keyOf));
  return next?.rows.filter((row) => !known.has(keyOf(row))).length ?? 0;
}

/** An archive that holds less than its cap shows nothing of it. */
function fewRows(received: number): Finding {
  const evidence = `${received} rows are all that offset reaches`;
  return { what: 'cap', verdict: 'good', evidence };
}

async function uncut(examination: Examination, count: number | undefined): Promise<Finding> {
  const what = 'cap';
  const none = { silentCap: 'none' } as const;
  const evidence = `none up to ${CAP_LOOKED_FOR} rows`;
  if (count === undefined) return { what, verdict: 'good', evidence, found: none };
  const last = await examination.tryQuery('/studies', `limit=1&offset=${count - 1}`);
  if ((last?.received ?? 0) > 0) {
    const all = `${evidence}, and the last of ${count} is reached`;
    return { what, verdict: 'good', evidence: all, found: { ...none, verifiesEnd: false } };
  }
  return silentAndLost(undefined, count);
}

/** @param isOrthanc which alone counts its studies: the gateway looks for the cap of its pages at the start */
function silentButPaged(received: number, isOrthanc: boolean): Finding {
  return {
    what: 'cap',
    verdict: 'warning',
    evidence: `cut at ${received} rows without a word; offset reaches more`,
    advice: isOrthanc
      ? 'The gateway reads on, page by page. Set LimitFindResults to 0 in the configuration of Orthanc, and it need not.'
      : 'The gateway looks behind every short page, but only with PACS_DIALECT=generic. Have the archive tell of it, or raise its cap.',
    found: { ...(!isOrthanc && { verifiesEnd: true }), silentCap: 'none' },
  };
}

function silentAndLost(received: number | undefined, count: number): Finding {
  const cut =
    received === undefined ? `cut above ${CAP_LOOKED_FOR} rows` : `cut at ${received} rows`;
  return {
    what: 'cap',
    verdict: 'warning',
    evidence: `${cut} of ${count}, without a word; offset does not reach the rest`,
    advice: 'Raise LimitFindResults in the configuration of Orthanc, or set it to 0.',
    ...(received !== undefined && { found: { silentCap: received } }),
  };
}

async function refusedLimit(examination: Examination): Promise<Finding> {
  const smaller = await examination.tryQuery('/studies', 'limit=100');
  const evidence = `limit=${CAP_LOOKED_FOR} is refused, limit=100 ${smaller === undefined ? 'too' : 'works'}`;
  return {
    what: 'cap',
    verdict: 'warning',
    evidence,
    advice: 'Ask for fewer rows at once.',
    settings: [{ env: 'SEARCH_WINDOW_ROWS', value: '100', why: evidence }],
  };
}
