import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TAG, type Keyword } from '../../src/dicom/tags';

/*
 * An archive over a real socket that does exactly what a test tells it: scripts answer requests, `holding` is
 * the honest script, and quirks bend it.
 */

/** A request as the archive got it. */
export interface Seen {
  readonly method: string;
  /** Path below the DICOMweb root, for example `/studies`; outside of it, the whole path. */
  readonly path: string;
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Answers a request; undefined when it took the response into its own hands. */
export type Script = (
  seen: Seen,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>;

export interface FakeArchive {
  /** Its DICOMweb root. */
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Requests so far whose path matches. */
  count(path: RegExp): number;
  /** Requests now open, the most that ever were at once, and those that the client closed unanswered. */
  readonly load: { live: number; most: number; left: number };
  /** What it does from now on. */
  script: Script;
  close(): Promise<void>;
}

const ROOT = '/dicom-web';

export async function startFakeArchive(script: Script): Promise<FakeArchive> {
  const seen: Seen[] = [];
  const load = { live: 0, most: 0, left: 0 };
  const server = createServer((request, response) => {
    const [target = '', rawQuery = ''] = (request.url ?? '').split(/\?(.*)/s);
    const path = target.startsWith(`${ROOT}/`) ? target.slice(ROOT.length) : target;
    const query = new URLSearchParams(rawQuery);
    const one: Seen = {
      method: request.method ?? '',
      path,
      rawQuery,
      query,
      headers: request.headers,
    };
    seen.push(one);
    load.live += 1;
    load.most = Math.max(load.most, load.live);
    response.on('close', () => {
      load.live -= 1;
      if (!response.writableFinished) load.left += 1;
    });
    void Promise.resolve(archive.script(one, response)).then((answer) => {
      if (answer !== undefined) send(response, answer);
    });
  });
  const archive: FakeArchive = {
    url: '',
    seen,
    load,
    script,
    count: (path) => seen.filter((one) => path.test(one.path)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${ROOT}`;
  return Object.assign(archive, { url });
}

function send(response: ServerResponse, { status = 200, headers, body = '' }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/dicom+json', ...headers });
  response.end(body);
}

/** An answer of rows, or of any other JSON. */
export function json(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { body: JSON.stringify(value), headers };
}

/** A data set of the DICOM JSON Model. */
export type Row = Readonly<Record<string, { readonly vr?: string; readonly Value?: unknown }>>;

type Values = Readonly<Partial<Record<Keyword, unknown>>>;

/** A row from keywords: a list is Value as it is, names become objects, `undefined` leaves the attribute out. */
export function row(values: Values): Row {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([keyword, value]) => {
      const isName = typeof value === 'string' && /Name$|Physician$/.test(keyword);
      const plain = isName ? { Alphabetic: value } : value;
      return [TAG[keyword as Keyword], { vr: 'UN', Value: Array.isArray(plain) ? plain : [plain] }];
    }),
  );
}

/** A study as an archive holds it. */
export interface Held {
  readonly study: Row;
  /** Instance rows, with the series attributes on them. */
  readonly instances: readonly Row[];
}

/** A study of one CT series whose instances are counted rightly, with values of the study level changed. */
export function held(uid: string, values: Values = {}, instances = 2, below: Values = {}): Held {
  const study = row({
    StudyInstanceUID: uid,
    PatientID: 'P1',
    PatientName: 'Doe^Jane',
    StudyDate: '20200102',
    ModalitiesInStudy: 'CT',
    NumberOfStudyRelatedSeries: 1,
    NumberOfStudyRelatedInstances: instances,
    ...values,
  });
  const rows = Array.from({ length: instances }, (_, index) =>
    row({
      StudyInstanceUID: uid,
      PatientID: values.PatientID ?? 'P1',
      SeriesInstanceUID: `${uid}.1`,
      SOPInstanceUID: `${uid}.1.${index + 1}`,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
      Modality: 'CT',
      SeriesNumber: 1,
      InstanceNumber: index + 1,
      ...below,
    }),
  );
  return { study, instances: rows };
}

/** Ways in which an archive is not honest. */
export interface Quirks {
  readonly ignoresLimit?: boolean;
  readonly ignoresOffset?: boolean;
  /** Every matching key is ignored, as PS3.18 8.3.4.1 allows for unknown ones. */
  readonly ignoresKeys?: boolean;
  /** Answers at most so many rows, and with `warns` says so. */
  readonly cap?: number;
  readonly warns?: boolean;
  /** Query values are taken as they stand. */
  readonly doesNotDecode?: boolean;
  /** There is nothing at these paths. */
  readonly lacks?: RegExp;
}

/** The script of an archive that holds these studies; the list may change while it runs. */
export function holding(studies: readonly Held[], quirks: Quirks = {}): Script {
  return ({ path, rawQuery }) => {
    if (path === '/system' || quirks.lacks?.test(path)) return { status: 404 };
    const pairs = readPairs(rawQuery, quirks);
    const rows = rowsAt(path, studies).filter((one) => quirks.ignoresKeys ?? meets(one, pairs));
    const offset = quirks.ignoresOffset ? 0 : Number(pairs.get('offset') ?? 0);
    const limit = quirks.ignoresLimit ? Infinity : Number(pairs.get('limit') ?? Infinity);
    const most = Math.min(limit, quirks.cap ?? Infinity);
    const page = rows.slice(offset, offset + most);
    const more = rows.length - offset - page.length;
    const cut = quirks.warns === true && more > 0 && most < limit;
    const text = `299 archive:80 "There are ${more} additional results that can be requested"`;
    return json(page, cut ? { Warning: text } : {});
  };
}

function readPairs(rawQuery: string, quirks: Quirks): Map<string, string> {
  if (!quirks.doesNotDecode) return new Map(new URLSearchParams(rawQuery.replaceAll('+', '%2B')));
  const pairs = rawQuery.split('&').map((pair): [string, string] => {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    return [name, value];
  });
  return new Map(pairs);
}

function rowsAt(path: string, studies: readonly Held[]): readonly Row[] {
  const [, top = '', study, second, series, third, instance] = path.split('/');
  const own = studies.filter((one) => study === undefined || valueOf(one.study, UID) === study);
  if (top === 'studies' && study === undefined) return own.map((one) => one.study);
  const instances = own.flatMap((one) =>
    path.endsWith('/metadata')
      ? one.instances.map((each) => ({ ...one.study, ...each }))
      : one.instances,
  );
  if (top === 'series' || (second === 'series' && series === undefined)) return firsts(instances);
  return instances.filter(
    (each) =>
      (series === undefined || valueOf(each, 'SeriesInstanceUID') === series) &&
      (third !== 'instances' || !instance || valueOf(each, 'SOPInstanceUID') === instance),
  );
}

const UID = 'StudyInstanceUID';

function firsts(instances: readonly Row[]): Row[] {
  const bySeries = new Map(
    instances.toReversed().map((each) => [valueOf(each, 'SeriesInstanceUID'), each]),
  );
  return [...bySeries.values()].reverse();
}

/** The first value of an attribute as text. */
export function valueOf(one: Row, keyword: Keyword): string {
  const value: unknown = one[TAG[keyword]]?.Value;
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  const plain: unknown =
    typeof first === 'object' && first !== null && 'Alphabetic' in first ? first.Alphabetic : first;
  return typeof plain === 'string' || typeof plain === 'number' ? String(plain) : '';
}

function meets(one: Row, pairs: ReadonlyMap<string, string>): boolean {
  return [...pairs].every(([name, wanted]) => {
    if (!(name in TAG)) return true;
    const actual = valueOf(one, name as Keyword);
    const [from = '', to = ''] = wanted.split('-');
    if (name.endsWith('Date') && to !== '') return from <= actual && actual <= to;
    return wanted.split(',').some((value) => wildcard(value).test(actual));
  });
}

function wildcard(value: string): RegExp {
  const literal = value.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu');
}
