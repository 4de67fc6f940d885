import { isUtf8 } from 'node:buffer';
import { createHmac, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { readDataSet, type DataSet } from '../dicom/dataset';
import { writeQuery, type Parameter } from '../pacs/encode';
import { createExaminer, type ExamineSettings, type Question, type Told } from '../pacs/examine';
import { Ended, Unanswered } from './finding';

/** Calls of one examination at most, whatever it finds. */
export const MOST_CALLS = 180;
/** Bytes that are read of an answer at most: rows of an archive that ignores `limit` must not fill the memory. */
const MOST_BYTES = 16_777_216;

/** Rows of a search, read. */
export interface Rows {
  readonly status: number;
  readonly rows: readonly DataSet[];
  /** Rows that came in all, readable or not. */
  readonly received: number;
  readonly told: Told;
}

/** One run of the doctor over one archive. */
export interface Examination {
  /** DICOMweb root, no trailing slash. */
  readonly root: string;
  /** Whether calls carry a credential. */
  readonly authorised: boolean;
  /** Calls so far. */
  calls(): number;
  /** Answers so far whose JSON was no UTF-8. */
  brokenText(): number;
  /**
   * Puts a call to a path below the root, query included and written as it is to be sent.
   * @throws Ended when there were too many calls, or the time is over; Problem where no answer came
   */
  ask(path: string, question?: Question): Promise<Told>;
  /** The same beside the root, where Orthanc's own API is. */
  beside(path: string, question?: Question): Promise<Told>;
  /**
   * Searches.
   * @throws Unanswered for an answer that is no list of rows
   */
  search(path: string, parameters: readonly Parameter[]): Promise<Rows>;
  /** The same with a query as it is to be sent; undefined for an answer that is no list of rows. */
  tryQuery(path: string, query: string): Promise<Rows | undefined>;
  /** Tells equal values as equal, and only within this run: eight hexadecimal digits. */
  hash(value: string): string;
  close(): void;
}

/** The media type that every search of the gateway asks for. */
export const JSON_ROWS = { Accept: 'application/dicom+json' } as const;

/**
 * @param timeoutMs how long the examination may take
 */
export function createExamination(settings: ExamineSettings, timeoutMs: number): Examination {
  const examiner = createExaminer(settings);
  const key = randomBytes(32);
  const over = AbortSignal.timeout(timeoutMs);
  let calls = 0;
  let brokenText = 0;
  const put = async (url: string, question: Question = {}) => {
    if (calls >= MOST_CALLS) throw new Ended(`the bound of ${MOST_CALLS} calls was reached`);
    if (over.aborted) throw new Ended('the time was over');
    calls += 1;
    const told = await examiner
      .ask(url, { most: MOST_BYTES, ...question }, over)
      .catch((error: unknown) => {
        throw over.aborted ? new Ended('the time was over') : error;
      });
    const answer = decompressed(told);
    if (isJson(answer) && !answer.cut && !isUtf8(answer.body)) brokenText += 1;
    return answer;
  };
  const root = settings.url;
  const ask: Examination['ask'] = (path, question) => put(`${root}${path}`, question);
  const tryQuery: Examination['tryQuery'] = async (path, query) =>
    readRows(await ask(query === '' ? path : `${path}?${query}`, { headers: JSON_ROWS }));
  return {
    root,
    authorised: [settings.fixed?.username, settings.fixed?.token, settings.oauth].some(
      (each) => each !== undefined,
    ),
    calls: () => calls,
    brokenText: () => brokenText,
    ask,
    beside: (path, question) => put(new URL(`../${path}`, `${root}/`).href, question),
    async search(path, parameters) {
      const told = await ask(`${path}?${writeQuery(parameters)}`, { headers: JSON_ROWS });
      const rows = readRows(told);
      if (rows === undefined) throw new Unanswered(`status ${told.status} instead of rows`);
      return rows;
    },
    tryQuery,
    hash: (value) => createHmac('sha256', key).update(value).digest('hex').slice(0, 8),
    close: () => examiner.close(),
  };
}

/** Some compress what nobody asked them to; what does not decompress is judged as it came. */
function decompressed(told: Told): Told {
  if (told.header('content-encoding') !== 'gzip' || told.cut || told.body.length === 0) return told;
  try {
    return { ...told, body: gunzipSync(told.body, { maxOutputLength: MOST_BYTES }) };
  } catch {
    return told;
  }
}

/** Something that several probes need and that is asked for once in an examination. */
export function once<T>(
  make: (examination: Examination) => Promise<T>,
): (examination: Examination) => Promise<T> {
  const kept = new WeakMap<Examination, Promise<T>>();
  return (examination) => {
    const known = kept.get(examination) ?? make(examination);
    kept.set(examination, known);
    return known;
  };
}

/** Rows of an answer; 204 and an empty body are none (PS3.18 10.6.3.1). */
export function readRows(told: Told): Rows | undefined {
  const { status, body } = told;
  if (status !== 200 && status !== 204) return undefined;
  if (status === 204 || body.length === 0) return { status, rows: [], received: 0, told };
  const list = z.array(z.unknown()).safeParse(parseJson(body) ?? []);
  if (!list.success || list.data.some((row) => typeof row === 'string')) return undefined;
  const rows = list.data.map(readDataSet).filter((row) => row !== undefined);
  return { status, rows, received: list.data.length, told };
}

function isJson(told: Told): boolean {
  return /json/i.test(told.header('content-type') ?? '');
}

/** The JSON of a body; a text that is no JSON where it does not parse. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString(isUtf8(body) ? 'utf8' : 'latin1'));
  } catch {
    return body.toString('latin1', 0, 64);
  }
}
