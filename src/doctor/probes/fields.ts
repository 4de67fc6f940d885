import { has, string, values, type DataSet } from '../../dicom/dataset';
import { TAG, type Keyword } from '../../dicom/tags';
import { DIALECTS } from '../../pacs/dialects';
import { includeField } from '../../pacs/fields';
import type { Examination } from '../examination';
import { share, type Finding, type Probe, Unanswered } from '../finding';
import { SAMPLED, sampleRows, unaskedRows } from '../sample';

/** What the archive reckons over a study. */
const COUNTS = [
  'ModalitiesInStudy',
  'NumberOfStudyRelatedSeries',
  'NumberOfStudyRelatedInstances',
] as const satisfies readonly Keyword[];
/** What a study row carries only where it is asked for. */
const ASKED = ['StudyDescription', 'IssuerOfPatientID'] as const satisfies readonly Keyword[];

export const fields: Probe = {
  id: 'fields',
  title: 'Attributes of a study row',
  asks: 'The sample unasked, with `includefield` as a comma list, as repeated parameters, one by one for the counts, and `all`.',
  judges:
    'good: what is asked for comes. note: an attribute that is never told, or a form of `includefield` that does ' +
    'nothing. warning: counts or Modalities in Study are in no row, so that each study is read for them.',
  async run(examination) {
    const [unasked, asked] = [await unaskedRows(examination), await sampleRows(examination)];
    if (asked.length === 0) throw new Unanswered('the archive shows no study');
    return [
      await forms(examination, unasked, asked),
      countsFinding(unasked, asked),
      await computed(examination, unasked),
      await all(examination, asked),
      told('issuer of the PatientID', 'IssuerOfPatientID', asked),
      told('time zone (0008,0201)', 'TimezoneOffsetFromUTC', asked, zoneAdvice),
      told('character set (0008,0005)', 'SpecificCharacterSet', asked),
    ];
  },
};

const zoneAdvice = {
  advice:
    'Set ARCHIVE_TIME_ZONE to the zone of the hospital; else times of such studies are given as dates.',
  settings: [
    {
      env: 'ARCHIVE_TIME_ZONE',
      value: 'Europe/Vienna',
      why: 'studies tell no time zone; put in the zone of their clocks',
      fillIn: true,
    },
  ],
} as const;

/** Rows that have an attribute, with a value or without: an archive that was heard tells even an empty one. */
function having(rows: readonly DataSet[], keyword: Keyword): readonly DataSet[] {
  return rows.filter((row) => has(row, keyword));
}

function filled(rows: readonly DataSet[], keyword: Keyword): readonly DataSet[] {
  return rows.filter((row) => values(row, keyword).length > 0);
}

async function forms(
  examination: Examination,
  unasked: readonly DataSet[],
  list: readonly DataSet[],
): Promise<Finding> {
  const what = 'includefield';
  const repeated = ASKED.map((keyword) => `includefield=${keyword}`).join('&');
  const answer = await examination.tryQuery('/studies', `${repeated}&limit=${SAMPLED}`);
  const more = (rows: readonly DataSet[] | undefined) =>
    ASKED.some((keyword) => having(rows ?? [], keyword).length > having(unasked, keyword).length);
  const [byList, byRepeat] = [more(list), more(answer?.rows)];
  const words = `comma list: ${byList ? 'brings more' : 'nothing more'}, repeated: ${byRepeat ? 'brings more' : 'nothing more'}`;
  const there = ASKED.some((keyword) => having(unasked, keyword).length > 0);
  if (byList || there) return { what, verdict: 'good', evidence: words };
  const advice = `${ASKED.join(' and ')} come in no row: the gateway reads them from the metadata of an instance.`;
  return { what, verdict: 'note', evidence: words, advice };
}

