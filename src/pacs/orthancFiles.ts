import { isRecord, type DataSet, type Element } from '../dicom/dataset';
import { TAG } from '../dicom/tags';
import type { Call } from '../study/source';
import type { ArchiveClient } from './client';
import type { ReadFiles } from './supplement';

/*
 * The attributes of stored files as Orthanc's own API tells them: UTF-8 whatever the file's character set is,
 * without pixel data, at less than what the metadata of WADO-RS cost it.
 */

/** Where Orthanc has an instance: its own ids, which are hashes of Patient ID and UIDs and so nobody else's. */
export interface Place {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/** All that the gateway reads; the rest of a file is let go before it is kept in memory. */
const WANTED: ReadonlySet<string> = new Set(Object.values(TAG));
/** ST and UT (PS3.5 6.2): one value, in which a backslash is a letter. */
const UNDIVIDED: ReadonlySet<string> = new Set([TAG.DocumentTitle, TAG.TextValue]);

/**
 * Reads the files of a study's rows; undefined where Orthanc does not give them.
 *
 * @param together all files of the study in one call, as soon as one is wanted
 */
export function readFilesOf(
  client: ArchiveClient,
  places: ReadonlyMap<DataSet, Place>,
  together: boolean,
): ReadFiles {
  let all: Promise<readonly DataSet[] | undefined> | undefined;
  return async (rows, count, call) => {
    const known = rows.slice(0, count).flatMap((row) => places.get(row) ?? []);
    if (together) {
      // The same study stands twice in Orthanc where its Patient ID differs in blanks.
      const studies = [...places.values()].map(({ study }) => `studies/${study}`);
      all ??= readLists(client, studies, call);
      const files = await all;
      if (files !== undefined) return files;
    }
    const [first] = known;
    if (first === undefined || known.length > 1) {
      const series = known.map((place) => `series/${place.series}`);
      return readLists(client, series, call);
    }
    const file = await readPath(client, `instances/${first.instance}/tags`, call);
    return file && [readFile(file)];
  };
}

/** The files of studies or series, each of which is told of once. */
async function readLists(
  client: ArchiveClient,
  paths: readonly string[],
  call: Call,
): Promise<readonly DataSet[] | undefined> {
  const lists = await Promise.all(
    [...new Set(paths)].map((path) => readPath(client, `${path}/instances-tags`, call)),
  );
  if (!lists.every((list) => list !== undefined)) return undefined;
  return lists.flatMap((list) => Object.values(list).filter(isRecord).map(readFile));
}

async function readPath(
  client: ArchiveClient,
  path: string,
  call: Call,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await client.native(`${path}?short`, undefined, call);
  return isRecord(answer) ? answer : undefined;
}

/**
 * One file of `tags?short`: `{"0008,0008": "ORIGINAL\\PRIMARY", "0040,a043": [{…}]}`; a value that is long or
 * binary is null and left out.
 */
function readFile(file: Readonly<Record<string, unknown>>): DataSet {
  const elements = Object.entries(file).map(([tag, value]) => [upstreamTag(tag), value] as const);
  return new Map(
    elements
      .filter(([tag]) => WANTED.has(tag))
      .flatMap(([tag, value]) => {
        const element = readElement(tag, value);
        return element === undefined ? [] : [[tag, element] as const];
      }),
  );
}

function upstreamTag(tag: string): string {
  return tag.replace(',', '').toUpperCase();
}

function readElement(tag: string, value: unknown): Element | undefined {
  if (typeof value === 'string') return { Value: UNDIVIDED.has(tag) ? [value] : value.split('\\') };
  if (!Array.isArray(value)) return undefined;
  const items = value.filter(isRecord).map((item) => Object.fromEntries(readFile(item)));
  return { Value: items };
}
