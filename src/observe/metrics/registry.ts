import {
  type Aggregator,
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client';
import { z } from 'zod';
import type { GatewayState } from '../state';
import { METRICS, type MetricRow, type Sample } from './table';
import type { Tallies } from './tallies';
import type { Distribution, Tally } from './tally';

/** The metrics of this process as Prometheus reads them. */
export interface MetricsPage {
  readonly contentType: string;
  /**
   * All metrics, in the text format.
   *
   * @param others what {@link counted} gave in the other processes that answer as this gateway
   */
  text(others: readonly unknown[]): Promise<string>;
  /** What this process has counted, for another one's {@link text}. */
  counted(): Promise<unknown>;
}

/** What another process has counted: it is of this program, and prom-client reads the rest. */
const COUNTED = z.array(z.looseObject({ name: z.string() }));

/**
 * @param tallies what was counted as it happened
 * @param state how everything is now; asked again for every reader
 */
export function createMetricsPage(tallies: Tallies, state: () => GatewayState): MetricsPage {
  const registry = new Registry();
  const counts = new Map<string, Tally<{ readonly sum: number }>>(Object.entries(tallies.counts));
  const distributions = new Map(Object.entries(tallies.distributions));
  for (const [name, row] of Object.entries<MetricRow>(METRICS)) {
    const { read } = row;
    const distribution = distributions.get(name);
    const counted = counts.get(name)?.all ?? [];
    if (distribution !== undefined) registry.registerMetric(histogram(name, row, distribution));
    else if (read !== undefined) addRead(registry, name, row, () => read(state()));
    else
      addRead(registry, name, row, () => counted.map(({ labels, value }) => [labels, value.sum]));
  }
  collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    async text(others) {
      if (others.length === 0) return registry.metrics();
      const all = [await registry.getMetricsAsJSON(), ...others.map((each) => COUNTED.parse(each))];
      return AggregatorRegistry.aggregate(all).metrics();
    },
    counted: () => registry.getMetricsAsJSON(),
  };
}

function addRead(
  registry: Registry,
  name: string,
  row: MetricRow,
  samples: () => readonly Sample[],
): void {
  const { help, labels: labelNames } = row;
  const aggregator: Aggregator = row.aggregator ?? 'sum';
  const about = { name, help, labelNames, aggregator, registers: [registry] };
  // Without labels both are 0 after a reset, which would be a value that nobody has measured.
  const empty = (metric: Counter | Gauge) => {
    metric.reset();
    if (labelNames.length === 0) metric.remove();
  };
  if (row.type === 'counter') {
    new Counter({
      ...about,
      collect() {
        empty(this);
        for (const [values, sum] of samples()) this.inc(named(labelNames, values), sum);
      },
    });
  } else {
    new Gauge({
      ...about,
      collect() {
        empty(this);
        for (const [values, value] of samples()) this.set(named(labelNames, values), value);
      },
    });
  }
}

/** prom-client's histogram can only be told single values: this one shows sums that were made elsewhere. */
function histogram(
  name: string,
  { help, labels: labelNames, buckets = [] }: MetricRow,
  { all }: Tally<Distribution>,
): Histogram {
  const get = () => {
    const values = all.flatMap(({ labels, value }) =>
      bucketsOf(name, named(labelNames, labels), buckets, value),
    );
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  };
  const shown = new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [] });
  // The text format asks by the second name, a cluster's primary process by the first.
  return Object.assign(shown, { get, getForPromString: get });
}

type Labels = Readonly<Record<string, string>>;

function named(names: readonly string[], values: readonly string[]): Labels {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}

/** Cumulative, as the text format has them. */
function bucketsOf(
  name: string,
  labels: Labels,
  bounds: readonly number[],
  { counts, count, sum }: Distribution,
) {
  let below = 0;
  const buckets = bounds.map((le, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
