import type { Keyword } from '../dicom/tags';
import type { Dialect } from '../pacs/dialects';
import type { Examination } from './examination';

/** What a finding means for the gateway, from the best to the worst; `unknown`: the archive did not show it. */
export const VERDICTS = ['good', 'note', 'unknown', 'warning', 'unusable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Flags of `Dialect` as an archive showed them; what is not here was not seen. */
export type Found = Partial<
  Omit<
    Dialect,
    | 'title'
    | 'studyKeys'
    | 'decodesQuery'
    | 'silentCap'
    | 'pageCap'
    | 'instanceCap'
    | 'datesAreTexts'
    | 'rows'
    | 'sketches'
  >
> & {
  /** Whether a study key was matched; keys that are not here were not seen. */
  readonly studyKeys?: Readonly<Partial<Record<Keyword, boolean>>>;
  readonly decodesQuery?: 'yes' | 'no';
  readonly silentCap?: number | 'none';
};

/** A setting that the archive needs, and why. */
export interface Advised {
  /** Name of the environment variable. */
  readonly env: string;
  readonly value: string;
  readonly why: string;
  /** The value is an example: somebody has to put in the right one. */
  readonly fillIn?: true;
}

/**
 * One line of the report. Its texts hold counts, keyed hashes, names of attributes and what archives say of
 * themselves; never a value of a data set.
 */
export interface Finding {
  /** What was looked at, in few words. */
  readonly what: string;
  readonly verdict: Verdict;
  readonly evidence: string;
  /** What to do; absent where there is nothing to be done. */
  readonly advice?: string;
  readonly found?: Found;
  readonly settings?: readonly Advised[];
}

/** A question to the archive, and how its answer is judged. THE LIST of them is in `probes.ts`. */
export interface Probe {
  readonly id: string;
  readonly title: string;
  /** What is asked, for the document. */
  readonly asks: string;
  /** What the verdicts mean here, for the document. */
  readonly judges: string;
  /**
   * @throws Unanswered where an answer that it needs is none; Problem where none came
   */
  run(examination: Examination): Promise<readonly Finding[]>;
}

/** The archive did not answer what a probe needs: no reason to think anything of it. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** The examination may not ask any more: too many calls, or too long. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

/** Words of an archive as they may be printed: one line of printable ASCII, of bounded length. */
export function plain(text: string, most = 80): string {
  const printable = text.replace(/[^\x20-\x7e]+/g, '?').trim();
  return printable.length > most ? `${printable.slice(0, most)}...` : printable;
}

/** `3 of 20`. */
export function share(some: readonly unknown[], all: readonly unknown[]): string {
  return `${some.length} of ${all.length}`;
}