function countsFinding(unasked: readonly DataSet[], asked: readonly DataSet[]): Finding {
  const words = COUNTS.map(
    (keyword) =>
      `${keyword}: ${share(filled(unasked, keyword), unasked)} unasked, ${share(filled(asked, keyword), asked)} asked`,
  );
  const never = COUNTS.filter(
    (keyword) => filled(unasked, keyword).length + filled(asked, keyword).length === 0,
  );
  return {
    what: 'counts and Modalities in Study',
    verdict: never.length > 0 ? 'warning' : 'good',
    evidence: words.join('; '),
    ...(never.length > 0 && {
      advice: `${never.join(', ')} cannot be told from a study row: searches read the series of each study.`,
    }),
  };
}

/**
 * Asked for one by one, an archive may hand out what one of the files holds instead of what it reckons. Rows are held
 * against each other by their place, for two patients may share a UID.
 */
async function computed(examination: Examination, unasked: readonly DataSet[]): Promise<Finding> {
  const what = 'counts asked for are those told unasked';
  const query = `includefield=${COUNTS.join(',')}&limit=${SAMPLED}`;
  const asked = (await examination.tryQuery('/studies', query))?.rows ?? [];
  const pairs = unasked.flatMap((row, at) => {
    const other = asked[at];
    const same =
      other !== undefined && string(other, 'StudyInstanceUID') === string(row, 'StudyInstanceUID');
    return same && filled([row], 'NumberOfStudyRelatedInstances').length > 0
      ? [[row, other] as const]
      : [];
  });
  const text = (row: DataSet) =>
    JSON.stringify(COUNTS.map((keyword) => values(row, keyword).map(String).toSorted()));
  const differing = pairs.filter(([row, other]) => text(row) !== text(other));
  if (pairs.length === 0) return { what, verdict: 'unknown', evidence: 'no counts come unasked' };
  if (differing.length === 0)
    return { what, verdict: 'good', evidence: `${pairs.length} rows, the same` };
  return {
    what,
    verdict: 'note',
    evidence: `${share(differing, pairs)} rows differ`,
    advice:
      'The gateway does not ask for them on an Orthanc; elsewhere, tell its keepers of this archive.',
    found: { computesUnasked: true },
  };
}

async function all(examination: Examination, asked: readonly DataSet[]): Promise<Finding> {
  const what = 'includefield=all';
  const answer = await examination.tryQuery('/studies', `includefield=all&limit=${SAMPLED}`);
  if (answer === undefined) {
    return { what, verdict: 'note', evidence: 'refused', found: { includeAll: false } };
  }
  const tags = (rows: readonly DataSet[]) => new Set(rows.flatMap((row) => [...row.keys()]));
  const [by, over] = [tags(asked), tags(answer.rows)];
  const more = [...over].filter((tag) => !by.has(tag)).length;
  const less = [...by].filter((tag) => !over.has(tag)).length;
  return {
    what,
    verdict: 'good',
    evidence: `${over.size} attributes; ${more} that a list did not bring, ${less} of the list missing`,
    found: { includeAll: more > 0 && less === 0 },
  };
}

function told(
  what: string,
  keyword: Keyword,
  rows: readonly DataSet[],
  untold: Pick<Finding, 'advice' | 'settings'> = {},
): Finding {
  const some = filled(rows, keyword);
  const evidence = `told in ${share(some, rows)} rows`;
  if (some.length === rows.length) return { what, verdict: 'good', evidence };
  return { what, verdict: 'note', evidence, ...untold };
}

/** Attributes that the gateway reads, at the level of the study or below it, by their tags. */
export const WANTED: Readonly<Record<'studies' | 'instances', readonly Keyword[]>> = {
  studies: keywords('studies'),
  instances: keywords('instances'),
};

function keywords(level: 'studies' | 'instances'): readonly Keyword[] {
  const [[, list] = ['', '']] = includeField(level, new Map(), DIALECTS.generic);
  return list.split(',').filter((name): name is Keyword => name in TAG);
}
