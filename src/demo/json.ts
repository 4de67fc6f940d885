import {
  DICTIONARY,
  isItems,
  namesIn,
  scalars,
  type AttributeValue,
  type Attributes,
} from './dictionary';
import type { Bulk } from './encode';

/** An attribute of the DICOM JSON Model (PS3.18 F.2.2). */
export interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly BulkDataURI?: string;
}

/** A data set of the DICOM JSON Model: tag to attribute. */
export type JsonDataSet = Readonly<Record<string, JsonElement>>;

/** Where one instance's bulk data can be fetched (PS3.18 F.2.6). */
export interface BulkLink {
  readonly bulk: Bulk;
  readonly uri: string;
}

/**
 * Writes a data set in the DICOM JSON Model (PS3.18 F.2), in tag order. An attribute without a value has
 * only its `vr` (F.2.5); bulk data is a link, never inline.
 */
export function toJson(attributes: Attributes, link?: BulkLink): JsonDataSet {
  const entries = namesIn(attributes).map((name): [string, JsonElement] => {
    const [tag, vr] = DICTIONARY[name];
    return [tag, jsonElement(vr, attributes[name], link?.bulk.within === name ? link : undefined)];
  });
  if (link && link.bulk.within === undefined) entries.push(linkEntry(link));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** An attribute that exists without a value. */
export function emptyElement(vr: string): JsonElement {
  return { vr };
}

function jsonElement(vr: string, value: AttributeValue | undefined, link?: BulkLink): JsonElement {
  const list = vr === 'SQ' ? items(value, link) : scalars(value).map((item) => jsonValue(vr, item));
  return list.length === 0 ? emptyElement(vr) : { vr, Value: list };
}

function items(value: AttributeValue | undefined, link?: BulkLink): readonly JsonDataSet[] {
  if (value === undefined || !isItems(value)) return [];
  const inner = link && { uri: link.uri, bulk: { ...link.bulk, within: undefined } };
  return value.map((item) => toJson(item, inner));
}

function linkEntry({ bulk, uri }: BulkLink): [string, JsonElement] {
  return [bulk.tag, { vr: bulk.vr, BulkDataURI: uri }];
}

function jsonValue(vr: string, value: string | number): unknown {
  if (vr !== 'PN') return value;
  const [alphabetic, ideographic, phonetic] = String(value).split('=');
  return {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  };
}
