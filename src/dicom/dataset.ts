import { TAG, type Keyword } from './tags';

/** One attribute of the DICOM JSON Model (PS3.18 F.2.2), as far as it could be believed. */
export interface Element {
  readonly vr?: string;
  readonly Value?: readonly unknown[];
}

/** One row of a QIDO-RS answer or one instance of a metadata answer: tag to attribute. */
export type DataSet = ReadonlyMap<string, Element>;

const TAG_FORM = /^[0-9A-Fa-f]{8}$/;
const LOWER_CASE = /[a-f]/;

/**
 * Reads one data set of the DICOM JSON Model.
 *
 * Anything that is not an attribute is left out rather than refused: real archives send `null` values,
 * attributes without a Value and plain strings for names. The result is a Map, so that a key such as
 * `__proto__` from a hostile archive is a key and nothing else.
 *
 * @param json one object of the answer's array, parsed but unchecked
 * @returns the data set, or undefined when `json` is no object
 */
export function readDataSet(json: unknown): DataSet | undefined {
  if (!isRecord(json)) return undefined;
  const dataSet = new Map<string, Element>();
  for (const tag of Object.keys(json)) {
    const element = json[tag];
    if (TAG_FORM.test(tag) && isRecord(element)) dataSet.set(upperCase(tag), readElement(element));
  }
  return dataSet;
}

/** A new string even where nothing changes would cost every later look-up its fast path. */
function upperCase(tag: string): string {
  return LOWER_CASE.test(tag) ? tag.toUpperCase() : tag;
}

function readElement(element: Readonly<Record<string, unknown>>): Element {
  if (isElement(element)) return element;
  return {
    ...(typeof element.vr === 'string' && { vr: element.vr }),
    ...(isArray(element.Value) && { Value: element.Value }),
  };
}

function isElement(
  element: Readonly<Record<string, unknown>>,
): element is Element & typeof element {
  const { vr, Value } = element;
  return (vr === undefined || typeof vr === 'string') && (Value === undefined || isArray(Value));
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Whether the archive sent the attribute at all, with a value or without. */
export function has(dataSet: DataSet, keyword: Keyword): boolean {
  return dataSet.has(TAG[keyword]);
}

/**
 * All values of an attribute as trimmed strings, in order, without the empty ones.
 * Numbers are written out; a person name object gives its Alphabetic group.
 */
export function strings(dataSet: DataSet, keyword: Keyword): string[] {
  return values(dataSet, keyword)
    .map(text)
    .filter((value) => value !== '');
}

/** The first non-empty value of an attribute as a trimmed string. */
export function string(dataSet: DataSet, keyword: Keyword): string | undefined {
  // Asked some ten times of every row: a list that is thrown away each time would be most of the garbage of a page.
  for (const value of values(dataSet, keyword)) {
    const first = text(value);
    if (first !== '') return first;
  }
  return undefined;
}

/**
 * The first value of an attribute as a non-negative 32-bit integer. dcm4chee writes IS as JSON strings,
 * Orthanc as numbers; a negative, fractional or larger value (PS3.5 6.2 allows none for a count) is absent.
 */
export function integer(dataSet: DataSet, keyword: Keyword): number | undefined {
  const value = string(dataSet, keyword);
  if (value === undefined || !/^\+?\d{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number <= 0x7fffffff ? number : undefined;
}

/** The items of a sequence attribute. */
export function sequence(dataSet: DataSet, keyword: Keyword): DataSet[] {
  return values(dataSet, keyword)
    .map(readDataSet)
    .filter((item) => item !== undefined);
}

/** The raw values of an attribute; empty when it is absent, empty or malformed. */
export function values(dataSet: DataSet, keyword: Keyword): readonly unknown[] {
  return dataSet.get(TAG[keyword])?.Value ?? NONE;
}

const NONE: readonly unknown[] = [];

/** Whether a parsed JSON value is an object that is neither null nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  if (typeof value === 'string') {
    return (value.includes('\0') ? value.replaceAll('\0', '') : value).trim();
  }
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (isRecord(value) && typeof value.Alphabetic === 'string') return value.Alphabetic.trim();
  return '';
}
