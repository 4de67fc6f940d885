import { string, type DataSet } from '../../dicom/dataset';
import { isSafeUid } from '../../dicom/values';
import type { Told } from '../../pacs/examine';
import { readRows, type Examination } from '../examination';
import { type Finding, type Probe, Unanswered } from '../finding';
import { plainValue, plainValues, sampleRows, smallStudies } from '../sample';
import { nobodysUid } from './safety';

/** Accept headers and what they are for. */
const FORMS: readonly (readonly [words: string, accept: string | undefined])[] = [
  ['application/dicom+json', 'application/dicom+json'],
  ['application/json', 'application/json'],
  ['two types', 'application/dicom+json, application/json;q=0.5'],
  ['*/*', '*/*'],
];

export const accept: Probe = {
  id: 'accept',
  title: 'Accept',
  asks: 'One study with each form of Accept: `application/dicom+json`, `application/json`, both, `*/*`.',
  judges:
    'good: rows for each. note: not for all; the gateway asks for `application/dicom+json` alone, which `reach` has tried.',
  async run(examination) {
    const refused: string[] = [];
    for (const [words, value] of FORMS) {
      const headers = value === undefined ? {} : { Accept: value };
      const told = await examination.ask('/studies?limit=1', { headers });
      if (readRows(told) === undefined) refused.push(`${words} (${told.status})`);
    }
    const what = 'forms of Accept that bring JSON';
    if (refused.length === 0) return [{ what, verdict: 'good', evidence: 'all that were tried' }];
    return [{ what, verdict: 'note', evidence: `not: ${refused.join(', ')}` }];
  },
};

export const empty: Probe = {
  id: 'empty',
  title: 'Empty results',
  asks: 'A random Study Instance UID, at `/studies`.',
  judges:
    'good: 204, 200 with `[]` or 200 without a body, which the gateway takes as nothing. warning: anything else, 404 ' +
    'among it: a search that finds nothing is an error then.',
  async run(examination) {
    const query = `StudyInstanceUID=${nobodysUid()}&limit=1`;
    const told = await examination.ask(`/studies?${query}`, {
      headers: { Accept: 'application/dicom+json' },
    });
    const what = 'how nothing is told';
    const rows = readRows(told);
    if (rows?.received === 0) return [{ what, verdict: 'good', evidence: styleOf(told) }];
    const evidence = rows === undefined ? `status ${told.status}` : 'rows of others';
    const advice =
      'Searches that find nothing fail (502), or cost a list of the archive, until it is mended there.';
    return [{ what, verdict: 'warning', evidence, advice }];
  },
};

function styleOf({ status, body }: Told): string {
  if (status === 204) return '204';
  return body.length === 0 ? '200 without a body' : '200 with an empty list';
}

export const wildcards: Probe = {
  id: 'wildcards',
  title: 'Wildcards',
  asks: 'A PatientID and a Study Instance UID of the sample, each with its last character as `*`.',
  judges:
    'note: whether they match as patterns. Nothing is wrong with it, but an identifier `*` is everybody then: the ' +
    'gateway refuses wildcards in identifiers, and so must whatever else asks the archive.',
  async run(examination) {
    const rows = await sampleRows(examination);
    const patient = plainValue(rows, 'PatientID');
    const uid = plainValue(rows, 'StudyInstanceUID');
    if (uid === undefined) throw new Unanswered('the archive shows no study');
    return [
      await wildcard(examination, 'StudyInstanceUID', uid),
      ...(patient === undefined ? [] : [await wildcard(examination, 'PatientID', patient)]),
    ];
  },
};

async function wildcard(
  examination: Examination,
  key: 'PatientID' | 'StudyInstanceUID',
  value: string,
): Promise<Finding> {
  const query = `${key}=${value.slice(0, -1)}*&limit=20`;
  const answer = await examination.tryQuery('/studies', query);
  const what = `wildcards in ${key}`;
  if (answer === undefined) return { what, verdict: 'note', evidence: 'refused' };
  const found = answer.rows.some((row) => string(row, key) === value);
  if (!found && answer.received === 0) return { what, verdict: 'note', evidence: 'do not match' };
  const evidence = found ? 'match as a pattern' : 'find others';
  const advice = 'The gateway refuses * and ? in identifiers; let nothing else pass them on.';
  return { what, verdict: 'note', evidence, advice };
}

export const lists: Probe = {
  id: 'lists',
  title: 'Lists of values',
  asks: 'Two Study Instance UIDs with a comma at `/studies`, `/series` and `/instances`; two values of another key.',
  judges:
    'good: both are found. note: not, so that the gateway asks study by study, which takes more calls. warning: others are found.',
  async run(examination) {
    const small = await smallStudies(examination);
    const uids = small.slice(0, 2).map((row) => string(row, 'StudyInstanceUID') ?? '');
    if (uids.length < 2) throw new Unanswered('the archive shows fewer than two studies');
    const levels = ['/studies', '/series', '/instances'] as const;
    const results: ListResult[] = [];
    for (const level of levels) results.push(await uidList(examination, level, uids));
    const values = await valueList(examination);
    return [uidListFinding(levels, results), valueListFinding(values)];
  },
};

