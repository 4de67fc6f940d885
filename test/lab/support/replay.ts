import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TAGS, textOf, type Capture, type Row } from './captures';

/** An archive that answers what another one was seen to answer. */
export interface Replay {
  readonly url: string;
  close(): Promise<void>;
}

/** How the archive behaves beside its rows. */
export interface Manners {
  /** It has `/instances` across studies, and `/studies/{uid}/instances`. */
  readonly levels: 'all' | 'nested';
  /** The version of the Orthanc that it says it is. */
  readonly orthanc?: string;
}

/** Starts an archive on a free port that answers searches, and 404 to everything else. */
export async function startReplay(capture: Capture, manners: Manners): Promise<Replay> {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://archive');
    const native = nativeAnswer(pathname, capture, manners);
    const found = rowsAt(pathname, searchParams, capture, manners);
    if (native !== undefined) send(response, native);
    else if (found !== undefined) send(response, stretch(found, searchParams));
    else response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"statusCode":404}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function rowsAt(
  pathname: string,
  query: URLSearchParams,
  capture: Capture,
  { levels }: Manners,
): readonly Row[] | undefined {
  const uids = query.get('StudyInstanceUID')?.split(',');
  const asked = (row: Row) => uids === undefined || uids.includes(textOf(row, TAGS.study));
  const [, study, series] =
    /^\/dicom-web\/studies\/([^/]+)(?:\/series\/([^/]+))?\//.exec(pathname) ?? [];
  const within = (row: Row) =>
    textOf(row, TAGS.study) === study &&
    (series === undefined || textOf(row, TAGS.series) === series);
  const shape = pathname.replace(/\/(studies|series)\/[^/]+/g, '/$1/*');
  switch (shape) {
    case '/dicom-web/studies':
      return capture.studies.filter(asked);
    case '/dicom-web/studies/*/series':
      return capture.series.filter(within);
    case '/dicom-web/studies/*/series/*/instances':
      return capture.instances.filter(within);
    case '/dicom-web/studies/*/instances':
      return levels === 'all' ? capture.instances.filter(within) : undefined;
    case '/dicom-web/series':
      return levels === 'all' ? capture.series.filter(asked) : undefined;
    case '/dicom-web/instances':
      return levels === 'all' ? capture.instances.filter(asked) : undefined;
    default:
      return undefined;
  }
}

/** What an Orthanc says beside its DICOMweb root. */
function nativeAnswer(pathname: string, { studies }: Capture, { orthanc }: Manners): unknown {
  if (orthanc === undefined) return undefined;
  if (pathname === '/system') return { Version: orthanc, ApiVersion: 27 };
  if (pathname === '/plugins/dicom-web') return { Version: '1.20' };
  return pathname === '/statistics' ? { CountStudies: studies.length } : undefined;
}

function stretch(rows: readonly Row[], query: URLSearchParams): readonly Row[] {
  const offset = Number(query.get('offset') ?? '0');
  return rows.slice(offset, offset + Number(query.get('limit') ?? rows.length));
}

function send(response: ServerResponse, json: unknown): void {
  response.writeHead(200, { 'Content-Type': 'application/dicom+json' }).end(JSON.stringify(json));
}
