import type { DataSet, Element } from '../dicom/dataset';
import type { Keyword } from '../dicom/tags';
import { Problem } from '../errors';
import { readStudy } from '../study/fromDicom';
import type { FoundRow, FoundRows, RowCondition, RowQuery, RowSearch } from '../study/rowSearch';
import type { Call, Keys, Match } from '../study/source';
import type { SearchAnswer } from './client';
import type { Dialect } from './dialects';
import { needsEscaping, wildenValue, type Parameter } from './encode';
import { includeField } from './fields';
import { tellIgnored } from './ignoredKeys';
import { limitCountsMatches } from './indexed';
import { FIND_LIMIT, findRows, withText } from './orthanc';
import { listOf, rowMatches, studyRowMatches, WORDS } from './rowMatches';
import { paging, tellsOfMore } from './searchEnd';
import { UIDS_A_CALL, type Archive } from './studies';

/** Rows asked for at once where all of them are wanted. */
const ALL = 100_000;

/** QIDO-RS of the archive, every row checked against the question. */
export function createRowSearch(archive: (call: Call) => Promise<Archive>): RowSearch {
  return {
    async search(query, call) {
      const at = await archive(call);
      refuseLists(query.conditions, at.facts.dialect);
      const answers = await askAll(at, query, call);
      const rows = answers.flatMap((answer) => answer.rows);
      tellIgnored(rows, literalKeys(query), call.meter);
      const found = await readRows(at, query, rows, call);
      if (rows.length > found.length) call.meter.dropped?.('not-asked', rows.length - found.length);
      const last = answers.at(-1);
      const received = answers.reduce((sum, answer) => sum + answer.received, 0);
      return {
        rows: found,
        received,
        next: whatIsNext(query, received, last, at.facts.dialect),
      };
    },
  };
}

/** What is asked, as far as it is values to the letter; what stands for more than itself is not judged. */
function literalKeys({ conditions }: RowQuery): Keys {
  return new Map(
    conditions.map(({ keyword, value }): [Keyword, Match] => [
      keyword,
      { kind: 'values', values: keyword.endsWith('UID') ? listOf(value) : [value] },
    ]),
  );
}

/**
 * The rows of a query; where no limit is set, also those that the archive holds back at first and says so, and where
 * its pages are smaller than the limit, those of the next pages.
 */
async function askAll(archive: Archive, query: RowQuery, call: Call): Promise<SearchAnswer[]> {
  const keys = query.conditions.map(({ keyword }) => keyword);
  if (!limitCountsMatches(query.path.level, keys, archive.facts.dialect)) {
    return [await stretchOfAll(archive, query, call)];
  }
  const answers: SearchAnswer[] = [];
  const first = query.offset ?? 0;
  for (let offset = first; offset < ALL;) {
    const left = query.limit === undefined ? {} : { limit: query.limit - (offset - first) };
    const answer = await askTwice(archive, { ...query, ...left, offset }, call);
    answers.push(answer);
    if (!goesOn(archive, query.path.level, left.limit, answer)) break;
    offset += answer.received;
  }
  return answers;
}

/** A stretch of rows out of all of them, where the archive's own `limit` would lose some. */
async function stretchOfAll(
  archive: Archive,
  { limit = ALL, offset = 0, ...query }: RowQuery,
  call: Call,
): Promise<SearchAnswer> {
  const all = await askTwice(archive, query, call);
  const rows = all.rows.slice(offset, offset + limit);
  return { ...all, rows, received: rows.length };
}

function goesOn(
  { facts: { dialect } }: Archive,
  level: RowQuery['path']['level'],
  limit: number | undefined,
  { received, warning }: SearchAnswer,
): boolean {
  if (received === 0) return false;
  if (limit === undefined) return tellsOfMore(warning);
  const cap = level === 'instances' ? dialect.instanceCap : dialect.pageCap;
  return cap !== undefined && received < limit && received >= cap;
}

/** Asks, and where nothing may only mean that the archive did not decode the question, asks with wildcards. */
async function askTwice(archive: Archive, query: RowQuery, call: Call): Promise<SearchAnswer> {
  const { decodesQuery } = archive.facts.dialect;
  if (decodesQuery === 'no') return ask(archive, query, true, call);
  const answer = await ask(archive, query, false, call);
  const doubtful = decodesQuery === 'unknown' && needsEscaping(writeConditions(query, false));
  return answer.received === 0 && doubtful ? ask(archive, query, true, call) : answer;
}

function ask(
  { client, facts: { dialect } }: Archive,
  query: RowQuery,
  wild: boolean,
  call: Call,
): Promise<SearchAnswer> {
  const { offset = 0, limit } = query;
  const window = limit === undefined ? offsetOnly(offset) : paging({ limit, offset });
  const fuzzy: Parameter[] = query.fuzzy === true ? [['fuzzymatching', 'true']] : [];
  const parameters = [...writeConditions(query, wild), ...fieldsOf(query, dialect), ...fuzzy];
  return client.search(query.path, [...parameters, ...window], call);
}

function offsetOnly(offset: number): Parameter[] {
  return offset > 0 ? [['offset', String(offset)]] : [];
}

