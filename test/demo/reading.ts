import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import type { DemoStudy } from '../../src/demo/studies';
import { readDataSet, type DataSet } from '../../src/dicom/dataset';

/** Starts an archive on a free port of the loopback interface. */
export function startArchive(studies?: readonly DemoStudy[]): Promise<DemoArchive> {
  return startDemoArchive({ host: '127.0.0.1', port: 0, ...(studies ? { studies } : {}) });
}

/** The rows of a search, which has to succeed. */
export async function rows(archive: DemoArchive, path: string): Promise<DataSet[]> {
  const response = await fetch(`${archive.url}${path}`);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const json: unknown = await response.json();
  if (!Array.isArray(json)) throw new Error('no array');
  return json.map(readDataSet).filter((row) => row !== undefined);
}

/** A body as bytes. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** One part of a multipart body. */
export interface ReadPart {
  readonly headers: string;
  readonly body: Buffer;
}

/** Takes a multipart/related body apart (RFC 2046 5.1), knowing nothing of how it was written. */
export async function partsOf(response: Response): Promise<ReadPart[]> {
  const type = response.headers.get('content-type') ?? '';
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (!type.startsWith('multipart/related') || boundary === undefined) throw new Error(type);
  const body = await bytesOf(response);
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: ReadPart[] = [];
  let start = body.indexOf(delimiter) + delimiter.length;
  while (body.subarray(start, start + 2).toString() === '\r\n') {
    const end = body.indexOf(delimiter, start);
    const part = body.subarray(start + 2, end - 2);
    const blank = part.indexOf('\r\n\r\n');
    parts.push({ headers: part.subarray(0, blank).toString(), body: part.subarray(blank + 4) });
    start = end + delimiter.length;
  }
  if (body.subarray(start, start + 2).toString() !== '--') throw new Error('no closing delimiter');
  return parts;
}

/** Tag to value bytes of the top level of a data set. */
export type RawDataSet = ReadonlyMap<string, { readonly vr: string; readonly bytes: Buffer }>;

const LONG_FORM = ['OB', 'OW', 'SQ', 'UN', 'UR', 'UT'];

/** Reads a DICOM file in Explicit VR Little Endian (PS3.10 7.1, PS3.5 7.1.2), refusing what is not well-formed. */
export function readPart10(file: Buffer): RawDataSet {
  if (file.subarray(128, 132).toString() !== 'DICM') throw new Error('no DICM');
  const elements = new Map<string, { vr: string; bytes: Buffer }>();
  let offset = 132;
  let last = '';
  while (offset < file.length) {
    const tag = hex(file.readUInt16LE(offset)) + hex(file.readUInt16LE(offset + 2));
    if (tag <= last) throw new Error(`${tag} after ${last}`);
    const vr = file.toString('latin1', offset + 4, offset + 6);
    const long = LONG_FORM.includes(vr);
    const length = long ? file.readUInt32LE(offset + 8) : file.readUInt16LE(offset + 6);
    const start = offset + (long ? 12 : 8);
    if (length % 2 === 1 || start + length > file.length) throw new Error(`${tag}: bad length`);
    elements.set(tag, { vr, bytes: file.subarray(start, start + length) });
    offset = start + length;
    last = tag;
  }
  return elements;
}

/** The text of an element without its padding. */
export function textOf(dataSet: RawDataSet, tag: string): string | undefined {
  return dataSet
    .get(tag)
    ?.bytes.toString('utf8')
    .replace(/[\0 ]+$/, '');
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
