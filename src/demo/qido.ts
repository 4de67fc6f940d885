import { choose } from './accept';
import { dicomJson, Refusal, type Answer } from './answer';
import { DICTIONARY, namesIn, type Attributes, type Level, type Name } from './dictionary';
import {
  levelOf,
  newestFirst,
  valueOf,
  type Entity,
  type Holdings,
  type SeriesEntry,
  type StudyEntry,
} from './holdings';
import { emptyElement, toJson, type JsonDataSet, type JsonElement } from './json';
import { readQuery, type Condition, type Query } from './query';

/** A search resource (PS3.18 Table 10.6.1-1): what is searched, and within which study and series. */
export interface SearchTarget {
  readonly level: Level;
  readonly study?: string | undefined;
  readonly series?: string | undefined;
}

/** Where a search is made and by whom: the service root, the query string and the Accept header. */
export interface SearchRequest {
  readonly root: string;
  readonly query: string;
  readonly accept: string | undefined;
}

/** The attributes every row has, with a value or without (PS3.18 Tables 10.6.3-3 to 10.6.3-5). */
const ALWAYS: Readonly<Record<Level, readonly Name[]>> = {
  study: [
    'StudyDate',
    'StudyTime',
    'AccessionNumber',
    'ModalitiesInStudy',
    'ReferringPhysicianName',
    'PatientName',
    'PatientID',
    'PatientBirthDate',
    'PatientSex',
    'StudyInstanceUID',
    'StudyID',
    'NumberOfStudyRelatedSeries',
    'NumberOfStudyRelatedInstances',
  ],
  series: [
    'Modality',
    'SeriesDescription',
    'SeriesInstanceUID',
    'SeriesNumber',
    'NumberOfSeriesRelatedInstances',
  ],
  instance: ['SOPClassUID', 'SOPInstanceUID', 'InstanceNumber'],
};

/** The attributes a row has when there is a value for them (type 1C of the same tables). */
const WHEN_KNOWN: Readonly<Record<Level, readonly Name[]>> = {
  study: ['SpecificCharacterSet', 'InstanceAvailability', 'TimezoneOffsetFromUTC'],
  series: [
    'SpecificCharacterSet',
    'TimezoneOffsetFromUTC',
    'PerformedProcedureStepStartDate',
    'PerformedProcedureStepStartTime',
    'RequestAttributesSequence',
  ],
  instance: [
    'SpecificCharacterSet',
    'InstanceAvailability',
    'TimezoneOffsetFromUTC',
    'Rows',
    'Columns',
    'BitsAllocated',
    'NumberOfFrames',
  ],
};

/** Unique keys of the levels above, without which a row would not say what it belongs to. */
const PARENTS: Readonly<Record<Level, readonly Name[]>> = {
  study: [],
  series: ['StudyInstanceUID'],
  instance: ['StudyInstanceUID', 'SeriesInstanceUID'],
};

const LEVELS: readonly Level[] = ['study', 'series', 'instance'];

/**
 * Answers a search (QIDO-RS, PS3.18 10.6): the rows that match, in a stable order, none of them being an
 * empty array rather than an error.
 *
 * @throws Refusal 400 for a malformed query, 404 for an unknown study or series in the path, 406
 */
export function search(holdings: Holdings, target: SearchTarget, request: SearchRequest): Answer {
  const type = choose(request.accept, ['application/dicom+json', 'application/json'] as const);
  const query = readQuery(request.query, target.level);
  const found = find(holdings, target, query);
  const page = found.slice(query.offset, query.offset + query.limit);
  const fields = fieldsFor(target, query);
  const rows = page.map((entity) => row(entity, fields, query, request.root));
  const warning = query.warnings.map((text) => `299 ${request.root}: "${text}"`).join(', ');
  return dicomJson(type, rows, warning === '' ? {} : { Warning: warning });
}

function find(holdings: Holdings, target: SearchTarget, { conditions }: Query): Entity[] {
  const at = (level: Level) => conditions.filter(({ name }) => levelOf(name) === level);
  const studies = candidates(holdings, target, conditions).filter(meets(at('study')));
  if (target.level === 'study') return studies;
  const series = studies.flatMap((study) => seriesOf(study, target)).filter(meets(at('series')));
  if (target.level === 'series') return series;
  return series.flatMap((entry) => entry.instances).filter(meets(at('instance')));
}

/** The studies worth looking at: the one of the path, those an index finds, or all; in the stable order. */
function candidates(
  holdings: Holdings,
  target: SearchTarget,
  conditions: readonly Condition[],
): readonly StudyEntry[] {
  if (target.study !== undefined) {
    const study = holdings.byUid.get(target.study);
    if (!study) throw new Refusal(404, `No study ${target.study}`);
    return [study];
  }
  const uids = conditions.find(({ name }) => name === 'StudyInstanceUID')?.key;
  if (uids !== undefined && /^[\d.,\\]+$/.test(uids)) return studiesOf(holdings, uids);
  const patient = conditions.find(({ name }) => name === 'PatientID')?.key;
  if (patient === undefined || /^$|[*?]/.test(patient)) return holdings.studies;
  return holdings.byPatientId.get(patient.trim()) ?? [];
}

function studiesOf({ byUid }: Holdings, uids: string): StudyEntry[] {
  const wanted = [...new Set(uids.split(/[,\\]/))];
  return wanted
    .map((uid) => byUid.get(uid))
    .filter((entry) => entry !== undefined)
    .sort(newestFirst);
}

function seriesOf(study: StudyEntry, { series }: SearchTarget): readonly SeriesEntry[] {
  if (series === undefined) return study.series;
  const found = study.series.filter((entry) => entry.series.uid === series);
  if (found.length === 0) throw new Refusal(404, `No series ${series} in study ${study.study.uid}`);
  return found;
}

function meets(conditions: readonly Condition[]): (entity: Entity) => boolean {
  return (entity) => conditions.every(({ name, matches }) => matches(valueOf(entity, name)));
}

interface Fields {
  readonly always: readonly Name[];
  readonly whenKnown: readonly Name[];
}

/** Searches over all studies also give the attributes of the levels above (PS3.18 10.6.3.3). */
function fieldsFor(target: SearchTarget, query: Query): Fields {
  const depth = LEVELS.indexOf(target.level);
  const known = [
    target.series === undefined ? undefined : 'series',
    target.study === undefined ? undefined : 'study',
  ];
  const levels = LEVELS.slice(0, depth + 1).filter((level) => !known.includes(level));
  const asked = [...query.include, ...query.conditions.map(({ name }) => name)];
  return {
    always: [...PARENTS[target.level], ...levels.flatMap((level) => ALWAYS[level])],
    whenKnown: [...levels.flatMap((level) => WHEN_KNOWN[level]), ...asked],
  };
}

function row(entity: Entity, fields: Fields, query: Query, root: string): JsonDataSet {
  const names = query.includeAll ? entity.layers.flatMap(namesIn) : [];
  const empty = fields.always.map((name): [string, JsonElement] => emptyEntry(name));
  const picked = pick(entity, [...fields.always, ...fields.whenKnown, ...names]);
  const elements = {
    ...Object.fromEntries(empty),
    ...toJson({ ...picked, RetrieveURL: root + entity.path }),
  };
  return Object.fromEntries(Object.entries(elements).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pick(entity: Entity, names: readonly Name[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, valueOf(entity, name)] as const));
}

function emptyEntry(name: Name): [string, JsonElement] {
  const [tag, vr] = DICTIONARY[name];
  return [tag, emptyElement(vr)];
}
