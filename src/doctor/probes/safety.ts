import { randomUUID } from 'node:crypto';
import { string } from '../../dicom/dataset';
import type { Keyword } from '../../dicom/tags';
import { DIALECTS } from '../../pacs/dialects';
import { JSON_ROWS, readRows, type Examination } from '../examination';
import { holds, plainValue, sampleRows } from '../sample';
import { type Finding, type Found, type Probe, Unanswered } from '../finding';

/** Rows that are enough to see that a filter was ignored. */
const FEW = 5;
/** Rows that are held against a value that the archive has. */
const SOME = 20;

/** Every study key that the gateway uses with any archive. */
const STUDY_KEYS: readonly Keyword[] = [
  ...new Set(Object.values(DIALECTS).flatMap(({ studyKeys }) => studyKeys)),
];

/** What became of a key: matched, ignored (rows of others came), or refused with a status of its own. */
type Outcome = 'honoured' | 'ignored' | 'refused';

/**
 * The safety probe. An archive may ignore a key that it does not know (PS3.18 8.3.4.1) and answer with everybody's
 * studies, and nothing but a value that nobody has tells it from one that matches.
 */
export const safety: Probe = {
  id: 'safety',
  title: 'Safety',
  asks:
    `Each study key the gateway uses (${STUDY_KEYS.join(', ')}) with a random value that no study has, a random UID ` +
    'and a day in 1801 among them.',
  judges:
    'good: nothing was found. warning: studies were found, so the archive ignores the filter; the gateway checks every ' +
    'row and shows none of them, but reads the whole archive for it. unusable: that of the Study Instance UID is ignored.',
  async run(examination) {
    // Where nothing is, nothing is found, whatever becomes of the filter.
    if ((await sampleRows(examination)).length === 0)
      throw new Unanswered('the archive shows no study');
    const outcomes = new Map<Keyword, Outcome>();
    for (const key of STUDY_KEYS) outcomes.set(key, await askForNobody(examination, key));
    const uid = outcomes.get('StudyInstanceUID');
    const patient = outcomes.get('PatientID');
    const others = STUDY_KEYS.filter((key) => key !== 'StudyInstanceUID' && key !== 'PatientID');
    return [uidFinding(uid), patientFinding(patient), othersFinding(others, outcomes)];
  },
};

async function askForNobody(examination: Examination, key: Keyword): Promise<Outcome> {
  const value = nobodysValue(key);
  const path = `/studies?${key}=${value}&limit=${FEW}`;
  const told = await examination.ask(path, { headers: JSON_ROWS });
  // Some say 404 where nothing matches: another fault, told by another probe.
  if (told.status === 404) return 'honoured';
  const answer = readRows(told);
  if (answer === undefined) return 'refused';
  const strangers = answer.rows.filter((row) => !holds(row, key, value));
  return strangers.length > 0 ? 'ignored' : 'honoured';
}

/** A value of the key's form that no study has, of at most 16 characters but for UIDs. */
function nobodysValue(key: Keyword): string {
  if (key.endsWith('UID')) return nobodysUid();
  if (key.endsWith('Date')) return '18010203';
  if (key === 'PatientSex') return 'Z';
  return `ZQ${randomUUID().replaceAll('-', '').slice(0, 14).toUpperCase()}`;
}

/** A UID that nobody has, made of a UUID (PS3.5 B.2). */
export function nobodysUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

function uidFinding(outcome: Outcome | undefined): Finding {
  const what = 'a random Study Instance UID finds nothing';
  if (outcome === 'honoured') return { what, verdict: 'good', evidence: '0 rows' };
  if (outcome === 'refused') {
    const advice = 'The gateway asks for studies by UID: it gets an error for each.';
    return { what, verdict: 'unusable', evidence: 'the key is refused', advice };
  }
  const advice =
    'The archive ignores the filter: a study cannot be asked for. Check that the query reaches it (a static ' +
    'server or a proxy may drop it).';
  return { what, verdict: 'unusable', evidence: 'studies of others came', advice };
}

