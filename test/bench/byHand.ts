import { ask, keepAliveAgent, type Question } from './ask';
import { CALL_KINDS, type CallKind, type RecordedCall } from './tap';

/** A row of DICOM JSON (PS3.18 F.2), as far as the bench reads it. */
export type Row = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>;

/** Calls by kind. */
export type Calls = Partial<Record<CallKind | 'series queries', number>>;

/** Rows, and the calls they took. */
export interface Fetched {
  readonly instances: number;
  readonly calls: Calls;
}

/** An archive asked by hand: plain requests over a keep-alive agent, JSON parsed, nothing else. */
export interface ByHand {
  /** Calls that the gateway made, made again in its order and as many at once. */
  replay(calls: readonly RecordedCall[]): Promise<Fetched>;
  /** What a first program does: the studies, the series of each, the instances of each series. */
  naive(studies: StudiesWanted): Promise<Fetched>;
  /** The least that QIDO-RS takes an archive which matches lists of UIDs: instances of ten studies in a call. */
  best(studies: StudiesWanted): Promise<Fetched>;
  close(): void;
}

/** Studies of one list, at which archives that match lists are fastest. */
const STUDIES_A_CALL = 10;

/** The studies of a naive page: the first so many, or one. */
export type StudiesWanted = { readonly first: number } | { readonly uid: string };

/**
 * @param archive its DICOMweb root
 * @param concurrency calls at once, the same as the gateway's
 * @param calls of the gateway, whose Authorization is used, if they have one
 */
export function createByHand(
  archive: URL,
  concurrency: number,
  calls: readonly RecordedCall[],
): ByHand {
  const root = archive.href.replace(/\/$/, '');
  const { authorization } = calls[0]?.headers ?? {};
  const credentials = authorization === undefined ? {} : { authorization };
  const agent = keepAliveAgent(root.startsWith('https:'), concurrency);

  async function send(question: Omit<Question, 'agent'>): Promise<readonly Row[]> {
    const { body } = await ask({ ...question, agent });
    return body.length === 0 ? [] : (JSON.parse(body.toString()) as readonly Row[]);
  }

  const get = (path: string) => {
    const headers = { ...credentials, Accept: 'application/dicom+json', 'Accept-Encoding': 'gzip' };
    return send({ url: new URL(root + path), headers });
  };

  async function replay(calls: readonly RecordedCall[]): Promise<Fetched> {
    let instances = 0;
    for (const kind of CALL_KINDS) {
      // A study query follows from the one before it; calls below the study are independent.
      const width = kind === 'study queries' ? 1 : concurrency;
      const same = calls.filter((call) => call.kind === kind);
      const rows = await some(same, width, (call) => {
        const url = new URL(call.path, root);
        return send({ ...call, url, headers: { ...call.headers, host: url.host } });
      });
      if (kind === 'instance queries') instances = rows.flat().length;
    }
    return { instances, calls: countByKind(calls) };
  }

  async function studiesOf(wanted: StudiesWanted): Promise<string[]> {
    const query = 'uid' in wanted ? `StudyInstanceUID=${wanted.uid}` : `limit=${wanted.first}`;
    return (await get(`/studies?${query}`)).map((row) => uidOf(row, '0020000D'));
  }

  async function best(wanted: StudiesWanted): Promise<Fetched> {
    const studies = await studiesOf(wanted);
    const lists = Array.from({ length: Math.ceil(studies.length / STUDIES_A_CALL) }, (_, at) =>
      studies.slice(at * STUDIES_A_CALL, (at + 1) * STUDIES_A_CALL).join(','),
    );
    const rows = await some(lists, concurrency, (list) =>
      get(`/instances?StudyInstanceUID=${list}`),
    );
    const calls = { 'study queries': 1, 'instance queries': lists.length };
    return { instances: rows.flat().length, calls };
  }

  async function naive(wanted: StudiesWanted): Promise<Fetched> {
    const studies = await studiesOf(wanted);
    const series = await some(studies, concurrency, async (study) => {
      const rows = await get(`/studies/${study}/series`);
      return rows.map((row) => `/studies/${study}/series/${uidOf(row, '0020000E')}`);
    });
    const rows = await some(series.flat(), concurrency, (path) => get(`${path}/instances`));
    return {
      instances: rows.flat().length,
      calls: {
        'study queries': 1,
        'series queries': series.length,
        'instance queries': rows.length,
      },
    };
  }

  return { replay, naive, best, close: () => agent.destroy() };
}

/** Calls by kind, in the order of a page. */
export function countByKind(calls: readonly RecordedCall[]): Calls {
  const kinds = CALL_KINDS.map((kind) => [kind, calls.filter((each) => each.kind === kind).length]);
  return Object.fromEntries(kinds.filter(([, count]) => count !== 0)) as Calls;
}

function uidOf(row: Row, tag: string): string {
  return String(row[tag]?.Value?.[0]);
}

/** Does something for every item, no more than `width` of them at once; results are in the items' order. */
async function some<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const lane = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
