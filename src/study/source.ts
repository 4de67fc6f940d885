import type { Keyword } from '../dicom/tags';
import type { Defect, Series, StudyHeader } from './model';

/** What a key of an upstream query must match. The archive's spelling of it is the dialect's affair. */
export type Match =
  /** One of these values, to the letter. */
  | { readonly kind: 'values'; readonly values: readonly string[] }
  /** A date from `from` to `to`, both `YYYYMMDD` and both included. */
  | { readonly kind: 'range'; readonly from: string; readonly to: string }
  /** A person name that may contain the text, in any case, with or without accents. */
  | { readonly kind: 'name'; readonly text: string };

/** The keys of one upstream query. */
export type Keys = ReadonlyMap<Keyword, Match>;

/** Something that the client should be told beside the answer. */
export interface Notice {
  readonly code: string;
  readonly text: string;
}

/** One upstream request's worth of a caller: its signal, and the meter of its Server-Timing. */
export interface Call {
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly meter: Meter;
}

/** Counts what an answer cost. */
export interface Meter {
  /** @param operation `qido`, `metadata`, `native` or `probe`; @param milliseconds the call's duration */
  upstream(operation: string, milliseconds: number): void;
  cache(outcome: 'hit' | 'miss' | 'joined'): void;
}

/** A stretch of a study search, in the archive's order. */
export interface StudyWindow {
  /** Readable rows that are the archive's answer to the keys, none of them repeated. */
  readonly studies: readonly StudyHeader[];
  /** How far to move on for the next stretch; 0 when there is no next. */
  readonly advance: number;
  /** Whether the archive ended the stretch although it holds more: nobody can reach the rest. */
  readonly cut: boolean;
  readonly notices: readonly Notice[];
}

/** Series and instances of one study, and what its metadata added to the study row. */
export interface StudyDetail {
  readonly header: StudyHeader;
  readonly series: readonly Series[];
  readonly defects: readonly Defect[];
}

/** Study Instance UIDs that have a series or instance which matches. */
export interface FoundUids {
  readonly uids: readonly string[];
  /** False when there may be more than these. */
  readonly complete: boolean;
}

/** What an archive can do for a search; from its dialect and what the probe found. */
export interface Abilities {
  /** Keys that the archive matches in study searches. */
  readonly studyKeys: ReadonlySet<Keyword>;
  /** Whether a key may have several values at once, any of which matches. */
  readonly valueLists: boolean;
}

/** Where studies come from: the archive, or a cache in front of it. */
export interface StudySource {
  abilities(call: Call): Promise<Abilities>;
  /** Study rows from `offset` on, about `limit` of them. */
  studies(keys: Keys, window: { limit: number; offset: number }, call: Call): Promise<StudyWindow>;
  /**
   * The studies with a series (or instance) that matches, for keys that live below the study.
   * @returns undefined when the archive cannot search that level across studies
   */
  studiesWith(
    level: 'series' | 'instances',
    keys: Keys,
    limit: number,
    call: Call,
  ): Promise<FoundUids | undefined>;
  /** Series and instances of studies, in the order asked. */
  details(studies: readonly StudyHeader[], call: Call): Promise<readonly StudyDetail[]>;
}
