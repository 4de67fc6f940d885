import {
  DICTIONARY,
  isItems,
  namesIn,
  scalars,
  type AttributeValue,
  type Attributes,
} from './dictionary';

/** Explicit VR Little Endian (PS3.5 A.2): the only transfer syntax this archive holds. */
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

const IMPLEMENTATION_CLASS_UID = '2.25.201790123450184710237402385012387045';
const IMPLEMENTATION_VERSION_NAME = 'FHIRGW_DEMO';
const LONG_FORM = new Set(['OB', 'OW', 'SQ', 'UN', 'UR', 'UT']);
const MAX_DECIMAL_STRING = 16;

/** A bulk attribute of an instance, at top level or in the only item of the `within` sequence. */
export interface Bulk {
  readonly tag: string;
  readonly vr: 'OB' | 'OW';
  readonly within?: 'WaveformSequence' | undefined;
  readonly bytes: () => Buffer;
}

/**
 * Writes one instance as a DICOM file: preamble, file meta information and data set (PS3.10 7.1).
 *
 * @param attributes the complete data set but for its bulk data, with SOP class and instance UID
 * @param bulk its pixel data, document or waveform
 */
export function encodeFile(attributes: Attributes, bulk?: Bulk): Buffer {
  const meta = Buffer.concat([
    element('00020001', 'OB', Buffer.from([0, 1])),
    element('00020002', 'UI', textBytes('UI', attributes.SOPClassUID)),
    element('00020003', 'UI', textBytes('UI', attributes.SOPInstanceUID)),
    element('00020010', 'UI', textBytes('UI', EXPLICIT_LITTLE_ENDIAN)),
    element('00020012', 'UI', textBytes('UI', IMPLEMENTATION_CLASS_UID)),
    element('00020013', 'SH', textBytes('SH', IMPLEMENTATION_VERSION_NAME)),
  ]);
  const metaLength = element('00020000', 'UL', numberBytes('UL', [meta.length]));
  const head = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), metaLength, meta]);
  return Buffer.concat([head, encodeDataSet(attributes, bulk)]);
}

function encodeDataSet(attributes: Attributes, bulk?: Bulk): Buffer {
  const elements = namesIn(attributes).map((name): [string, Buffer] => {
    const [tag, vr] = DICTIONARY[name];
    const inner = bulk?.within === name ? { ...bulk, within: undefined } : undefined;
    return [tag, element(tag, vr, valueBytes(vr, attributes[name], inner))];
  });
  if (bulk && bulk.within === undefined)
    elements.push([bulk.tag, element(bulk.tag, bulk.vr, bulk.bytes())]);
  elements.sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(elements.map(([, bytes]) => bytes));
}

/** Explicit VR data elements have a short or a long header by VR (PS3.5 7.1.2). */
function element(tag: string, vr: string, value: Buffer): Buffer {
  const length = value.length + (value.length % 2);
  const head = Buffer.alloc(LONG_FORM.has(vr) ? 12 : 8);
  head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, 'latin1');
  if (LONG_FORM.has(vr)) head.writeUInt32LE(length, 8);
  else head.writeUInt16LE(length, 6);
  const padding = Buffer.alloc(length - value.length, padByte(vr));
  return Buffer.concat([head, value, padding]);
}

/** Values have even length: UIDs and bytes are padded by a null, text by a space (PS3.5 6.2). */
function padByte(vr: string): number {
  return vr === 'UI' || vr === 'OB' || vr === 'OW' ? 0 : 0x20;
}

function valueBytes(vr: string, value: AttributeValue | undefined, bulk?: Bulk): Buffer {
  if (vr === 'SQ') {
    const items = value !== undefined && isItems(value) ? value : [];
    return Buffer.concat(items.map((item) => sequenceItem(encodeDataSet(item, bulk))));
  }
  if (vr === 'AT') return Buffer.concat(scalars(value).map(String).map(tagBytes));
  const size = NUMBER_SIZES[vr];
  return size === undefined ? textBytes(vr, value) : numberBytes(vr, scalars(value).map(Number));
}

const NUMBER_SIZES: Readonly<Record<string, number>> = { US: 2, UL: 4, SL: 4, FL: 4 };

function numberBytes(vr: string, values: readonly number[]): Buffer {
  const size = NUMBER_SIZES[vr] ?? 0;
  const bytes = Buffer.alloc(size * values.length);
  values.forEach((value, index) => {
    if (vr === 'US') bytes.writeUInt16LE(value, index * size);
    else if (vr === 'UL') bytes.writeUInt32LE(value, index * size);
    else if (vr === 'SL') bytes.writeInt32LE(value, index * size);
    else bytes.writeFloatLE(value, index * size);
  });
  return bytes;
}

function textBytes(vr: string, value: AttributeValue | undefined): Buffer {
  const list = scalars(value).map((item) =>
    vr === 'DS' ? decimalString(Number(item)) : String(item),
  );
  return Buffer.from(list.join('\\'), 'utf8');
}

/** A DS value has at most 16 bytes (PS3.5 6.2). */
function decimalString(value: number): string {
  const text = String(value);
  return text.length <= MAX_DECIMAL_STRING ? text : value.toPrecision(10);
}

function tagBytes(tag: string): Buffer {
  return Buffer.concat([
    numberBytes('US', [Number.parseInt(tag.slice(0, 4), 16)]),
    numberBytes('US', [Number.parseInt(tag.slice(4), 16)]),
  ]);
}

function sequenceItem(content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(0xe000, 2);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
}
