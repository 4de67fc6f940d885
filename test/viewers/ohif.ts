import { openLibrary, type DataSet, type InstanceUids, type Library } from './library';
import type { Page, Seen } from './page';

/*
 * What OHIF asks of a DICOMweb server, request for request: its DicomWebDataSource (extensions/default) as of
 * 03247f582cce and, for thumbnails, 8d79aaab48a0, which is 3.11 to 3.13; its frames are fetched by Cornerstone3D's
 * dicomImageLoader (wadors/loadImage and getPixelData as of 0834304ffbe5 and 0e685e6ebb77).
 */

/** Settings of OHIF's data source, as far as they change what it asks. */
export interface OhifSettings {
  readonly omitQuotationForMultipartRequest?: boolean;
  readonly requestTransferSyntaxUID?: string;
  /** For example `bulkdata,video`. */
  readonly singlepart?: string;
  readonly supportsWildcard?: boolean;
  readonly supportsFuzzyMatching?: boolean;
}

/** What the study list is filtered by. */
export interface Filter {
  readonly patientName?: string;
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyDescription?: string;
  readonly modalitiesInStudy?: readonly string[];
  readonly startDate?: string;
  readonly endDate?: string;
  readonly studyInstanceUid?: readonly string[];
  readonly offset?: number;
}

/** A running OHIF. */
export interface Ohif {
  /** The study list. */
  listStudies(filter?: Filter): Promise<DataSet[]>;
  /** The series of a row of the list that is opened. */
  listSeries(study: string): Promise<DataSet[]>;
  /** The series of a study that is opened in a viewport, or the one that a link names. */
  seriesToLoad(study: string, series?: string): Promise<DataSet[]>;
  seriesMetadata(study: string, series: string): Promise<DataSet[]>;
  /** Without lazy loading: of the study at once. */
  studyMetadata(study: string): Promise<DataSet[]>;
  /** A frame as Cornerstone fetches it; an answer in parts has its part taken out. */
  frame(of: InstanceUids, frame: number): Promise<{ contentType: string; pixels: Buffer }>;
  /** @param mediaType what the document is said to be, where it is one */
  bulkData(uri: string, mediaType?: string): Promise<Buffer>;
  /** By the library, as `thumbnailRequestStrategy` has it unless set. */
  thumbnail(path: string): Promise<Buffer>;
  /** With `thumbnailRequestStrategy: 'fetch'`. */
  fetchedThumbnail(path: string): Promise<Seen>;
}

const ONE_LIST = 101;

/**
 * @param root DICOMweb root: OHIF's qidoRoot and wadoRoot
 * @param authorization of the signed-in user; with an empty one OHIF sends no header
 */
export function openOhif(
  page: Page,
  root: string,
  authorization: string,
  settings: OhifSettings,
): Ohif {
  const credential = authorization === '' ? {} : { Authorization: authorization };
  const { singlepart = '' } = settings;
  const accept = acceptOf(settings);
  const lists = openLibrary(page, root, { headers: credential, singlepart });
  // Its headers are added to those of the library: such a request accepts `application/dicom+json` and parts.
  const studies = openLibrary(page, root, { headers: { ...credential, Accept: accept } });
  return {
    listStudies: (filter = {}) =>
      lists.dataSets('searchForStudies', { queryParams: listQuery(filter, settings) }),
    listSeries: (studyInstanceUID) =>
      lists.dataSets('searchForSeries', {
        studyInstanceUID,
        queryParams: { includefield: '0008103E,00080021' },
      }),
    seriesToLoad: (studyInstanceUID, series) =>
      studies.dataSets('searchForSeries', {
        studyInstanceUID,
        ...(series !== undefined && { queryParams: { SeriesInstanceUID: series } }),
      }),
    seriesMetadata: (studyInstanceUID, seriesInstanceUID) =>
      studies.dataSets('retrieveSeriesMetadata', { studyInstanceUID, seriesInstanceUID }),
    studyMetadata: (studyInstanceUID) =>
      studies.dataSets('retrieveStudyMetadata', { studyInstanceUID }),
    async frame(of, frame) {
      const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = of;
      const instance = `/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`;
      const url = `${root}${instance}/frames/${frame}`;
      return partOf(await page.get(url, { Accept: accept, ...credential }));
    },
    bulkData: (uri, mediaType) => bulkData(lists, uri, mediaType),
    thumbnail: (path) => bulkData(lists, `${root}${path}?accept=image%2Fjpeg`),
    fetchedThumbnail: (path) =>
      page.get(`${root}${path}?viewport=256%2C256`, { ...credential, Accept: 'image/jpeg' }),
  };
}

/** The Accept header that its settings make (platform/core, generateAcceptHeader). */
function acceptOf({
  omitQuotationForMultipartRequest: plain = false,
  requestTransferSyntaxUID: syntax,
}: OhifSettings): string {
  const quoted = (value: string) => (plain ? value : `"${value}"`);
  return [
    'multipart/related',
    `type=${quoted('application/octet-stream')}`,
    ...(syntax === undefined ? [] : [`transfer-syntax=${quoted(syntax)}`]),
    `transfer-syntax=${quoted('*')}`,
  ].join('; ');
}

/** The query of the study list (qido.js, mapParams). */
function listQuery(filter: Filter, settings: OhifSettings): Record<string, unknown> {
  const within = (value: string | undefined) =>
    settings.supportsWildcard && value !== undefined ? `*${value}*` : value;
  const { startDate, endDate } = filter;
  const query = {
    PatientName: within(filter.patientName),
    '00100020': within(filter.patientId),
    AccessionNumber: within(filter.accessionNumber),
    StudyDescription: within(filter.studyDescription),
    ModalitiesInStudy: filter.modalitiesInStudy,
    limit: ONE_LIST,
    offset: filter.offset ?? 0,
    fuzzymatching: settings.supportsFuzzyMatching === true,
    includefield: '00081030,00080060',
    StudyDate: startDate && endDate ? `${startDate}-${endDate}` : undefined,
    // Two backslashes between two UIDs, which its code means to be one.
    StudyInstanceUID: filter.studyInstanceUid?.join('\\\\'),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

/** Of what the library gives, OHIF takes the first part that has any bytes. */
async function bulkData(library: Library, uri: string, mediaType?: string): Promise<Buffer> {
  const wanted = mediaType && {
    mediaTypes: [{ mediaType }, { mediaType: 'application/octet-stream' }],
  };
  const parts = await library.parts('retrieveBulkData', { BulkDataURI: uri, ...wanted });
  const found = parts.find(({ length }) => length > 0);
  if (found === undefined) throw new Error('no bulk data');
  return found;
}

/** The only part of an answer as Cornerstone takes it out: by the boundary within the body, whatever the header says. */
function partOf({ status, headers, body }: Seen): { contentType: string; pixels: Buffer } {
  if (status !== 200) throw new Error(`${status}: ${body.toString('utf8', 0, 300)}`);
  const contentType = headers.get('Content-Type') ?? 'application/octet-stream';
  if (!contentType.includes('multipart')) return { contentType, pixels: body };
  const from = body.indexOf('\r\n\r\n');
  const lines = body.toString('latin1', 0, from).split('\r\n');
  const boundary = lines.find((line) => line.startsWith('--')) ?? 'no boundary';
  const until = body.indexOf(boundary, from);
  if (from < 0 || until < 0) throw new Error('no part in the answer');
  const type = lines.find((line) => line.startsWith('Content-Type:')) ?? '';
  return {
    contentType: type.replace('Content-Type:', '').trim(),
    pixels: body.subarray(from + 4, until - 2),
  };
}
