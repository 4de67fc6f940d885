import type { ProblemCode } from '../../errors';
import type { Meter } from '../../study/source';
import type { Heard } from '../state';
import { METRICS } from './table';
import type { Tallies } from './tallies';
import { observe } from './tally';

/** The meter of the whole process, and what it last heard of the archive. */
export interface ProcessMeter {
  readonly meter: Meter;
  readonly heard: () => Heard;
}

/** Failures in which the archive did not answer at all; in all others it said something. */
const SILENT: readonly string[] = ['pacs-unreachable', 'pacs-timeout'] satisfies ProblemCode[];
/** Failures without a call. */
const NO_CALL: readonly string[] = ['pacs-breaker-open', 'pacs-busy'] satisfies ProblemCode[];

/** Counts what all answers cost, and what the gateway asks for itself. */
export function createProcessMeter(tallies: Tallies): ProcessMeter {
  const { counts, distributions } = tallies;
  const calls = METRICS.gateway_archive_call_duration_seconds.buckets;
  const waits = METRICS.gateway_archive_wait_seconds.buckets;
  let heard: Heard = {};
  return {
    heard: () => heard,
    meter: {
      upstream(operation, milliseconds, outcome) {
        const into = distributions.gateway_archive_call_duration_seconds.of(operation, outcome);
        observe(into, calls, milliseconds / 1000);
        heard = hear(heard, outcome, performance.now());
      },
      cache(outcome, level) {
        counts.gateway_cache_lookups_total.of(level, outcome).sum += 1;
      },
      waited(lane, milliseconds) {
        observe(distributions.gateway_archive_wait_seconds.of(lane), waits, milliseconds / 1000);
      },
      dropped(reason, rows) {
        counts.gateway_rows_dropped_total.of(reason).sum += rows;
      },
      ignored(key, rows) {
        counts.gateway_filter_violations_total.of(key).sum += rows;
      },
      stale() {
        counts.gateway_stale_answers_total.of().sum += 1;
      },
    },
  };
}

function hear(before: Heard, outcome: string, at: number): Heard {
  if (outcome === 'ok') return { ...before, answeredAt: at, reachable: true };
  // Nobody waited for what the archive would have said.
  if (outcome === 'left') return before;
  const failed = { ...before, failure: { code: outcome, at } };
  if (NO_CALL.includes(outcome)) return failed;
  return SILENT.includes(outcome)
    ? { ...failed, reachable: false }
    : { ...failed, answeredAt: at, reachable: true };
}
