import { sequence, string, strings, values, type DataSet } from '../../dicom/dataset';
import { nameGroups, readPersonName } from '../../dicom/names';
import { TAG, type Keyword } from '../../dicom/tags';
import { readDate, readTime } from '../../dicom/values';
import type { Evidence, Place } from './evidence';

/** What a content item tells (PS3.3 Table C.17.3-7). */
export type ContentValue =
  /** A heading with the items below it. */
  | { readonly kind: 'section' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'references'; readonly to: readonly Reference[] }
  /** Another item of the tree, by its position. */
  | { readonly kind: 'item'; readonly position: string };

/** Something that an item refers to. */
export interface Reference {
  readonly uid: string;
  readonly sopClass?: string;
  /** Frames of a multi-frame image, counted from 1. */
  readonly frames: readonly string[];
  /** Absent where the report does not tell of which series it is. */
  readonly place?: Place;
}

/** Reads the value of a content item; what it holds and cannot be told is said, never left out. */
export function readValue(item: DataSet, evidence: Evidence): ContentValue {
  const position = strings(item, 'ReferencedContentItemIdentifier').join('.');
  if (position !== '') return { kind: 'item', position };
  const type = string(item, 'ValueType') ?? '';
  if (type === 'CONTAINER') return { kind: 'section' };
  if (type === 'UIDREF') return { kind: 'references', to: uidReferences(item, evidence) };
  if (REFERRING.includes(type)) return { kind: 'references', to: objectReferences(item, evidence) };
  const read = TEXTS[type];
  return { kind: 'text', text: read === undefined ? unreadable(type) : (read(item) ?? NO_VALUE) };
}

const NO_VALUE = 'no value';

const REFERRING = ['COMPOSITE', 'IMAGE', 'WAVEFORM'];

const TEXTS: Readonly<Record<string, (item: DataSet) => string | undefined>> = {
  TEXT: (item) => string(item, 'TextValue') ?? keptApart(item, 'TextValue'),
  CODE: (item) => meaningOf(item, 'ConceptCodeSequence'),
  NUM: measured,
  DATE: (item) => readDate(string(item, 'Date')) ?? string(item, 'Date'),
  TIME: (item) => readTime(string(item, 'Time')) ?? string(item, 'Time'),
  DATETIME: (item) => dateTime(string(item, 'DateTime')),
  PNAME: personName,
  SCOORD: coordinates,
  SCOORD3D: coordinates,
  TCOORD: (item) => string(item, 'TemporalRangeType'),
};

/** The meaning of a code, else the code itself (PS3.3 8.8). */
export function meaningOf(dataSet: DataSet, keyword: Keyword): string | undefined {
  const [code] = sequence(dataSet, keyword);
  if (code === undefined) return undefined;
  const keywords = ['CodeMeaning', 'CodeValue', 'LongCodeValue', 'URNCodeValue'] as const;
  return keywords.map((each) => string(code, each)).find((each) => each !== undefined);
}

/** A number with its unit; without a number, why there is none (PS3.3 C.18.1). */
function measured(item: DataSet): string | undefined {
  const [value] = sequence(item, 'MeasuredValueSequence');
  const number = value && string(value, 'NumericValue');
  const qualifier = meaningOf(item, 'NumericValueQualifierCodeSequence');
  if (value === undefined || number === undefined) return qualifier;
  const unit = unitOf(value);
  const measure = unit === undefined ? number : `${number} ${unit}`;
  return qualifier === undefined ? measure : `${measure} (${qualifier})`;
}

/** The unit of a number; `1` is UCUM's for none. */
function unitOf(value: DataSet): string | undefined {
  const [unit] = sequence(value, 'MeasurementUnitsCodeSequence');
  if (unit === undefined || string(unit, 'CodeValue') === '1') return undefined;
  return meaningOf(value, 'MeasurementUnitsCodeSequence');
}

/** A DT value (PS3.5 6.2): as many parts as it tells, and its offset. */
function dateTime(value: string | undefined): string | undefined {
  const [, day, clock, offset = ''] =
    /^(\d{8})(\d{2,6}(?:\.\d+)?)?([+-]\d{4})?$/.exec(value ?? '') ?? [];
  const date = readDate(day);
  const time = readTime(clock);
  if (date === undefined) return value;
  return time === undefined ? date : `${date} ${time}${offset}`;
}

function personName(item: DataSet): string | undefined {
  const name = readPersonName(values(item, 'PersonName')[0]);
  const groups = name === undefined ? [] : nameGroups(name);
  return groups.map(({ text }) => text.replace(/\^+/g, ' ').trim()).join(' / ') || undefined;
}

function coordinates(item: DataSet): string | undefined {
  const type = string(item, 'GraphicType')?.toLowerCase();
  const numbers = strings(item, 'GraphicData').length;
  return type === undefined ? undefined : `${type} of ${numbers} coordinates`;
}

function uidReferences(item: DataSet, evidence: Evidence): Reference[] {
  return strings(item, 'UID').map((uid) => referenceTo(uid, evidence));
}

function objectReferences(item: DataSet, evidence: Evidence): Reference[] {
  return sequence(item, 'ReferencedSOPSequence').map((object) => {
    const sopClass = string(object, 'ReferencedSOPClassUID');
    return {
      ...referenceTo(string(object, 'ReferencedSOPInstanceUID') ?? '', evidence),
      ...(sopClass !== undefined && { sopClass }),
      frames: strings(object, 'ReferencedFrameNumber'),
    };
  });
}

function referenceTo(uid: string, evidence: Evidence): Reference {
  const place = evidence.get(uid);
  return { uid, frames: [], ...(place !== undefined && { place }) };
}

/** A long text may be bulk data in an archive's metadata (PS3.18 F.2.6). */
function keptApart(item: DataSet, keyword: Keyword): string | undefined {
  const element = item.get(TAG[keyword]);
  if (element === undefined || !('BulkDataURI' in element)) return undefined;
  return 'The archive keeps this text apart: it is in the DICOM file.';
}

function unreadable(type: string): string {
  return type === '' ? 'A value of no type' : `A value of type ${type} that cannot be shown`;
}
