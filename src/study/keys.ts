import type { Keyword } from '../dicom/tags';
import type { Clause, Comparator, Condition, Span } from './query';
import type { Match } from './source';

/*
 * What of a question an archive can match: the keys of clauses and conditions.
 */

/** A key of an upstream search, and the level at which the archive has it. */
export interface Key {
  readonly level: 'study' | 'series' | 'instances';
  readonly keyword: Keyword;
  readonly match: Match;
}

const HOUR = 3_600_000;
/** What stands for an open end: archives reject or misread `20200101-` (facts of several products). */
const EARLIEST = '18000101';
const LATEST = '29991231';
/** The keys of one clause: none when an alternative has none or they are of different keys. */
export function keysOf(clause: Clause): readonly Key[] {
  const alternatives = clause
    .filter((condition) => condition.on !== 'nothing')
    .map(keysOfCondition);
  const first = alternatives[0] ?? [];
  if (alternatives.length === 1) return first;
  return first.flatMap((key) => {
    const same = alternatives.map((keys) => keys.find((other) => other.keyword === key.keyword));
    const match = same.every((other) => other !== undefined)
      ? union(same.map((other) => other.match))
      : undefined;
    return match === undefined ? [] : [{ ...key, match }];
  });
}

function union(matches: readonly Match[]): Match | undefined {
  const values = matches.map((match) => (match.kind === 'values' ? match.values : undefined));
  return values.every((list) => list !== undefined)
    ? { kind: 'values', values: [...new Set(values.flat())] }
    : undefined;
}

/** The keys that find at least what a condition holds of; none where no key does. */
export function keysOfCondition(condition: Condition): readonly Key[] {
  switch (condition.on) {
    case 'id':
    case 'study':
      return [key('study', 'StudyInstanceUID', condition.uid)];
    case 'series':
      return [key('series', 'SeriesInstanceUID', condition.uid)];
    case 'instance':
      return [key('instances', 'SOPInstanceUID', condition.uid)];
    case 'sopClass':
      return [key('instances', 'SOPClassUID', condition.uid)];
    case 'bodyPart':
      return [key('series', 'BodyPartExamined', ...condition.terms)];
    case 'modality':
      return [key('study', 'ModalitiesInStudy', condition.code)];
    case 'accession':
      return [key('study', 'AccessionNumber', condition.value)];
    case 'patient':
      // Not the issuer: a row may name it by (0010,0021) or by a universal id, and no key matches either.
      return [key('study', 'PatientID', condition.value)];
    case 'name':
      return [
        { level: 'study', keyword: 'PatientName', match: { kind: 'name', text: condition.text } },
      ];
    case 'sex':
      return [key('study', 'PatientSex', condition.sex)];
    case 'birthDate':
      return rangeKey(
        'PatientBirthDate',
        condition.comparator,
        condition.span,
        zoneSlack(condition.span),
      );
    case 'started':
      return rangeKey('StudyDate', condition.comparator, condition.span, zoneSlack(condition.span));
    case 'studyId':
      return [key('study', 'StudyID', condition.value)];
    case 'order':
    case 'lastUpdated':
    case 'attribute':
    case 'presence':
    case 'not':
    case 'all':
    case 'nothing':
      return [];
  }
}

function key(level: Key['level'], keyword: Keyword, ...values: readonly string[]): Key {
  return { level, keyword, match: { kind: 'values', values } };
}

/** How far the archive's wall clock may be from that of a value with a zone: from UTC+14 to UTC-12. */
function zoneSlack(span: Span): number {
  return span.offset === undefined ? 0 : 26 * HOUR;
}

/**
 * The closed range of days in which a date can lie that compares so with the span. The exact comparison is
 * the row check's; `ne` and `ap` are not asked upstream, because their range is no narrower than the archive.
 */
function rangeKey(
  keyword: Keyword,
  comparator: Comparator,
  span: Span,
  slack: number,
): readonly Key[] {
  const first = day(span.from - slack);
  const last = day(span.to - 1 + slack);
  const ranges: Record<Comparator, readonly [string, string] | undefined> = {
    eq: [first, last],
    lt: [EARLIEST, last],
    le: [EARLIEST, last],
    eb: [EARLIEST, last],
    gt: [first, LATEST],
    ge: [first, LATEST],
    sa: [first, LATEST],
    ne: undefined,
    ap: undefined,
  };
  const range = ranges[comparator];
  if (range === undefined) return [];
  const [from, to] = range;
  // Days before 1800 cannot be told from 1800 in such a range: then the rows decide alone.
  if (to === EARLIEST || from === LATEST) return [];
  return [{ level: 'study', keyword, match: { kind: 'range', from, to } }];
}

/** The day of a time; one before or behind what archives can be asked for is the first or last of those. */
function day(time: number): string {
  const year = new Date(time).getUTCFullYear();
  if (!(year >= 1800)) return EARLIEST;
  if (year > 2999) return LATEST;
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Whether a range of days ends at both sides. */
export function isClosed({ from, to }: { readonly from: string; readonly to: string }): boolean {
  return from !== EARLIEST && to !== LATEST;
}
