import type { Told } from '../../pacs/examine';
import { isLoopback } from '../../settings';
import { JSON_ROWS, type Examination } from '../examination';
import type { Advised, Finding, Probe } from '../finding';
import { subject } from '../sample';

export const validators: Probe = {
  id: 'validators',
  title: 'ETag and Last-Modified',
  asks: 'One search and the metadata of one instance, and the latter again with the ETag that came (`If-None-Match`).',
  judges:
    'good or note: whether they are told, and whether 304 is answered. Nothing depends on it but the load of viewers.',
  async run(examination) {
    const { study, series, instance } = await subject(examination);
    const path = `/studies/${study}/series/${series}/instances/${instance}/metadata`;
    const search = await examination.ask('/studies?limit=1', { headers: JSON_ROWS });
    const metadata = await examination.ask(path, { headers: JSON_ROWS });
    const etag = metadata.header('etag');
    const words = [`search: ${namesOf(search)}`, `metadata: ${namesOf(metadata)}`];
    if (etag === undefined) {
      return [{ what: 'validators', verdict: 'note', evidence: words.join('; ') }];
    }
    const headers = { ...JSON_ROWS, 'If-None-Match': etag };
    const { status } = await examination.ask(path, { headers });
    const evidence = [...words, `If-None-Match: ${status}`].join('; ');
    return [{ what: 'validators', verdict: status === 304 ? 'good' : 'note', evidence }];
  },
};

function namesOf(told: Told): string {
  const names = ['etag', 'last-modified', 'cache-control'].filter(
    (name) => told.header(name) !== undefined,
  );
  return names.length === 0 ? 'none' : names.join(', ');
}

export const cors: Probe = {
  id: 'cors',
  title: 'CORS',
  asks: 'One search with the Origin of a page that does not exist.',
  judges:
    'good: no CORS headers. note: pages of any origin may read the archive; the gateway drops these headers and has its own ' +
    'list. warning: with credentials, too.',
  async run(examination) {
    const headers = { ...JSON_ROWS, Origin: 'https://doctor.invalid' };
    const told = await examination.ask('/studies?limit=1', { headers });
    const origin = told.header('access-control-allow-origin');
    const credentials = told.header('access-control-allow-credentials') === 'true';
    const what = 'who may read by script';
    if (origin !== '*' && origin !== 'https://doctor.invalid') {
      return [{ what, verdict: 'good', evidence: 'no foreign page' }];
    }
    const evidence = `pages of any origin${credentials ? ', with credentials' : ''}`;
    const advice =
      'The gateway does not pass this on (CORS_ORIGINS). Let browsers not reach the archive itself.';
    return [{ what, verdict: credentials ? 'warning' : 'note', evidence, advice }];
  },
};

export const hygiene: Probe = {
  id: 'hygiene',
  title: 'TLS and credentials',
  asks: 'One study, for the connection that it comes by; the URL and the settings tell the rest.',
  judges:
    'good: TLS, or this machine alone. warning: patients and credentials travel in the clear, or the archive beyond this machine ' +
    'answers without a credential.',
  async run(examination) {
    const { protocol, hostname } = new URL(examination.root);
    // An IPv6 address stands in brackets in a URL.
    const local = isLoopback(hostname.replace(/^\[|\]$/g, ''));
    const told = await examination.ask('/studies?limit=1', { headers: JSON_ROWS });
    return [connectionFinding(told, protocol, local), credentialFinding(examination, local)];
  },
};

function connectionFinding(told: Told, protocol: string, local: boolean): Finding {
  const what = 'the connection';
  if (protocol === 'https:') {
    return { what, verdict: 'good', evidence: told.tls?.protocol ?? 'TLS' };
  }
  if (local) return { what, verdict: 'good', evidence: 'plain HTTP, on this machine' };
  const advice = 'Have the archive, or a proxy beside it, speak TLS, and use https:// in PACS_URL.';
  return { what, verdict: 'warning', evidence: 'plain HTTP, over the network', advice };
}

function credentialFinding({ authorised }: Examination, local: boolean): Finding {
  const what = 'the credential';
  if (authorised) return { what, verdict: 'good', evidence: 'one was sent' };
  if (local) {
    return {
      what,
      verdict: 'note',
      evidence: 'none was needed, on this machine',
      advice: 'Let nobody else reach this port: whoever does may see everything.',
    };
  }
  const advice = 'Whoever reaches its port may see everything: have it want a credential.';
  return { what, verdict: 'warning', evidence: 'none was needed', advice };
}

/** Tiny queries that are timed one after the other. */
const TIMED = 20;
/** Those that are made two at once. */
const PAIRED = 10;
/** Below this, two at once bring so little that the archive answers one at a time. */
const PARALLEL_GAIN = 1.15;
/** Only calls of so many milliseconds tell: below, they cost the client as much as the archive. */
const TELLING_MS = 50;
/** How much longer than a tiny one an honest search may take. */
const SLOWER = 20;
/** Default of PACS_SEARCH_FIRST_BYTE_MS. */
const FIRST_BYTE_MS = 10_000;

export const timings: Probe = {
  id: 'timings',
  title: 'Timings',
  asks: `${TIMED} tiny queries (\`limit=1\`) one by one, ${PAIRED} two at once.`,
  judges:
    `note: a tiny query of more than ${FIRST_BYTE_MS / SLOWER} ms (p95) needs longer deadlines; an archive that answers one at a time ` +
    'a lower concurrency. good: else. Timings hold for this moment and this network.',
  async run(examination) {
    const tiny = async () => (await examination.ask('/studies?limit=1', { headers: JSON_ROWS })).ms;
    const started = performance.now();
    const single: number[] = [];
    for (let at = 0; at < TIMED; at += 1) single.push(await tiny());
    const between = performance.now();
    for (let at = 0; at < PAIRED; at += 2) await Promise.all([tiny(), tiny()]);
    const gain = (between - started) / TIMED / ((performance.now() - between) / PAIRED);
    return [
      timingFinding(
        single.toSorted((a, b) => a - b),
        gain,
      ),
    ];
  },
};

function timingFinding(sorted: readonly number[], gain: number): Finding {
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  const settings = [...deadlines(p95), ...concurrency(p50, gain)];
  const evidence =
    `p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms of ${sorted.length} one by one; ` +
    `${PAIRED} two at once went ${gain.toFixed(1)} times as fast`;
  const advice = 'See the settings below.';
  return {
    what: 'tiny queries',
    verdict: settings.length > 0 ? 'note' : 'good',
    evidence,
    ...(settings.length > 0 && { advice, settings }),
  };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

function deadlines(p95: number): Advised[] {
  const needed = Math.ceil((p95 * SLOWER) / 1000) * 1000;
  if (needed <= FIRST_BYTE_MS) return [];
  const why = `a tiny query took up to ${Math.round(p95)} ms`;
  return [
    { env: 'PACS_SEARCH_FIRST_BYTE_MS', value: String(needed), why },
    { env: 'PACS_SEARCH_TIMEOUT_MS', value: String(needed * 1.5), why },
  ];
}

function concurrency(p50: number, gain: number): Advised[] {
  if (p50 < TELLING_MS || gain >= PARALLEL_GAIN) return [];
  const why = 'it answers one call at a time; the second place is for small calls';
  return [{ env: 'PACS_CONCURRENCY', value: '2', why }];
}
