import { has, isRecord, type DataSet, type Element } from '../dicom/dataset';
import { TAG } from '../dicom/tags';
import type { Call } from '../study/source';
import { mapInTurns } from '../study/turns';
import type { ArchiveClient } from './client';

/*
 * The attributes of stored files as Orthanc's own API tells them: UTF-8 whatever the file's character set is,
 * without pixel data, at less than what the metadata of WADO-RS cost it.
 */

/**
 * All that the gateway reads, by Orthanc's spelling of the tag, as in `0040,a043`; the rest of a file, most of it, is
 * let go before it is kept in memory.
 */
const WANTED: ReadonlyMap<string, string> = new Map(
  Object.values(TAG).map((tag) => [`${tag.slice(0, 4)},${tag.slice(4)}`.toLowerCase(), tag]),
);
/** ST and UT (PS3.5 6.2): one value, in which a backslash is a letter. */
const UNDIVIDED: ReadonlySet<string> = new Set([TAG.DocumentTitle, TAG.TextValue]);

/**
 * Reads the files of studies or series, by Orthanc's ids of them, a call each.
 *
 * @returns each file by Orthanc's id of its instance; undefined where Orthanc does not give one of the lists
 */
export async function readFilesBelow(
  client: ArchiveClient,
  level: 'studies' | 'series',
  ids: readonly string[],
  call: Call,
): Promise<ReadonlyMap<string, DataSet> | undefined> {
  const lists = await Promise.all(
    ids.map((id) => readPath(client, `${level}/${id}/instances-tags`, call)),
  );
  if (!lists.every((list) => list !== undefined)) return undefined;
  const listed = lists.flatMap((list) => Object.entries(list));
  const read = await mapInTurns(listed, ([id, file]) => [id, readFile(file)] as const);
  return new Map(read.flatMap(([id, file]) => (file === undefined ? [] : [[id, file]])));
}

/** Reads one file; undefined where Orthanc does not give it. */
export async function readFileOf(
  client: ArchiveClient,
  instance: string,
  call: Call,
): Promise<DataSet | undefined> {
  const file = await readPath(client, `instances/${instance}/tags`, call);
  return readFile(file);
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
 *
 * @returns undefined for one that names no instance
 */
function readFile(file: unknown): DataSet | undefined {
  if (!isRecord(file)) return undefined;
  const elements = readElements(file);
  return has(elements, 'SOPInstanceUID') ? elements : undefined;
}

function readElements(file: Readonly<Record<string, unknown>>): Map<string, Element> {
  const elements = new Map<string, Element>();
  // A loop: by way of lists of entries, thousands of files take longer than all their JSON.
  for (const spelt in file) {
    const tag = WANTED.get(spelt);
    if (tag === undefined) continue;
    const element = readElement(tag, file[spelt]);
    if (element !== undefined) elements.set(tag, element);
  }
  return elements;
}

function readElement(tag: string, value: unknown): Element | undefined {
  if (typeof value === 'string') return { Value: UNDIVIDED.has(tag) ? [value] : value.split('\\') };
  if (!Array.isArray(value)) return undefined;
  const items = value.filter(isRecord).map((item) => Object.fromEntries(readElements(item)));
  return { Value: items };
}