function patientFinding(outcome: Outcome | undefined): Finding {
  const what = 'a random PatientID finds nothing';
  const found: Found = { studyKeys: outcome === 'honoured' ? {} : { PatientID: false } };
  if (outcome === 'honoured') return { what, verdict: 'good', evidence: '0 rows' };
  const evidence = outcome === 'refused' ? 'the key is refused' : 'studies of others came';
  const advice =
    'The gateway checks every row and shows no other patient, but each search of a patient lists the archive, and ' +
    'is cut at SEARCH_SCANNED_ROWS. Do not let anything but the gateway rely on this filter.';
  return { what, verdict: 'warning', evidence, advice, found };
}

function othersFinding(keys: readonly Keyword[], outcomes: ReadonlyMap<Keyword, Outcome>): Finding {
  const what = 'random values of the other keys find nothing';
  const bad = keys.filter((key) => outcomes.get(key) !== 'honoured');
  if (bad.length === 0) return { what, verdict: 'good', evidence: `${keys.length} keys, 0 rows` };
  const words = bad.map((key) => `${key} is ${outcomes.get(key) ?? 'not asked'}`);
  return {
    what,
    verdict: 'warning',
    evidence: words.join(', '),
    advice:
      'The gateway checks every row; a search by such a key alone lists the archive. Narrow searches by patient or date.',
    found: { studyKeys: Object.fromEntries(bad.map((key) => [key, false])) },
  };
}

export const filters: Probe = {
  id: 'filters',
  title: 'Filters',
  asks: 'Each of those keys with a value of a study that the archive has shown (plain letters and digits only).',
  judges:
    'good: studies came, all with that value. warning: a key of every dialect finds nothing, or others. note: one that ' +
    'only some archives match. unknown: no study shown has such a value.',
  async run(examination) {
    const rows = await sampleRows(examination);
    const matched = new Map<Keyword, boolean | undefined>();
    for (const key of STUDY_KEYS) {
      const value = plainValue(rows, key);
      if (value === undefined) matched.set(key, undefined);
      else matched.set(key, await finds(examination, key, value));
    }
    return [filterFinding(matched)];
  },
};

/** A row that does not tell the attribute says nothing against the match. */
async function finds(examination: Examination, key: Keyword, value: string): Promise<boolean> {
  const answer = await examination.tryQuery('/studies', `${key}=${value}&limit=${SOME}`);
  if (answer === undefined || answer.rows.length === 0) return false;
  return answer.rows.every((row) => string(row, key) === undefined || holds(row, key, value));
}

function filterFinding(matched: ReadonlyMap<Keyword, boolean | undefined>): Finding {
  const of = (wanted: boolean | undefined) =>
    STUDY_KEYS.filter((key) => matched.get(key) === wanted);
  const [good, bad, unseen] = [of(true), of(false), of(undefined)];
  const parts = [
    `${good.length} keys find what they should`,
    bad.length > 0 ? `${bad.join(', ')} not` : '',
    unseen.length > 0 ? `no plain value of ${unseen.join(', ')} to try` : '',
  ];
  const common = bad.filter((key) => DIALECTS.generic.studyKeys.includes(key));
  const seen = [...good, ...bad].map((key) => [key, matched.get(key) === true] as const);
  const advice = `Searches by ${common.join(', ')} may miss studies: the gateway asks every archive by them.`;
  return {
    what: 'values of studies find them',
    verdict: verdictOf(common.length, bad.length, good.length),
    evidence: parts.filter((part) => part !== '').join('; '),
    ...(common.length > 0 && { advice }),
    found: { studyKeys: Object.fromEntries(seen) },
  };
}

function verdictOf(common: number, bad: number, good: number): Finding['verdict'] {
  if (common > 0) return 'warning';
  if (bad > 0) return 'note';
  return good > 0 ? 'good' : 'unknown';
}
