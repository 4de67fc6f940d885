import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { DEPLOY, newFolder, run } from './running';

/* The Helm chart: linted, rendered, and what is rendered against the schemas of Kubernetes. */

const CHART = path.join(DEPLOY, 'helm', 'dicomweb-fhir-gateway');
const VERSIONS = ['1.29.0', '1.37.0'];
const given = readdirSync(path.join(CHART, 'ci'));

const object = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });

function render(words: readonly string[], kubernetes = '1.31.0') {
  return run('helm', ['template', 'gw', CHART, '--kube-version', kubernetes, ...words]);
}
const kinds = (text: string) =>
  parseAllDocuments(text)
    .map((document) => object.parse(document.toJS()).kind)
    .sort();

describe.each(given)('with ci/%s', (name) => {
  const values = ['--values', path.join(CHART, 'ci', name)];

  test('the chart has no lint', () => {
    const { code, out } = run('helm', ['lint', '--strict', CHART, ...values]);
    expect(out).not.toMatch(/\[(WARNING|ERROR)\]/);
    expect(code).toBe(0);
  });

  test.each(VERSIONS)('every object is one of Kubernetes %s, to the letter', (version) => {
    const { code, out } = render(values, version);
    expect(code).toBe(0);
    const file = path.join(newFolder(), 'rendered.yaml');
    writeFileSync(file, out);
    const words = ['--kubernetes-version', version, '--strict', file];
    const checked = run('kubernetes-validate', words);
    rmSync(path.dirname(file), { recursive: true });
    expect([checked.code, checked.err]).toEqual([0, expect.not.stringContaining('ERROR')]);
  });
});

test('the least is a deployment, its settings and a service, and nothing more', () => {
  const { out } = render(['--values', path.join(CHART, 'ci', 'least-values.yaml')]);
  expect(kinds(out)).toEqual(['ConfigMap', 'Deployment', 'Service']);
});

test('everything on is everything that the chart has', () => {
  const { out } = render(['--values', path.join(CHART, 'ci', 'most-values.yaml')]);
  expect(kinds(out)).toEqual([
    'ConfigMap',
    'Deployment',
    'HorizontalPodAutoscaler',
    'Ingress',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'ServiceMonitor',
  ]);
  expect(out).toContain(
    'name: REDIS_URL_FILE\n              value: /var/run/gateway-secrets/REDIS_URL',
  );
});

const monitor = z.object({
  kind: z.literal('ServiceMonitor'),
  spec: z.object({ endpoints: z.array(z.looseObject({ authorization: z.unknown() })) }),
});

test('Prometheus reads the metrics with the token that opens them, and not without', () => {
  const { out } = render(['--values', path.join(CHART, 'ci', 'most-values.yaml')]);
  const monitors = parseAllDocuments(out).flatMap(
    (document) => monitor.safeParse(document.toJS()).data ?? [],
  );
  expect(monitors.flatMap(({ spec }) => spec.endpoints.map((each) => each.authorization))).toEqual([
    { credentials: { name: 'gateway', key: 'metrics-token' } },
  ]);
  const least = ['--values', path.join(CHART, 'ci', 'least-values.yaml')];
  const { code, err } = render([...least, '--set', 'serviceMonitor.enabled=true']);
  expect([code, err]).toEqual([1, expect.stringContaining('METRICS_TOKEN is missing')]);
});

test('a release without an archive is refused, and says what is missing', () => {
  const { code, err } = render([]);
  expect(code).not.toBe(0);
  expect(err).toContain('config.PACS_URL is missing: the DICOMweb root of the archive');
});

test('a setting that is no text is refused by the schema of the values', () => {
  const values = ['--values', path.join(CHART, 'ci', 'least-values.yaml')];
  const { code, err } = render([...values, '--set', 'config.PORT=80']);
  expect([code, err]).toEqual([1, expect.stringContaining('config')]);
});
