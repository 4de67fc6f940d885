import { PROBLEMS } from '../../errors';
import type { CacheLevel, DropReason, JudgedKey, LaneName } from '../../study/source';
import type { GatewayState } from '../state';

/** A value of a metric and its labels, in the order of the row. */
export type Sample = readonly [labels: readonly string[], value: number];

/** One metric: what Prometheus is told of it, and where its values come from. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
  /**
   * Labels that are there from the start, with 0: of a series that appears with its first event Prometheus sees no
   * increase, and an alert on it would miss the one time that something happened.
   */
  readonly starts?: readonly (readonly string[])[];
  /** How several processes of one gateway are one value; without it their sum is. */
  readonly aggregator?: 'first' | 'max' | 'min';
  /** Reads the values as they are when somebody asks; without it they are counted as things happen. */
  readonly read?: (state: GatewayState) => readonly Sample[];
}

const LANES: readonly LaneName[] = ['small', 'large', 'transfer'];
const LEVELS: readonly CacheLevel[] = ['studies', 'details', 'answers'];
const BREAKER = ['closed', 'half-open', 'open'] as const;
const KEYS: readonly JudgedKey[] = ['StudyInstanceUID', 'PatientID', 'AccessionNumber'];
const REASONS: readonly DropReason[] = ['nameless', 'repeated', 'not-asked', 'other-patient'];
const TROUBLES = ['late', 'away', 'refused'] as const;

/** From a warm answer to the deadline of a search and beyond, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const one = (value: number | undefined): readonly Sample[] =>
  value === undefined ? [] : [[[], value]];
const flag = (value: boolean | undefined) => one(value === undefined ? undefined : Number(value));
const ofStores = (
  { stores }: GatewayState,
  read: (store: { entries: number; bytes: number; evicted: number }) => number,
): Sample[] =>
  LEVELS.flatMap((level): Sample[] => {
    const store = stores.get(level);
    return store === undefined ? [] : [[[level], read(store)]];
  });

/**
 * THE TABLE of the gateway's own metrics. Every label's values are words of this code: paths, ids and methods of
 * clients never become one, or each odd request would be a series for ever, and a patient's id would be in it.
 */
