import { METRICS, type MetricName, type MetricRow } from './table';
import {
  tallyCounts,
  tallyDistributions,
  type Count,
  type Distribution,
  type Tally,
} from './tally';

/** What is counted as it happens, by the metric that shows it. */
export interface Tallies {
  readonly counts: Readonly<Record<CountedName, Tally<Count>>>;
  readonly distributions: Readonly<Record<ObservedName, Tally<Distribution>>>;
}

type CountedName = {
  [N in MetricName]: (typeof METRICS)[N] extends { type: 'counter'; read: unknown }
    ? never
    : (typeof METRICS)[N] extends { type: 'counter' }
      ? N
      : never;
}[MetricName];
type ObservedName = {
  [N in MetricName]: (typeof METRICS)[N] extends { type: 'histogram' } ? N : never;
}[MetricName];

export function createTallies(): Tallies {
  return {
    counts: {
      gateway_requests_total: counted('gateway_requests_total'),
      gateway_sent_bytes_total: counted('gateway_sent_bytes_total'),
      gateway_problems_total: counted('gateway_problems_total'),
      gateway_filter_violations_total: counted('gateway_filter_violations_total'),
      gateway_rows_dropped_total: counted('gateway_rows_dropped_total'),
      gateway_stale_answers_total: counted('gateway_stale_answers_total'),
      gateway_cache_lookups_total: counted('gateway_cache_lookups_total'),
    },
    distributions: {
      gateway_request_duration_seconds: observed('gateway_request_duration_seconds'),
      gateway_archive_call_duration_seconds: observed('gateway_archive_call_duration_seconds'),
      gateway_archive_wait_seconds: observed('gateway_archive_wait_seconds'),
    },
  };
}

function counted(name: CountedName): Tally<Count> {
  const { starts = [] }: MetricRow = METRICS[name];
  const tally = tallyCounts();
  for (const labels of starts) tally.of(...labels);
  return tally;
}

function observed(name: ObservedName): Tally<Distribution> {
  return tallyDistributions(METRICS[name].buckets);
}
