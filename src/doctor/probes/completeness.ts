import { string, values, type DataSet } from '../../dicom/dataset';
import type { Keyword } from '../../dicom/tags';
import { DIALECTS, type Dialect } from '../../pacs/dialects';
import { includeField } from '../../pacs/fields';
import type { Examination } from '../examination';
import { share, type Finding, type Probe, Unanswered } from '../finding';
import { besideText, product } from '../product';
import { sampleRows, smallStudies, subjectsOf, type Subject } from '../sample';
import { WANTED } from './fields';

/** Studies of which rows and metadata are held against each other. */
const COMPARED = 3;
/** What no row below the study may lack (PS3.18 Tables 10.6.3-4 and 10.6.3-5). */
const MANDATORY = new Set<Keyword>(['SOPClassUID', 'Modality']);
/** What an archive reckons or adds, so that no file has it. */
const ADDED = /^(NumberOf(Study|Series)|ModalitiesIn|InstanceAvailability|RetrieveAE)/;
/** Names that a search may have damaged: letters outside ASCII, or a group or component without letters. */
const SUSPICIOUS = /[^\x20-\x7e]|\?|^\^|^$|^\p{Ll}/u;

export const completeness: Probe = {
  id: 'completeness',
  title: 'Rows and metadata',
  asks: `For ${COMPARED} small studies an instance row with all that the gateway wants, and the \`metadata\` of that instance.`,
  judges:
    'good: rows have what metadata has. note: attributes or whole sequences are missing, which the gateway reads from ' +
    'metadata; this is the flag `metadata` of a dialect. warning: there is no metadata to be had.',
  async run(examination) {
    const studies = (await smallStudies(examination)).slice(0, COMPARED);
    const missing: Missing[] = [];
    for (const study of studies) missing.push(await compare(examination, study));
    if (missing.length === 0) throw new Unanswered('the archive shows no study');
    return [missingFinding(missing)];
  },
};

/** What a file has and no row told, and whether there were sequences to tell. */
interface Missing {
  readonly metadata: boolean;
  readonly study: readonly Keyword[];
  readonly below: readonly Keyword[];
  readonly sequences: boolean;
}

async function compare(examination: Examination, studyRow: DataSet): Promise<Missing> {
  const [one] = await subjectsOf(examination, studyRow);
  const file = one && (await metadataOf(examination, one));
  if (one === undefined || file === undefined) {
    return { metadata: false, study: [], below: [], sequences: false };
  }
  const row = await wholeRow(examination, one);
  const lacks = (told: DataSet) => (keyword: Keyword) =>
    values(file, keyword).length > 0 && values(told, keyword).length === 0 && !ADDED.test(keyword);
  const there = (keyword: Keyword) => isSequence(keyword) && values(file, keyword).length > 0;
  return {
    metadata: true,
    study: WANTED.studies.filter(lacks(studyRow)),
    below: WANTED.instances.filter(lacks(row)),
    sequences: [...WANTED.studies, ...WANTED.instances].some(there),
  };
}

/** The data set of one instance as its file has it (PS3.18 10.4.1.1.2). */
async function metadataOf(
  examination: Examination,
  { study, series, instance }: Subject,
): Promise<DataSet | undefined> {
  const path = `/studies/${study}/series/${series}/instances/${instance}/metadata`;
  return (await examination.tryQuery(path, ''))?.rows[0];
}

/** An instance row with everything that the gateway asks for. */
async function wholeRow(examination: Examination, one: Subject): Promise<DataSet> {
  const wanted = includeField('instances', new Map(), DIALECTS.generic);
  const path = `/studies/${one.study}/series/${one.series}/instances`;
  const { rows } = await examination.search(path, [...wanted, ['limit', '5']]);
  return rows.find((row) => string(row, 'SOPInstanceUID') === one.instance) ?? one.row;
}

function missingFinding(all: readonly Missing[]): Finding {
  const what = 'what rows lack of the metadata';
  const read = all.filter(({ metadata }) => metadata);
  if (read.length === 0) {
    const advice =
      'Without metadata, what searches leave out stays out; see the log of the archive.';
    return { what, verdict: 'warning', evidence: 'no metadata was to be had', advice };
  }
  const study = unique(read.flatMap((one) => one.study));
  const below = unique(read.flatMap((one) => one.below));
  const flag = flagOf(study, below);
  const seen = flag !== 'mandatory' || read.some(({ sequences }) => sequences);
  const words = [
    ...study.map((each) => `${each} (study)`),
    ...below.map((each) => `${each} (below)`),
  ];
  return {
    what,
    verdict: words.length === 0 ? 'good' : 'note',
    evidence: `${share(read, all)} studies compared; missing: ${words.length === 0 ? 'nothing' : words.join(', ')}`,
    ...(seen && { found: { metadata: flag } }),
  };
}

