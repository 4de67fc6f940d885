import type { Keyword } from '../dicom/tags';
import type { Defect, Series, StudyHeader } from './model';
import type { Plan } from './plan';

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
  /** A warning unless it says otherwise. */
  readonly severity?: 'information';
  /** Set where it tells of no lack, and is true for as long as the rows that it came with. */
  readonly lasting?: true;
}

/** One upstream request's worth of a caller: its signal, and the meter of its Server-Timing. */
export interface Call {
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  readonly meter: Meter;
  /** Set when remembered study rows will not do: the caller asks what has changed. */
  readonly fresh?: boolean;
  /** Set for callers who may see every study: older rows will do where the archive fails and a setting allows it. */
  readonly mayBeStale?: boolean;
  /** The request that this is for; absent where the gateway asks for itself. */
  readonly origin?: Origin;
}

/** What a request is known by, here and to the systems that its calls go to. */
export interface Origin {
  /** X-Request-Id: the client's own where it has the form of a random id, else a fresh one. */
  readonly requestId: string;
  readonly trace: Trace;
}

/** The trace that a request is part of (W3C Trace Context). */
export interface Trace {
  /** trace-id: 32 hexadecimal digits in lower case. */
  readonly id: string;
  /** trace-flags: two hexadecimal digits. */
  readonly flags: string;
  /** The value of tracestate, where the request brought a good one. */
  readonly state?: string;
}

/** Where calls to the archive wait for their turn: small and large searches, and transfers. */
export type LaneName = 'small' | 'large' | 'transfer';

/** Where answers are remembered: study rows, series and instances, finished answers, and what replicas share. */
export type CacheLevel = 'studies' | 'details' | 'answers' | 'redis';

/** Why rows of the archive are not used. */
export type DropReason =
  /** They name no study. */
  | 'nameless'
  /** They were told before in the same search. */
  | 'repeated'
  /** They are of a study that was not asked for, or do not match what was. */
  | 'not-asked'
  /** They are of another patient who has the same Study Instance UID, or nobody knows of whom. */
  | 'other-patient';

/**
 * Keys by which it is told that an archive does not match: those that say whose a study is, and which. Of others a row
 * that differs is no proof: names are compared by sound, modalities are computed, ranges of dates are widened.
 */
export type JudgedKey = Extract<Keyword, 'StudyInstanceUID' | 'PatientID' | 'AccessionNumber'>;

/** What a store of remembered answers holds. */
export interface StoreState {
  readonly entries: number;
  /** Bytes, about. */
  readonly bytes: number;
  /** Entries that went to make room, since the start. */
  readonly evicted: number;
}

/** Hears, once, how to read what a store holds. */
export type WatchStore = (level: CacheLevel, state: () => StoreState) => void;

/**
 * Counts what an answer cost, and what happened on the way to it: the one observer of calls, for the answer's own
 * Server-Timing and for the process' metrics. It is told names of this code and numbers, nothing of a patient.
 */
export interface Meter {
  /**
   * Hears that a call to the archive has ended.
   *
   * @param operation `qido`, `metadata`, `native` or `wado`
   * @param milliseconds the call's duration; of `wado` until the headers of its answer
   * @param outcome `ok`, the code of the failure, or `left`: the caller of a transfer did
   */
  upstream(operation: string, milliseconds: number, outcome: string): void;
  cache(outcome: 'hit' | 'miss' | 'joined', level: CacheLevel): void;
  /** Hears how long a call waited for its turn, in milliseconds. */
  waited?(lane: LaneName, milliseconds: number): void;
  /** Hears that rows of the archive were left out. */
  dropped?(reason: DropReason, rows: number): void;
  /** Hears of rows that contradict a key which the archive was asked for: it does not match by it. */
  ignored?(key: JudgedKey, rows: number): void;
  /**
   * Hears how long something that the answer is made of is believed, where the answer may be kept.
   * @param until as `performance.now()` tells time; what is over already must not be used for another answer
   */
  believed?(until: number): void;
  /** Hears that rows were answered although the archive failed; @param age their age in milliseconds */
  stale?(age: number): void;
  /** Hears what happened, where somebody wants it explained. */
  trace?(event: TraceEvent): void;
}

/** Something that happened on the way to an answer. */
export type TraceEvent =
  /** A call to the archive: its path and query as they were sent, and what came of it. */
  | {
      readonly on: 'call';
      readonly method: 'GET' | 'POST';
      readonly target: string;
      readonly milliseconds: number;
      /** Rows in the answer, where it is a list. */
      readonly rows?: number;
      /** Code of the failure, where there was no answer. */
      readonly failure?: string;
    }
  /** What of the question the archive was asked. */
  | { readonly on: 'plan'; readonly plan: Plan }
  /** Study rows held against the question: those that match, those that do not, those that need a closer look. */
  | {
      readonly on: 'check';
      readonly matching: number;
      readonly others: number;
      readonly undecided: number;
    };

/** Which rows of a search, in the archive's order. */
export interface Stretch {
  /** About how many. */
  readonly limit: number;
  /** How many come before them. */
  readonly offset: number;
  /** Set where sketches of studies will do, of an archive that tells them in a fraction of the time of its rows. */
  readonly sketches?: true;
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
  /** When the archive told this, in milliseconds since 1970; absent: just now. */
  readonly readAt?: number;
}

/** Series and instances of one study, and what its metadata added to the study row. */
export interface StudyDetail {
  readonly header: StudyHeader;
  readonly series: readonly Series[];
  readonly defects: readonly Defect[];
  /** When the archive told this, in milliseconds since 1970; absent: just now. */
  readonly readAt?: number;
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
  /** Whether the archive tells when a study last changed; else that is since when the gateway has seen it so. */
  readonly tellsUpdates: boolean;
}

/** Where studies come from: the archive, or a cache in front of it. */
export interface StudySource {
  abilities(call: Call): Promise<Abilities>;
  /** Study rows that match, a stretch of them. */
  studies(keys: Keys, window: Stretch, call: Call): Promise<StudyWindow>;
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
  /**
   * The studies that changed at or after a time, where the archive keeps a log of changes.
   *
   * @param since milliseconds since 1970
   * @param most studies that may be listed
   * @returns their UIDs and perhaps some more, or undefined when the log does not tell
   */
  changedSince?(since: number, most: number, call: Call): Promise<readonly string[] | undefined>;
  /**
   * Series of studies without their instances, in the order asked, where that costs less than {@link details}.
   *
   * @returns undefined for a study that only its instances tell of surely: whose series are in doubt, not counted, or
   *   not all there
   */
  series?(
    studies: readonly StudyHeader[],
    call: Call,
  ): Promise<readonly (StudyDetail | undefined)[]>;
  /** Series and instances of studies, in the order asked. */
  details(studies: readonly StudyHeader[], call: Call): Promise<readonly StudyDetail[]>;
}