type ListResult = 'both' | 'none' | 'others' | 'refused';

async function uidList(
  examination: Examination,
  level: string,
  uids: readonly string[],
): Promise<ListResult> {
  const query = `StudyInstanceUID=${uids.join(',')}&includefield=StudyInstanceUID&limit=200`;
  const answer = await examination.tryQuery(level, query);
  if (answer === undefined) return 'refused';
  return resultOf(
    uids,
    answer.rows.map((row) => string(row, 'StudyInstanceUID') ?? ''),
  );
}

function resultOf(wanted: readonly string[], told: readonly string[]): ListResult {
  if (told.some((value) => !wanted.includes(value))) return 'others';
  return wanted.every((value) => told.includes(value)) ? 'both' : 'none';
}

async function valueList(examination: Examination): Promise<ListResult | undefined> {
  const rows = await sampleRows(examination);
  for (const key of ['PatientID', 'AccessionNumber', 'StudyID'] as const) {
    const [one, other] = plainValues(rows, key);
    if (one === undefined || other === undefined) continue;
    const answer = await examination.tryQuery('/studies', `${key}=${one},${other}&limit=200`);
    if (answer === undefined) return 'refused';
    return resultOf(
      [one, other],
      answer.rows.map((row) => string(row, key) ?? ''),
    );
  }
  return undefined;
}

function uidListFinding(levels: readonly string[], results: readonly ListResult[]): Finding {
  const words = levels.map((level, at) => `${level}: ${results[at] ?? 'not asked'}`);
  const [studies, , instances] = results;
  const matched = studies === 'both' && instances === 'both';
  const verdict = results.includes('others') ? 'warning' : matched ? 'good' : 'note';
  return {
    what: 'lists of Study Instance UIDs',
    verdict,
    evidence: words.join(', '),
    ...(!matched && { advice: 'Leave PACS_DIALECT=generic: it asks for each study by itself.' }),
    found: { uidLists: matched },
  };
}

function valueListFinding(result: ListResult | undefined): Finding {
  const what = 'lists of other values';
  if (result === undefined) {
    return { what, verdict: 'unknown', evidence: 'no two plain values to try' };
  }
  const verdict = result === 'both' ? 'good' : result === 'others' ? 'warning' : 'note';
  return { what, verdict, evidence: result, found: { valueLists: result === 'both' } };
}

export const encoding: Probe = {
  id: 'encoding',
  title: 'Encoding of the query',
  asks: 'A Study Instance UID with its first digit percent-encoded; a name of the sample by a letter outside ASCII.',
  judges:
    'good: they find what they should. warning: the archive does not decode, so that every value which needs escaping ' +
    '(blanks, umlauts) finds nothing, with status 200.',
  async run(examination) {
    const rows = await sampleRows(examination);
    const uid = rows.map((row) => string(row, 'StudyInstanceUID') ?? '').find(isSafeUid);
    if (uid === undefined) throw new Unanswered('the archive shows no study');
    const escaped = `%${uid.charCodeAt(0).toString(16).toUpperCase()}${uid.slice(1)}`;
    const answer = await examination.tryQuery('/studies', `StudyInstanceUID=${escaped}&limit=1`);
    const decodes = answer?.rows.some((row) => string(row, 'StudyInstanceUID') === uid) ?? false;
    return [decodingFinding(decodes), await nonAscii(examination, rows)];
  },
};

function decodingFinding(decodes: boolean): Finding {
  const what = 'percent-encoding is decoded';
  const found = { decodesQuery: decodes ? 'yes' : 'no' } as const;
  if (decodes)
    return { what, verdict: 'good', evidence: 'an escaped digit finds the study', found };
  const evidence = 'an escaped digit finds nothing, although its study is there';
  const advice =
    "Debian's Orthanc does so. The gateway writes what needs escaping as wildcards and checks the rows, which costs " +
    'more rows; PACS_DIALECT=orthanc knows it beforehand. Other callers get empty answers: use a build that decodes.';
  return { what, verdict: 'warning', evidence, advice, found };
}

async function nonAscii(examination: Examination, rows: readonly DataSet[]): Promise<Finding> {
  const what = 'names are found by letters outside ASCII';
  const letterOf = (row: DataSet) => /[^\x20-\x7e^=]/u.exec(string(row, 'PatientName') ?? '')?.[0];
  const letter = rows.map(letterOf).find((each) => each !== undefined);
  if (letter === undefined) {
    return { what, verdict: 'unknown', evidence: 'the sample has no such name' };
  }
  const query = `PatientName=*${encodeURIComponent(letter)}*&limit=20`;
  const answer = await examination.tryQuery('/studies', query);
  const found = answer?.rows.some((row) => letterOf(row) !== undefined) ?? false;
  if (found) return { what, verdict: 'good', evidence: 'one such letter finds its name' };
  const advice = 'The gateway asks for names with wildcards in place of such letters.';
  return { what, verdict: 'note', evidence: 'one such letter finds nothing', advice };
}