function flagOf(study: readonly Keyword[], below: readonly Keyword[]): Dialect['metadata'] {
  const optional = below.filter((keyword) => !MANDATORY.has(keyword) && !study.includes(keyword));
  if (optional.length > 0) return 'series';
  return study.length > 0 ? 'study' : 'mandatory';
}

function unique(keywords: readonly Keyword[]): readonly Keyword[] {
  return [...new Set(keywords)];
}

function isSequence(keyword: Keyword): boolean {
  return keyword.endsWith('Sequence');
}

export const letters: Probe = {
  id: 'letters',
  title: 'Letters of names',
  asks:
    `PatientName in the row and in the metadata of ${COMPARED} studies, those with letters outside ASCII or odd names ` +
    'first; the default encoding, where an Orthanc tells it.',
  judges:
    'good: the same letters. warning: rows have lost letters that the metadata has; identifiers lose them, too. unknown: no ' +
    'name outside ASCII was seen.',
  async run(examination) {
    const rows = await sampleRows(examination);
    const odd = (row: DataSet) => (SUSPICIOUS.test(string(row, 'PatientName') ?? '') ? 0 : 1);
    const small = await smallStudies(examination);
    const chosen = small.toSorted((one, other) => odd(one) - odd(other)).slice(0, COMPARED);
    if (chosen.length === 0) throw new Unanswered('the archive shows no study');
    const compared: NamesCompared[] = [];
    for (const row of chosen) compared.push(await compareNames(examination, row));
    const native = await orthancEncoding(examination);
    return [lettersFinding(compared, native), bytesFinding(examination.brokenText(), rows.length)];
  },
};

type NamesCompared = 'same' | 'ascii' | 'lost' | 'not read';

async function compareNames(examination: Examination, row: DataSet): Promise<NamesCompared> {
  const [one] = await subjectsOf(examination, row);
  const file = one && (await metadataOf(examination, one));
  const name = file && nameOf(file);
  if (name === undefined) return 'not read';
  if (nameOf(row) !== name) return 'lost';
  return /[^\x20-\x7e]/.test(name) ? 'same' : 'ascii';
}

/** All groups of a name, in one normal form, without what says nothing (PS3.5 6.2.1.1). */
function nameOf(dataSet: DataSet): string | undefined {
  const [value] = values(dataSet, 'PatientName');
  if (value === undefined) return undefined;
  const groups = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  const texts = groups.map((group) => String(group).trim().replace(/\^+$/, ''));
  return texts.join('=').replace(/=+$/, '').normalize('NFC');
}

/** `tools/default-encoding` of an Orthanc whose searches write everything in it. */
async function orthancEncoding(examination: Examination): Promise<string | undefined> {
  const { name } = await product(examination);
  return name === 'Orthanc' ? besideText(examination, 'tools/default-encoding') : undefined;
}

function lettersFinding(compared: readonly NamesCompared[], encoding: string | undefined): Finding {
  const what = 'names in rows and in metadata';
  const of = (wanted: NamesCompared) => compared.filter((each) => each === wanted);
  const own = encoding === undefined ? '' : `; default encoding ${encoding}`;
  const evidence = `${share(of('lost'), compared)} names differ, ${of('same').length} with letters outside ASCII are the same, ${of('not read').length} not read${own}`;
  if (of('lost').length > 0) {
    const advice =
      'Searches by such names and identifiers find nothing or others. On Orthanc set "DefaultEncoding": "Utf8"; the ' +
      'gateway mends the rows from its own API meanwhile.';
    return { what, verdict: 'warning', evidence, advice, found: { losesLetters: true } };
  }
  if (of('same').length === 0) return { what, verdict: 'unknown', evidence };
  return { what, verdict: 'good', evidence, found: { losesLetters: false } };
}

function bytesFinding(broken: number, rows: number): Finding {
  const what = 'JSON is UTF-8';
  if (broken === 0)
    return {
      what,
      verdict: 'good',
      evidence: `all answers so far, ${rows} sampled rows among them`,
    };
  const advice =
    'The gateway reads such answers as Latin-1; have the archive write UTF-8 (RFC 8259 8.1).';
  return { what, verdict: 'warning', evidence: `${broken} answers are not`, advice };
}
