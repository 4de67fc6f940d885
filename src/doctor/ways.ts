import { Problem } from '../errors';
import type { Question, Told } from '../pacs/examine';
import type { Examination } from './examination';
import { plain } from './finding';
import type { Subject } from './sample';

/*
 * Ways to retrieve, tried one after the other.
 */

/** Bytes of a transfer that are read: enough to see that it began. */
export const HEAD_BYTES = 65_536;

/** One way to ask for something, by its words. */
export type Way = readonly [words: string, path: string, accept: string];

/** How a way went: whether it brought what was asked for, and in which form. */
export interface Went {
  readonly words: string;
  readonly works: boolean;
  readonly told: string;
}

/** Paths of the study, the series and the instance. */
export function pathsOf({ study, series, instance }: Subject): readonly [string, string, string] {
  const at = `/studies/${study}/series/${series}`;
  return [`/studies/${study}`, at, `${at}/instances/${instance}`];
}

/** Tries each, and reads its beginning. */
export async function tryAll(
  examination: Examination,
  ways: readonly Way[],
  isGood: (told: Told) => boolean,
): Promise<readonly Went[]> {
  const went: Went[] = [];
  for (const way of ways) went.push(await tryWay(examination, way, isGood));
  return went;
}

/** A way that fails says nothing of the next one. */
async function tryWay(
  examination: Examination,
  [words, path, Accept]: Way,
  isGood: (told: Told) => boolean,
): Promise<Went> {
  try {
    const question: Question = { headers: { Accept }, most: HEAD_BYTES, transfer: true };
    const told = await examination.ask(path, question);
    return { words, works: isGood(told), told: formOf(told) };
  } catch (error) {
    if (error instanceof Problem) return { words, works: false, told: error.code };
    throw error;
  }
}

/** Status, or media type where it is 200. */
function formOf(told: Told): string {
  const type = plain((told.header('content-type') ?? 'no type').split(';')[0] ?? '', 40);
  return told.status === 200 ? type : String(told.status);
}

/** How each went, in words. */
export function wordsOf(went: readonly Went[]): string {
  return went
    .map(({ words, works, told }) => `${words}: ${works ? told : `no (${told})`}`)
    .join('; ');
}
