import { api } from 'dicomweb-client';
import { z } from 'zod';
import type { Page } from './page';

/*
 * The library that viewers use, dicomweb-client, within a page; and what tests read of its answers.
 */

const element = z.object({
  vr: z.string(),
  Value: z.array(z.unknown()).optional(),
  BulkDataURI: z.string().optional(),
});
const dataSet = z.record(z.string(), element);

/** A data set of the DICOM JSON Model (PS3.18 F.2). */
export type DataSet = z.output<typeof dataSet>;

/** An instance by its UIDs, as the library names them. */
export interface InstanceUids {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
}

type Operation =
  | 'searchForStudies'
  | 'searchForSeries'
  | 'searchForInstances'
  | 'retrieveStudyMetadata'
  | 'retrieveSeriesMetadata'
  | 'retrieveInstanceMetadata'
  | 'retrieveStudy'
  | 'retrieveSeries'
  | 'retrieveInstance'
  | 'retrieveInstanceFrames'
  | 'retrieveInstanceRendered'
  | 'retrieveInstanceThumbnail'
  | 'retrieveInstanceFramesRendered'
  | 'retrieveBulkData';

/** The library's operations as they are: its declarations miss that they give promises, and the request. */
type Untyped = Readonly<Record<Operation, (options: object) => Promise<unknown>>>;

/** The library's client of one server, in one page. */
export interface Library {
  /** Operations that answer with data sets. */
  dataSets(operation: Operation, options?: object): Promise<DataSet[]>;
  /** Operations that answer with bytes: each part of an answer. */
  parts(operation: Operation, options: object): Promise<Buffer[]>;
}

/** How viewers configure it; `headers` go with every request. */
export interface LibraryOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** For example `bulkdata,video`: what may come as a single part. */
  readonly singlepart?: string;
}

export function openLibrary(page: Page, url: string, options: LibraryOptions = {}): Library {
  const client = new api.DICOMwebClient({ url, singlepart: '', verbose: false, ...options });
  const untyped = client as unknown as Untyped;
  const run = (operation: Operation, given: object) =>
    untyped[operation]({ ...given, request: { instance: page.request() } });
  return {
    async dataSets(operation, given = {}) {
      return z.array(dataSet).parse(await run(operation, given));
    },
    async parts(operation, given) {
      const answer = await run(operation, given);
      return (Array.isArray(answer) ? (answer as unknown[]) : [answer]).map(bytesOf);
    },
  };
}

function bytesOf(part: unknown): Buffer {
  if (part instanceof ArrayBuffer) return Buffer.from(part);
  throw new Error('the library gives something else than bytes');
}

/** The first value of an attribute as text; empty for none. */
export function valueOf(from: DataSet | undefined, tag: string): string {
  const [first] = from?.[tag]?.Value ?? [];
  const named = z.object({ Alphabetic: z.string() }).safeParse(first);
  if (named.success) return named.data.Alphabetic;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : '';
}

/** All values of an attribute as text. */
export function valuesOf(from: DataSet, tag: string): string[] {
  return (from[tag]?.Value ?? []).map(String);
}

/** The instance that metadata is of. */
export function uidsOf(from: DataSet): InstanceUids {
  return {
    studyInstanceUID: valueOf(from, '0020000D'),
    seriesInstanceUID: valueOf(from, '0020000E'),
    sopInstanceUID: valueOf(from, '00080018'),
  };
}

/** Every bulk data URI in a data set, those within sequences included (PS3.18 F.2.6). */
export function bulkDataIn(from: DataSet): string[] {
  return Object.values(from).flatMap(({ BulkDataURI, Value = [] }) => [
    ...(BulkDataURI === undefined ? [] : [BulkDataURI]),
    ...Value.flatMap((item) => {
      const nested = dataSet.safeParse(item);
      return nested.success ? bulkDataIn(nested.data) : [];
    }),
  ]);
}

/** Bytes of one uncompressed frame (PS3.3 C.7.6.3). */
export function frameBytes(metadata: DataSet): number {
  const [rows, columns, samples, bits] = ['00280010', '00280011', '00280002', '00280100'].map(
    (tag) => Number(valueOf(metadata, tag)),
  );
  return ((rows ?? NaN) * (columns ?? NaN) * (samples ?? NaN) * (bits ?? NaN)) / 8;
}