function writeConditions({ conditions }: RowQuery, wild: boolean): Parameter[] {
  return conditions.map(({ keyword, value }): Parameter => {
    const isList = keyword.endsWith('UID') || WORDS.includes(keyword);
    const written = isList ? listOf(value).join(',') : value;
    return [keyword, wild ? wildenValue(written) : written];
  });
}

/** What the caller is to be checked by comes with every study row; a key never stands here (see `includeField`). */
function fieldsOf({ path, conditions, fields }: RowQuery, dialect: Dialect): Parameter[] {
  const keys = new Map(
    conditions.map(({ keyword }) => [keyword, { kind: 'values', values: [] } as const]),
  );
  const own = path.level === 'studies' ? includeField('studies', keys, dialect) : [];
  const needed = own.flatMap(([, list]) => list.split(','));
  // Where `all` brings no more than the usual attributes, those by which the caller is checked are named.
  const all = fields.includes('all') && (dialect.includeAll || path.level !== 'studies');
  if (all || needed.includes('all')) return [['includefield', 'all']];
  const unasked = dialect.computesUnasked ? COMPUTED : [];
  const left = ['all', ...unasked, ...conditions.map(({ keyword }) => keyword)];
  const wanted = [...new Set([...needed, ...fields])].filter((field) => !left.includes(field));
  return wanted.length > 0 ? [['includefield', wanted.join(',')]] : [];
}

/** What Orthanc computes unasked, and tells wrong when asked, by keyword and by tag (see `computesUnasked`). */
const COMPUTED = [
  ...['ModalitiesInStudy', 'NumberOfStudyRelatedSeries', 'NumberOfStudyRelatedInstances'],
  ...['NumberOfSeriesRelatedInstances', '00080061', '00201206', '00201208', '00201209'],
];

async function readRows(
  { client, facts, zone }: Archive,
  query: RowQuery,
  rows: readonly DataSet[],
  call: Call,
): Promise<FoundRow[]> {
  const { path, conditions, fuzzy = false } = query;
  if (path.level !== 'studies') {
    const checks = [
      ...conditions.filter(({ value }) => /^[\x20-\x7e]*$/.test(value)),
      ...within(path),
    ];
    return rows
      .filter((row) => checks.every((check) => rowMatches(row, check, fuzzy)))
      .map((row) => ({ row }));
  }
  const repairs = facts.native && facts.dialect.losesLetters;
  const most = Math.min(FIND_LIMIT, UIDS_A_CALL);
  const ownWords = repairs ? await findRows(client, rows, most, call) : () => undefined;
  return rows.flatMap((row) => {
    const words = ownWords(row);
    const whole = words === undefined ? row : withText(row, words);
    const study = readStudy(whole, zone);
    const matching = conditions.every((check) => studyRowMatches(whole, check, fuzzy));
    return study !== undefined && matching ? [{ row: inForm(whole, row), study }] : [];
  });
}

/** A repaired row with its text in the form of the DICOM JSON Model (PS3.18 F.2.2) that the archive's had. */
function inForm(repaired: DataSet, row: DataSet): DataSet {
  const entries = [...repaired].map(([tag, element]): [string, Element] => {
    const before = row.get(tag);
    const [text] = element.Value ?? [];
    if (element === before || typeof text !== 'string') return [tag, element];
    if (text === '') return [tag, { ...before, Value: [] }];
    return [tag, { ...before, Value: [before?.vr === 'PN' ? nameOf(text) : text] }];
  });
  return new Map(entries);
}

/** A person name by its groups (PS3.18 F.2.2, PS3.5 6.2.1.1), those without text left out. */
function nameOf(text: string): object {
  const groups = text.split('=');
  const entries = ['Alphabetic', 'Ideographic', 'Phonetic'].map((name, at) => [name, groups[at]]);
  return new Object(
    Object.fromEntries(entries.filter(([, group]) => group !== undefined && group !== '')),
  );
}

/** Rows below a study may leave out whose they are, but not name another. */
function within({ study, series }: RowQuery['path']): RowCondition[] {
  return [
    ...(study === undefined ? [] : [{ keyword: 'StudyInstanceUID' as const, value: study }]),
    ...(series === undefined ? [] : [{ keyword: 'SeriesInstanceUID' as const, value: series }]),
  ];
}

/**
 * @throws Problem `unsupported-parameter` for a list that this archive would take for one value, and find nothing by
 */
function refuseLists(conditions: readonly RowCondition[], dialect: Dialect): void {
  for (const { keyword, value } of conditions) {
    const supported = keyword.endsWith('UID') ? dialect.uidLists : dialect.valueLists;
    const isList = (keyword.endsWith('UID') || WORDS.includes(keyword)) && listOf(value).length > 1;
    if (isList && !supported) {
      const text = `The archive does not match lists: ask for one value of ${keyword} at a time.`;
      throw new Problem('unsupported-parameter', text, { location: [keyword] });
    }
  }
}

function whatIsNext(
  { limit }: RowQuery,
  received: number,
  last: SearchAnswer | undefined,
  { verifiesEnd }: Dialect,
): FoundRows['next'] {
  if (tellsOfMore(last?.warning)) return 'told';
  if (received === 0) return 'none';
  return verifiesEnd || (limit !== undefined && received >= limit) ? 'maybe' : 'none';
}
