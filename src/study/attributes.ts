import { has, sequence, string, values, type DataSet } from '../dicom/dataset';
import { readPersonName, type PersonName } from '../dicom/names';
import type { Keyword } from '../dicom/tags';
import { readDate, readOffset, readTime, type Moment } from '../dicom/values';
import type { Code, IssuedId, Issuer } from './model';

/*
 * Attributes of a row as the model has them.
 */

/** Tells the offset from UTC, `+HH:MM`, of a wall clock that came without one; undefined: nobody knows. */
export type ZoneOfArchive = (date: string, time: string) => string | undefined;

export function readMoment(
  row: DataSet,
  dateKeyword: Keyword,
  timeKeyword: Keyword,
  zone: ZoneOfArchive,
): Moment | undefined {
  const date = readDate(string(row, dateKeyword));
  if (date === undefined) return undefined;
  const time = readTime(string(row, timeKeyword));
  if (time === undefined) return { date };
  const offset = readOffset(string(row, 'TimezoneOffsetFromUTC')) ?? zone(date, time);
  return offset === undefined ? { date, time } : { date, time, offset };
}

export function readNames(row: DataSet, keyword: Keyword): PersonName[] {
  return values(row, keyword)
    .map(readPersonName)
    .filter((name) => name !== undefined);
}

export function readCodes(row: DataSet, keyword: Keyword): Code[] {
  return sequence(row, keyword)
    .map(readCode)
    .filter((code) => code !== undefined);
}

function readCode(item: DataSet): Code | undefined {
  const value =
    string(item, 'CodeValue') ?? string(item, 'LongCodeValue') ?? string(item, 'URNCodeValue');
  if (value === undefined) return undefined;
  return {
    value,
    ...defined({
      scheme: string(item, 'CodingSchemeDesignator'),
      version: string(item, 'CodingSchemeVersion'),
      meaning: string(item, 'CodeMeaning'),
    }),
  };
}

export function readIssuedId(
  row: DataSet,
  value: Keyword,
  issuerSequence: Keyword,
): IssuedId | undefined {
  const text = string(row, value);
  if (text === undefined) return undefined;
  const issuer = readIssuer(row, issuerSequence);
  return issuer === undefined ? { value: text } : { value: text, issuer };
}

/** HL7v2 Hierarchic Designator macro (PS3.3 Table 10-17), and the plain Issuer of Patient ID beside it. */
export function readIssuer(row: DataSet, keyword: Keyword): Issuer | undefined {
  const item = sequence(row, keyword)[0] ?? new Map();
  const plain = has(row, 'IssuerOfPatientID') ? string(row, 'IssuerOfPatientID') : undefined;
  const plainCounts = keyword === 'IssuerOfPatientIDQualifiersSequence';
  const issuer = defined({
    name: (plainCounts ? plain : undefined) ?? string(item, 'LocalNamespaceEntityID'),
    universalId: string(item, 'UniversalEntityID'),
    universalIdType: string(item, 'UniversalEntityIDType'),
  });
  return Object.keys(issuer).length > 0 ? issuer : undefined;
}

/** A list with something in it, or nothing. */
export function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** The members that are there: an absent value is an absent member, never `undefined` in one. */
export function defined<T extends object>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Not by way of a list of entries: this is done for every instance of a page.
  const there: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const name in members) {
    const value = members[name];
    if (isDefined(value)) there[name] = value;
  }
  return there;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}