export const METRICS = {
  gateway_processes: {
    type: 'gauge',
    labels: [],
    help: 'Processes whose values are in this answer; fewer than WORKERS when one did not answer in time',
    read: () => one(1),
  },
  gateway_requests_total: {
    type: 'counter',
    labels: ['route', 'method', 'status', 'release'],
    help: 'Requests by the pattern of their route (none: no route), method (other: one that no route takes), HTTP status (left: the caller left, or the answer was broken off) and FHIR release (none: not FHIR, or refused before one was chosen)',
  },
  gateway_request_duration_seconds: {
    type: 'histogram',
    labels: ['route', 'release', 'outcome'],
    buckets: SECONDS,
    help: 'Time from a request to the end of its answer; outcome is ok, refused (4xx), failed (5xx) or left',
  },
  gateway_sent_bytes_total: {
    type: 'counter',
    labels: ['area'],
    help: 'Bytes written to clients, headers included, by the first part of the path: fhir, dicom-web or other',
  },
  gateway_problems_total: {
    type: 'counter',
    labels: ['code'],
    starts: Object.keys(PROBLEMS).map((code) => [code]),
    help: 'Failures that were answered or that broke an answer off, by their code in the catalogue of errors',
  },
  gateway_archive_call_duration_seconds: {
    type: 'histogram',
    labels: ['operation', 'outcome'],
    buckets: SECONDS,
    help: 'Calls to the archive and their time, repetitions included: qido, metadata and native whole, wado until the headers of its answer; outcome is ok, the code of the failure, or left (the caller of a transfer)',
  },
  gateway_archive_wait_seconds: {
    type: 'histogram',
    labels: ['lane'],
    buckets: SECONDS,
    help: 'How long calls waited for their turn at the archive: small and large searches, and transfers',
  },
  gateway_archive_waiting: {
    type: 'gauge',
    labels: ['lane'],
    help: 'Calls that wait for their turn at the archive',
    read: ({ archive }) => LANES.map((lane) => [[lane], archive.waiting[lane]]),
  },
  gateway_archive_in_flight: {
    type: 'gauge',
    labels: ['kind'],
    help: 'Calls to the archive under way: searches, and transfers (open streams) from the question to the last byte',
    read: ({ archive }) => [
      [['search'], archive.inFlight],
      [['transfer'], archive.transfers],
    ],
  },
  gateway_archive_bound: {
    type: 'gauge',
    labels: ['kind'],
    help: 'Calls to the archive that may be under way at once (PACS_CONCURRENCY, PACS_STREAMS)',
    read: ({ archive }) => [
      [['search'], archive.concurrency],
      [['transfer'], archive.streams],
    ],
  },
  gateway_archive_up: {
    type: 'gauge',
    aggregator: 'min',
    labels: [],
    help: 'Whether the archive answered at all the last time it was asked; absent before that. Reading the metrics has it asked where nothing was heard of it for 10 s',
    read: ({ archive }) => flag(archive.heard.reachable),
  },
  gateway_archive_breaker_state: {
    type: 'gauge',
    aggregator: 'max',
    labels: ['state'],
    help: '1 for the state of the breaker: closed, half-open, or open (the archive is left alone)',
    read: ({ archive }) => BREAKER.map((state) => [[state], Number(archive.breaker === state)]),
  },
  gateway_archive_paused_seconds: {
    type: 'gauge',
    aggregator: 'max',
    labels: [],
    help: 'How long the archive asked to be left alone for on (Retry-After)',
    read: ({ archive }) => one(archive.pausedMs / 1000),
  },
  gateway_archive_retries_total: {
    type: 'counter',
    labels: [],
    help: 'Calls to the archive that were made again',
    read: ({ archive }) => one(archive.retries),
  },
  gateway_change_feed_alive: {
    type: 'gauge',
    aggregator: 'min',
    labels: [],
    help: 'Whether the archive tells what changes; absent where that is not followed',
    read: ({ archive }) => flag(archive.changes?.alive),
  },
  gateway_change_feed_age_seconds: {
    type: 'gauge',
    aggregator: 'max',
    labels: [],
    help: 'Time since all changes of the archive were last read',
    read: ({ archive: { changes } }) =>
      one(changes?.ageMs === undefined ? undefined : changes.ageMs / 1000),
  },
  gateway_filter_violations_total: {
    type: 'counter',
    labels: ['key'],
    starts: KEYS.map((key) => [key]),
    help: 'Study rows that contradict a key the archive was asked for: it does not match by it. They are left out of every answer',
  },
  gateway_rows_dropped_total: {
    type: 'counter',
    labels: ['reason'],
    starts: REASONS.map((reason) => [reason]),
    help: 'Rows of the archive that were left out: nameless (of no study), repeated, not-asked (not what was asked for), other-patient (of another one with the same Study Instance UID, or nobody knows of whom)',
  },
  gateway_stale_answers_total: {
    type: 'counter',
    labels: [],
    starts: [[]],
    help: 'Searches answered with older study rows because the archive failed (STALE_IF_ERROR_MS)',
  },
  gateway_cache_lookups_total: {
    type: 'counter',
    labels: ['level', 'outcome'],
    help: 'Looks into the caches: finished answers, study rows (studies), series and instances (details), and Redis; outcome is hit, miss or joined (another request was asking already)',
  },
  gateway_cache_bytes: {
    type: 'gauge',
    labels: ['level'],
    help: 'Bytes in the caches in memory, about',
    read: (state) => ofStores(state, ({ bytes }) => bytes),
  },
  gateway_cache_entries: {
    type: 'gauge',
    labels: ['level'],
    help: 'Entries in the caches in memory',
    read: (state) => ofStores(state, ({ entries }) => entries),
  },
  gateway_cache_evictions_total: {
    type: 'counter',
    labels: ['level'],
    help: 'Entries that went to make room for others',
    read: (state) => ofStores(state, ({ evicted }) => evicted),
  },
  gateway_redis_told: {
    type: 'gauge',
    aggregator: 'min',
    labels: [],
    help: 'Whether this replica hears what the others drop; absent without REDIS_URL',
    read: ({ redis }) => flag(redis?.told),
  },
  gateway_redis_troubles_total: {
    type: 'counter',
    labels: ['trouble'],
    help: 'Redis commands that failed: late (no answer in time), away (no connection), refused (as by a Redis that is full)',
    read: ({ redis }) =>
      redis === undefined
        ? []
        : TROUBLES.map((trouble) => [[trouble], redis.troubles[trouble]] as const),
  },
  gateway_audit_lost_total: {
    type: 'counter',
    labels: [],
    help: 'Audit records that could not be kept: refused requests with AUDIT_FAIL=closed, gaps with open; absent without an audit',
    read: ({ audit }) => one(audit.on ? audit.lost : undefined),
  },
  gateway_audit_refused_total: {
    type: 'counter',
    labels: [],
    help: 'Audit records that the audit server will never take; they are set aside in the spool',
    read: ({ audit }) => one(audit.on ? audit.refused : undefined),
  },
  gateway_audit_spooled_bytes: {
    type: 'gauge',
    labels: [],
    help: 'Bytes of audit records on the disk that wait for the audit server, those set aside included',
    read: ({ audit }) => one(audit.on ? audit.spooledBytes : undefined),
  },
  gateway_audit_server_up: {
    type: 'gauge',
    aggregator: 'min',
    labels: [],
    help: 'Whether the last delivery to the audit server succeeded; 1 where the audit is a file only, absent without an audit',
    read: ({ audit }) => flag(audit.on ? !audit.serverDown : undefined),
  },
  gateway_auth_keys_age_seconds: {
    type: 'gauge',
    aggregator: 'max',
    labels: [],
    help: 'Time since the keys of the issuer were read; absent before that, and where no keys are needed',
    read: ({ auth: { keysAgeMs } }) => one(keysAgeMs === undefined ? undefined : keysAgeMs / 1000),
  },
  gateway_build_info: {
    type: 'gauge',
    aggregator: 'first',
    labels: ['version'],
    help: '1, with the version of the gateway',
    read: ({ version }) => [[[version], 1]],
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricName = keyof typeof METRICS;
