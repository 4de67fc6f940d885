import { TAG, type Keyword } from '../../dicom/tags';
import { Problem } from '../../errors';
import type { RowCondition, RowPath } from '../../study/rowSearch';

/** Attributes that can be searched by, at their level and below (PS3.18 Tables 10.6.1-2 to 10.6.1-5). */
const STUDY_KEYS: readonly Keyword[] = [
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'AccessionNumber',
  'ModalitiesInStudy',
  'ReferringPhysicianName',
  'PatientName',
  'PatientID',
  'IssuerOfPatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyID',
  'StudyDescription',
  'InstitutionName',
];
const SERIES_KEYS: readonly Keyword[] = [
  'SeriesInstanceUID',
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'BodyPartExamined',
  'PerformedProcedureStepStartDate',
  'PerformedProcedureStepStartTime',
];
const INSTANCE_KEYS: readonly Keyword[] = ['SOPInstanceUID', 'SOPClassUID', 'InstanceNumber'];

const KEYS: Readonly<Record<RowPath['level'], readonly Keyword[]>> = {
  studies: STUDY_KEYS,
  series: [...STUDY_KEYS, ...SERIES_KEYS],
  instances: [...STUDY_KEYS, ...SERIES_KEYS, ...INSTANCE_KEYS],
};
const OTHERS = ['includefield', 'limit', 'offset', 'fuzzymatching'];
const KEYWORD_OF_TAG = new Map<string, Keyword>(
  Object.entries(TAG).map(([keyword, tag]) => [tag, keyword as Keyword]),
);
/** Longest value: a list of UIDs that fits into a request line. */
const LONGEST = 8000;

/** What a QIDO-RS request asks for. */
export interface AskedRows {
  readonly conditions: readonly RowCondition[];
  readonly fields: readonly string[];
  readonly fuzzy: boolean;
  readonly limit?: number;
  readonly offset: number;
}

type Parameter = readonly [name: string, value: string];

/**
 * Reads the parameters of a query (PS3.18 8.3.4), keywords and tags alike; a key without a value, or with `*`, matches
 * everything and is left out.
 *
 * @throws Problem `unsupported-parameter` for a name that is not in the tables: archives ignore what they do not know
 *   and answer with everything
 */
export function readRowParameters(
  parameters: readonly Parameter[],
  level: RowPath['level'],
): AskedRows {
  const keys = parameters.filter(([name]) => !OTHERS.includes(name) && name !== 'accept');
  const conditions = keys
    .map(([name, value]) => ({ keyword: keywordOf(name, level), value: value.trim() }))
    .filter(({ value }) => !/^\**$/.test(value))
    .map(checked);
  refuseRepeats(conditions);
  const limit = numberOf(parameters, 'limit', 1);
  return {
    conditions,
    fields: fieldsOf(parameters),
    fuzzy: isFuzzy(valueOf(parameters, 'fuzzymatching')),
    ...(limit !== undefined && { limit }),
    offset: numberOf(parameters, 'offset', 0) ?? 0,
  };
}

function keywordOf(name: string, level: RowPath['level']): Keyword {
  const keyword = KEYWORD_OF_TAG.get(name.toUpperCase());
  const known = KEYS[level].find((each) => each === name || each === keyword);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(name.slice(0, 64))} cannot be searched by here; ${KEYS[level].join(', ')} can.`;
  throw new Problem('unsupported-parameter', text, { location: [name.slice(0, 64)] });
}

/** A value that cannot be matched as it stands is refused: in a UID, dcm4chee reads a wildcard as one. */
function checked(condition: RowCondition): RowCondition {
  const { keyword, value } = condition;
  const location = [keyword];
  if (value.length > LONGEST || /[\p{Cc}]/u.test(value)) {
    throw new Problem('invalid-value', `The value of ${keyword} cannot be searched for.`, {
      location,
    });
  }
  if (keyword.endsWith('UID') && !/^[0-9A-Za-z._,\\-]+$/.test(value)) {
    const text = `${keyword} is a UID, or several separated by commas, for example 1.2.3; wildcards do not work.`;
    throw new Problem('wildcard-refused', text, { location });
  }
  if (keyword.endsWith('Date') && !/^(\d{8}|\d{8}-(\d{8})?|-\d{8})$/.test(value)) {
    const text = `${keyword} is a day or a range of days, for example 20200102 or 20200101-20200131.`;
    throw new Problem('invalid-value', text, { location });
  }
  return condition;
}

/** Of a repeated key, archives take the first, the last or none. */
function refuseRepeats(conditions: readonly RowCondition[]): void {
  const keywords = conditions.map(({ keyword }) => keyword);
  const repeated = keywords.find((keyword, index) => keywords.indexOf(keyword) !== index);
  if (repeated === undefined) return;
  const text = `${repeated} is given twice, and both cannot be matched.`;
  throw new Problem('invalid-value', text, { location: [repeated] });
}

function fieldsOf(parameters: readonly Parameter[]): string[] {
  const fields = parameters
    .filter(([name]) => name === 'includefield')
    .flatMap(([, value]) => value.split(','))
    .map((field) => field.trim())
    .filter((field) => field !== '');
  const wrong = fields.find(
    (field) => !/^(all|[0-9A-Fa-f]{8}|[A-Z][A-Za-z0-9]{1,63})$/.test(field),
  );
  if (wrong === undefined) return [...new Set(fields)];
  const text = `includefield names keywords or tags of attributes, for example StudyDescription or 00081030.`;
  throw new Problem('invalid-value', text, { location: ['includefield'] });
}

function isFuzzy(value: string | undefined): boolean {
  if (value === undefined || /^(true|false)$/.test(value)) return value === 'true';
  throw new Problem('invalid-value', 'fuzzymatching is true or false.', {
    location: ['fuzzymatching'],
  });
}

function numberOf(
  parameters: readonly Parameter[],
  name: string,
  least: number,
): number | undefined {
  const value = valueOf(parameters, name);
  if (value === undefined) return undefined;
  if (/^\d{1,7}$/.test(value) && Number(value) >= least) return Number(value);
  throw new Problem('invalid-value', `${name} is a number from ${least}, for example ${name}=50.`, {
    location: [name],
  });
}

function valueOf(parameters: readonly Parameter[], name: string): string | undefined {
  return parameters.find(([each]) => each === name)?.[1];
}
