import type { Keyword } from '../dicom/tags';
import { isClosed, keysOf, keysOfCondition, type Key } from './keys';
import type { Clause } from './query';
import type { Abilities, Keys, Match } from './source';

/** What to ask the archive for. Everything it answers is checked against the whole query afterwards. */
export interface Plan {
  /** Keys of the study search. */
  readonly study: Keys;
  /**
   * Searches that together find what one cannot: the alternatives of a clause, each of another key (a bare
   * identifier may be an accession number, a Study ID or a UID). Every one has the keys of `study`, too.
   */
  readonly either?: readonly Keys[];
  /** A search below the study to run first, because it finds few studies. */
  readonly below?: { readonly level: 'series' | 'instances'; readonly keys: Keys };
  /** No study can match; nothing need be asked. */
  readonly empty: boolean;
}

/** Keys that find few studies. */
const SELECTIVE: readonly Keyword[] = [
  'StudyInstanceUID',
  'PatientID',
  'AccessionNumber',
  'StudyID',
  'PatientName',
];
/** Searches in place of one, at most. */
const MOST_SEARCHES = 8;
/** How selective a key below the study is, the best first. */
const BELOW_ORDER: readonly Keyword[] = [
  'SOPInstanceUID',
  'SeriesInstanceUID',
  'BodyPartExamined',
  'SOPClassUID',
];

/**
 * Turns the clauses of a query into the keys an archive can match.
 *
 * A clause goes upstream only when all of its alternatives are one key: a key that matched fewer studies
 * than the clause would lose some. What does not go upstream is left to the check of the rows.
 *
 * @param clauses the query, all of which must hold
 * @param abilities what the archive can match
 */
export function planQuery(clauses: readonly Clause[], abilities: Abilities): Plan {
  const study = new Map<Keyword, Match>();
  const below: Key[] = [];
  let empty = false;
  for (const clause of clauses) {
    if (clause.every((condition) => condition.on === 'nothing')) empty = true;
    for (const key of keysOf(clause)) {
      if (key.level !== 'study') below.push(key);
      else if (canAsk(key, abilities)) {
        const both = narrow(key.keyword, study.get(key.keyword), key.match);
        if (both === undefined) empty = true;
        else study.set(key.keyword, both);
      }
    }
  }
  // Few studies are read anyway: a list of all series of a body part, of all patients, would cost more.
  const few = isSelective(study);
  const best = mostSelective(few ? below.filter(({ keyword }) => namesOne(keyword)) : below);
  const either = few || best ? undefined : alternatives(clauses, study, abilities);
  return { study, empty, ...(best && { below: best }), ...(either && { either }) };
}

/** The keys by which a clause went to the archive, in whichever of a plan's searches. */
export function askedKeywords(
  clause: Clause,
  { study, below, either = [] }: Plan,
): readonly Keyword[] {
  const own = clause.flatMap(keysOfCondition).map(({ keyword }) => keyword);
  const asked = [study, ...(below ? [below.keys] : []), ...either];
  return [...new Set(own)].filter((keyword) => asked.some((keys) => keys.has(keyword)));
}

/** Whether a plan would read more of the archive than a patient, a study or some days of it. */
export function isBroad({ study, below, either, empty }: Plan): boolean {
  const date = study.get('StudyDate') ?? study.get('PatientBirthDate');
  const closed = date?.kind === 'range' && isClosed(date);
  return !empty && !isSelective(study) && below === undefined && either === undefined && !closed;
}

function namesOne(keyword: Keyword): boolean {
  return keyword === 'SeriesInstanceUID' || keyword === 'SOPInstanceUID';
}

/** Whether keys find few studies: a patient's, or those of a name or an identifier. */
export function isSelective(study: Keys): boolean {
  return SELECTIVE.some((keyword) => study.has(keyword));
}

/** The searches of the clause that takes fewest; undefined where some alternative of each has no such key. */
function alternatives(
  clauses: readonly Clause[],
  study: Keys,
  abilities: Abilities,
): readonly Keys[] | undefined {
  const [fewest] = clauses
    .map((clause) => searchesOf(clause, abilities))
    .filter((keys) => keys !== undefined)
    .sort((one, other) => one.length - other.length);
  return fewest?.map(({ keyword, match }) => new Map([...study, [keyword, match]]));
}

function searchesOf(clause: Clause, abilities: Abilities): readonly Key[] | undefined {
  const keys = clause
    .filter((condition) => condition.on !== 'nothing')
    .map((condition) =>
      keysOfCondition(condition).find(
        (each) => SELECTIVE.includes(each.keyword) && canAsk(each, abilities),
      ),
    );
  if (!keys.every((each) => each !== undefined)) return undefined;
  const once = [...new Map(keys.map((each) => [JSON.stringify(each), each])).values()];
  return once.length > 0 && once.length <= MOST_SEARCHES ? once : undefined;
}

/** A list of UIDs can always be asked, one by one if need be; a list of other values only in one call. */
function canAsk({ keyword, match }: Key, abilities: Abilities): boolean {
  const list = match.kind === 'values' && match.values.length > 1;
  const listed = !list || abilities.valueLists || keyword === 'StudyInstanceUID';
  return listed && abilities.studyKeys.has(keyword);
}

function mostSelective(keys: readonly Key[]): Plan['below'] {
  const best = BELOW_ORDER.map((keyword) => keys.find((key) => key.keyword === keyword)).find(
    (key) => key !== undefined,
  );
  if (best === undefined || best.level === 'study') return undefined;
  return { level: best.level, keys: new Map([[best.keyword, best.match]]) };
}

/**
 * Both of two matches on one key; the first where they cannot be joined, undefined where none can hold. A
 * study has several modalities, so that it may match both although they have no value in common.
 */
function narrow(keyword: Keyword, first: Match | undefined, second: Match): Match | undefined {
  if (first === undefined) return second;
  if (keyword === 'ModalitiesInStudy') return first;
  if (first.kind === 'values' && second.kind === 'values') {
    const values = first.values.filter((value) => second.values.includes(value));
    return values.length > 0 ? { kind: 'values', values } : undefined;
  }
  if (first.kind === 'range' && second.kind === 'range') {
    const from = first.from > second.from ? first.from : second.from;
    const to = first.to < second.to ? first.to : second.to;
    return from <= to ? { kind: 'range', from, to } : undefined;
  }
  return first;
}
