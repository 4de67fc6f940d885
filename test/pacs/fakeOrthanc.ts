import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { row, type Row } from '../gateway/fakeArchive';

/*
 * An Orthanc over a real socket, as far as it tells of changes: LastUpdate of its studies, the log of `/changes`
 * with its gaps, `/tools/find` and `/tools/bulk-content`. It was written after a running Orthanc 1.10.1; the tests
 * of test/lab hold the gateway against that one.
 */

interface Held {
  readonly uid: string;
  readonly instances: string[];
  lastUpdate: string;
}

interface Entry {
  readonly Seq: number;
  readonly Date: string;
  readonly ID: string;
  readonly ResourceType: string;
  readonly ChangeType: string;
}

export interface FakeOrthanc {
  /** Its DICOMweb root. */
  readonly url: string;
  /** Method, path and query of the requests so far; `take` empties the list. */
  take(): string[];
  /** Bodies of its finds so far. */
  readonly finds: readonly string[];
  /** Stores an instance of a study at a time, in milliseconds since 1970; its own id unless it is stored again. */
  store(uid: string, time: number, instance?: string): string;
  /** Deletes an instance: nothing is logged, and what was logged of it is gone. */
  remove(instance: string): void;
  /** Logs that a study has rested. */
  settle(uid: string, time: number): void;
  /** DELETE of `/changes`. */
  clearLog(): void;
  /** Sets it up anew, with numbers from the start. */
  reset(): void;
  /** Whether its own API answers beside DICOMweb. */
  native: boolean;
  /** LimitFindResults and LimitFindInstances, to which Orthanc 1.12.7 lowers the limit of a page. */
  cap: number;
  /** What `/system` tells of its index; undefined: nothing, as in 1.10.1. */
  index: Readonly<Record<string, string>> | undefined;
  lastUpdate(uid: string): string | undefined;
  close(): Promise<void>;
}

/** `YYYYMMDDTHHMMSS` in UTC, as Orthanc writes times. */
function orthancTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

export async function startFakeOrthanc(): Promise<FakeOrthanc> {
  const studies = new Map<string, Held>();
  let log: Entry[] = [];
  let seen: string[] = [];
  let sequence = 0;
  let named = 0;

  const write = (ChangeType: string, ResourceType: string, ID: string, time: number) => {
    sequence += 1;
    log.push({ Seq: sequence, Date: orthancTime(time), ID, ResourceType, ChangeType });
  };

  const expand = ([id, { uid, lastUpdate }]: [string, Held]) => ({
    ID: id,
    LastUpdate: lastUpdate,
    MainDicomTags: { StudyInstanceUID: uid },
    PatientMainDicomTags: { PatientID: 'P1' },
  });

  const finds: string[] = [];
  const fake: FakeOrthanc = {
    url: '',
    finds,
    native: true,
    cap: Infinity,
    index: undefined,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    store(uid, time, instance) {
      const id = `study-${uid}`;
      named += 1;
      const name = instance ?? `instance-${named}`;
      if (instance !== undefined) log = log.filter(({ ID }) => ID !== instance);
      write('NewInstance', 'Instance', name, time);
      const known = studies.get(id);
      if (known === undefined) write('NewStudy', 'Study', id, time);
      const instances = new Set([...(known?.instances ?? []), name]);
      studies.set(id, { uid, instances: [...instances], lastUpdate: orthancTime(time) });
      return name;
    },
    remove(instance) {
      log = log.filter(({ ID }) => ID !== instance);
      for (const { instances } of studies.values()) {
        if (instances.includes(instance)) instances.splice(instances.indexOf(instance), 1);
      }
    },
    settle: (uid, time) => write('StableStudy', 'Study', `study-${uid}`, time),
    clearLog: () => {
      log = [];
    },
    reset() {
      log = [];
      sequence = 0;
      studies.clear();
    },
    lastUpdate: (uid) => studies.get(`study-${uid}`)?.lastUpdate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const changes = (query: URLSearchParams) => {
    if (query.has('last')) return { Changes: log.slice(-1), Done: true, Last: sequence };
    const since = Number(query.get('since'));
    const limit = Number(query.get('limit'));
    const all = log.filter(({ Seq }) => Seq > since);
    return { Changes: all.slice(0, limit), Done: all.length <= limit };
  };

  /** An answer without a limit is not cut. */
  const lowered = (limit: string | null) =>
    limit === null ? Infinity : Math.min(Number(limit), fake.cap);

  const instances = (query: URLSearchParams): Row[] =>
    [...studies.values()]
      .flatMap(({ uid, instances }) => instances.map(() => row({ StudyInstanceUID: uid })))
      .slice(0, lowered(query.get('limit')));

  const rows = (query: URLSearchParams): Row[] => {
    const wanted = query.get('StudyInstanceUID')?.split(',');
    const offset = Number(query.get('offset') ?? 0);
    return [...studies.values()]
      .filter(({ uid }) => wanted === undefined || wanted.includes(uid))
      .slice(offset, offset + lowered(query.get('limit')))
      .map(({ uid, instances }) =>
        row({
          StudyInstanceUID: uid,
          PatientID: 'P1',
          StudyDate: '20200102',
          NumberOfStudyRelatedSeries: 1,
          NumberOfStudyRelatedInstances: instances.length,
        }),
      );
  };

  const native = (path: string, query: URLSearchParams, body: string): unknown => {
    switch (path) {
      case '/system':
        return { Version: '1.10.1', ApiVersion: 15, MainDicomTags: fake.index };
      case '/plugins/dicom-web':
        return { Version: '1.20' };
      case '/tools/default-encoding':
        return '"Utf8"';
      case '/statistics':
        return {
          CountStudies: studies.size,
          CountInstances: [...studies.values()].flatMap(({ instances }) => instances).length,
        };
      case '/changes':
        return changes(query);
      case '/tools/find': {
        const {
          Level,
          Query,
          Limit,
          Since = 0,
        } = JSON.parse(body) as {
          Level: string;
          Query: { StudyInstanceUID?: string };
          Limit?: number;
          Since?: number;
        };
        finds.push(body);
        const most = Math.min(Limit ?? Infinity, fake.cap);
        if (Level === 'Instance') {
          return [...studies.values()].flatMap((study) => study.instances).slice(0, most);
        }
        const uids = Query.StudyInstanceUID?.split('\\');
        const found = [...studies].filter(([, { uid }]) => uids?.includes(uid) ?? true);
        return found.slice(Since, Since + most).map(expand);
      }
      case '/tools/bulk-content': {
        const { Resources } = JSON.parse(body) as { Resources: string[] };
        const wanted = new Set(Resources);
        const named = ([id, { instances }]: [string, Held]) =>
          [id, ...instances].some((each) => wanted.has(each));
        return [...studies].filter(named).map(expand);
      }
      default:
        return undefined;
    }
  };

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
      seen.push(`${request.method ?? ''} ${decodeURIComponent(request.url ?? '')}`);
      const levels = { studies: rows, instances };
      const level = /^\/dicom-web\/(studies|instances)$/.exec(pathname)?.[1];
      const dicomWeb =
        level === undefined ? [] : levels[level as keyof typeof levels](searchParams);
      const own = fake.native ? native(pathname, searchParams, body) : undefined;
      const answer = pathname.startsWith('/dicom-web/') ? dicomWeb : own;
      response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(fake, { url: `http://127.0.0.1:${port}/dicom-web` });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
