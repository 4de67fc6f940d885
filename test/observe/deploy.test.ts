import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { METRICS, type MetricRow } from '../../src/observe/metrics/table';
import { holding, held, startFakeArchive } from '../gateway/fakeArchive';
import { readExpression, type Selected } from './promql';
import { ask, readSeries, startWatched } from './reading';

/* The dashboard and the alert rules ask for metrics and labels that there are, in PromQL that Prometheus reads. */

const DEPLOY = path.join(__dirname, '..', '..', 'deploy');
const fileOf = (...names: string[]) => readFileSync(path.join(DEPLOY, ...names), 'utf8');

/** Labels that Prometheus itself puts on every series. */
const OF_PROMETHEUS = ['instance', 'job'];
const OF_BUCKETS = ['le'];

const rule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+[smh]$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string() }),
});
const rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })),
});
const ALERTS = rules
  .parse(parse(fileOf('prometheus', 'alerts.yml')))
  .groups.flatMap((group) => group.rules);

const panel = z.looseObject({
  id: z.number(),
  title: z.string(),
  type: z.enum(['row', 'timeseries', 'stat']),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
});
const dashboard = z.looseObject({
  uid: z.string(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string() })) }),
});
const BOARD = dashboard.parse(JSON.parse(fileOf('grafana', 'dashboard.json')));
const PANELS = BOARD.panels.filter(({ type }) => type !== 'row');

/** As Grafana sends it. */
const filled = (expr: string) =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');

const EXPRESSIONS: readonly (readonly [where: string, text: string])[] = [
  ...ALERTS.map(({ alert, expr }) => [alert, expr] as const),
  ...PANELS.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, filled(expr)] as const),
  ),
];

/** Labels by the name of a series: what the table says, and of the process' own metrics what the page shows. */
let labelsOf: ReadonlyMap<string, readonly string[]>;
/** Values of labels that the page shows from the start. */
let shown: readonly string[];

beforeAll(async () => {
  const archive = await startFakeArchive(holding([held('1.2.3')]));
  const running = await startWatched(archive.url);
  await running.get('ImagingStudy');
  await running.get(`${running.url}/dicom-web/studies/1.2.3/metadata`);
  const { text } = await ask(running, '/metrics');
  await running.close();
  await archive.close();
  shown = [...readSeries(text).keys()];
  const rows = Object.entries<MetricRow>(METRICS).flatMap(([name, { type, labels }]) =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, ...OF_BUCKETS]] as const,
          [`${name}_sum`, labels] as const,
          [`${name}_count`, labels] as const,
        ]
      : [[name, labels] as const],
  );
  const own = shown
    .filter((series) => !series.startsWith('gateway_'))
    .map(
      (series) =>
        [
          series.replace(/\{.*/, ''),
          Array.from(series.matchAll(/(\w+)="/g), ([, label = '']) => label),
        ] as const,
    );
  labelsOf = new Map([...own, ...rows]);
});

test.each(EXPRESSIONS)('%s asks for what there is: %s', (_, text) => {
  const { selected, grouped, valid } = readExpression(text);
  expect(valid).toBe(true);
  expect(selected.length).toBeGreaterThan(0);
  for (const { metric, matchers } of selected) {
    const labels = labelsOf.get(metric);
    expect([metric, labels === undefined ? 'is no metric' : 'is there']).toEqual([
      metric,
      'is there',
    ]);
    const known = [...(labels ?? []), ...OF_PROMETHEUS];
    const unknown = [...matchers.map(({ label }) => label), ...grouped].filter(
      (label) => !known.includes(label),
    );
    expect([metric, unknown]).toEqual([metric, []]);
  }
});

test.each(EXPRESSIONS.filter(([, text]) => /\{.*[^!]="/.test(text)))(
  '%s narrows to values that the code gives: %s',
  (_, text) => {
    for (const { metric, matchers } of readExpression(text).selected) {
      for (const { label, operator, value } of matchers.filter(isLiteral)) {
        expect([metric, label, operator, value, isGiven(metric, label, value)]).toEqual([
          metric,
          label,
          operator,
          value,
          true,
        ]);
      }
    }
  },
);

const isLiteral = ({ operator, label }: Selected['matchers'][number]) =>
  (operator === '=' || operator === '!=') && !OF_PROMETHEUS.includes(label);

/** Values that only appear when something has happened, and are words of this code all the same. */
const LATER: readonly string[] = ['release="none"', 'outcome="miss"'];

function isGiven(metric: string, label: string, value: string): boolean {
  const told = `${label}="${value}"`;
  return LATER.includes(told) || shown.some((one) => one.startsWith(metric) && one.includes(told));
}

test('what is not there, and what is not PromQL, would be noticed', () => {
  expect(readExpression('sum(rate(gateway_requests_total[5m])').valid).toBe(false);
  expect(readExpression('gateway_requests_total{route=}').valid).toBe(false);
  const { selected, grouped } = readExpression('sum by (colour) (rate(gateway_x{a="b"}[5m]))');
  expect(selected).toEqual([
    { metric: 'gateway_x', matchers: [{ label: 'a', operator: '=', value: 'b' }] },
  ]);
  expect(grouped).toEqual(['colour']);
  expect(labelsOf.has('gateway_x')).toBe(false);
});

test('each metric of the table is on the dashboard or in a rule', () => {
  const used = EXPRESSIONS.flatMap(([, text]) =>
    readExpression(text).selected.map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
  );
  const watched = Object.keys(METRICS).filter((name) => used.includes(name));
  const unused = Object.keys(METRICS).filter((name) => !watched.includes(name));
  expect(unused).toEqual(['gateway_cache_entries']);
});

test('alerts and panels have names of their own, and the legend names labels that are grouped by', () => {
  const names = [...ALERTS.map(({ alert }) => alert), ...BOARD.panels.map(({ id }) => String(id))];
  expect(new Set(names).size).toBe(names.length);
  for (const { title, targets } of PANELS) {
    for (const { expr, legendFormat } of targets) {
      const legend = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label);
      const { grouped } = readExpression(filled(expr));
      expect([title, legend.filter((label) => !grouped.includes(label ?? ''))]).toEqual([
        title,
        [],
      ]);
    }
  }
});

test('no two panels of the dashboard lie over each other', () => {
  const places = BOARD.panels.map(({ gridPos }) => gridPos);
  const overlaps = places.flatMap((one, at) =>
    places
      .slice(at + 1)
      .filter(
        (other) =>
          one.x < other.x + other.w &&
          other.x < one.x + one.w &&
          one.y < other.y + other.h &&
          other.y < one.y + one.h,
      ),
  );
  expect(overlaps).toEqual([]);
  expect(places.every(({ x, w }) => x + w <= 24)).toBe(true);
});

test('annotations name labels that the alert has', () => {
  for (const { alert, expr, annotations } of ALERTS) {
    const used = Array.from(
      Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
      ([, label]) => label,
    );
    const { grouped } = readExpression(expr);
    expect([alert, used.filter((label) => !grouped.includes(label ?? ''))]).toEqual([alert, []]);
  }
});
