import { request as send, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { METRICS } from '../../src/observe/metrics/table';
import { startDemoArchive } from '../../src/demo/archive';
import { demoStudies } from '../../src/demo/studies';
import { held, holding, json, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { codesOf, type Running } from '../gateway/running';
import { ask, BEARER, metricsOf, readSeries, startWatched, TOKEN, untilSeries } from './reading';

/* GET /metrics: who may read it, that it counts what happens, and that neither clients nor patients get into it. */

const IN_FLIGHT = 'gateway_archive_in_flight{kind="search"}';

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(holding([held('1.2.3'), held('1.2.4', { PatientID: 'P2' })]));
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

/** Has the archive answer nobody until what is returned is called. */
function holdAnswers(): () => void {
  let answerAll: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (answerAll = resolve));
  archive.script = async () => {
    await slow;
    return json([]);
  };
  return () => answerAll();
}

const start = async (env: Readonly<Record<string, string>> = {}) => {
  running = await startWatched(archive.url, env);
};

describe('who may read it', () => {
  beforeEach(() => start());

  test('the token opens it, in the text format of Prometheus and never kept', async () => {
    const { status, headers, text } = await ask(running, '/metrics');
    expect([status, headers.get('Content-Type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(text).toMatch(/^# TYPE gateway_requests_total counter$/m);
  });

  test.each(['/metrics', '/status'])('%s is closed without it, and asks nothing', async (path) => {
    for (const authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`]) {
      const answer = await ask(running, path, { headers: { authorization } });
      expect([answer.status, codesOf(answer)]).toEqual([401, ['unauthenticated']]);
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="operations"');
    }
    expect(archive.seen).toEqual([]);
    expect(running.log.join('')).not.toContain(TOKEN);
  });

  test.each(['/metrics', '/status'])('%s takes GET and HEAD only', async (path) => {
    const post = await ask(running, path, { method: 'POST', headers: BEARER });
    expect([post.status, post.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    expect((await ask(running, path, { method: 'HEAD', headers: BEARER })).status).toBe(200);
  });

  test.each(['/metrics', '/status'])('without METRICS_TOKEN there is no %s', async (path) => {
    await running.close();
    await start({ METRICS_TOKEN: '' });
    expect((await ask(running, path)).status).toBe(404);
  });
});

describe('what is counted', () => {
  test('requests by route, method, status and release, their time and their bytes', async () => {
    await start();
    await running.get('ImagingStudy');
    await running.get(`${running.url}/fhir/r4/ImagingStudy/none`);
    await running.get(`${running.url}/fhir/Patient`, {
      headers: { accept: 'application/fhir+json; fhirVersion=5.0' },
    });
    const sent = await running.get(`${running.url}/dicom-web/studies`);
    const labels = 'route="/studies",method="GET",status="200",release="none"';
    const series = await untilSeries(running, `gateway_requests_total{${labels}}`, 1);
    const count = (told: string) => series.get(`gateway_requests_total{${told}}`);
    expect(count('route="/ImagingStudy",method="GET",status="200",release="dstu1"')).toBe(1);
    expect(count('route="/ImagingStudy/:id",method="GET",status="404",release="r4"')).toBe(1);
    expect(count('route="/Patient",method="GET",status="200",release="r5"')).toBe(1);
    expect(count(labels)).toBe(1);
    const time = 'gateway_request_duration_seconds';
    const of = 'route="/ImagingStudy/:id",release="r4",outcome="refused"';
    expect(series.get(`${time}_count{${of}}`)).toBe(1);
    expect(series.get(`${time}_bucket{${of},le="+Inf"}`)).toBe(1);
    expect(series.get(`${time}_sum{${of}}`)).toBeGreaterThan(0);
    const bytes = series.get('gateway_sent_bytes_total{area="dicom-web"}') ?? 0;
    expect(bytes).toBeGreaterThan(sent.text.length);
    expect(bytes).toBeLessThan(sent.text.length + 3000);
    expect(series.get('gateway_problems_total{code="not-found"}')).toBe(1);
  });

  test('calls to the archive by operation and outcome, once each, and its bounds', async () => {
    await start({ PACS_CONCURRENCY: '3' });
    await running.get('ImagingStudy');
    archive.script = () => ({ status: 500 });
    await running.get('ImagingStudy?subject.identifier=P9');
    const ok = 'operation="qido",outcome="ok"';
    const calls = 'gateway_archive_call_duration_seconds_count';
    const failed = 'operation="qido",outcome="pacs-error"';
    const series = await untilSeries(running, `${calls}{${failed}}`, 1);
    const wellSeen = archive.seen.filter(({ path }) => /^\/(studies|instances)/.test(path)).length;
    // The failed one was made again, which is one call of the gateway's and two of the archive's.
    expect((series.get(`${calls}{${ok}}`) ?? 0) + 2).toBe(wellSeen);
    expect(series.get(`${calls}{${failed}}`)).toBe(1);
    expect(series.get('gateway_archive_retries_total')).toBe(1);
    expect(series.get('gateway_archive_up')).toBe(1);
    expect(series.get('gateway_archive_bound{kind="search"}')).toBe(3);
    expect(series.get('gateway_archive_in_flight{kind="search"}')).toBe(0);
    expect(series.get('gateway_archive_breaker_state{state="closed"}')).toBe(1);
  });

  test('what is under way and what waits while the archive is slow', async () => {
    await start({ PACS_CONCURRENCY: '2' });
    await running.get('ImagingStudy');
    const answerAll = holdAnswers();
    const asked = ['P5', 'P6', 'P7', 'P8', 'P9'].map((id) =>
      running.get(`ImagingStudy?subject.identifier=${id}`),
    );
    const busy = await untilSeries(running, 'gateway_archive_waiting{lane="small"}', 3);
    expect(busy.get('gateway_archive_waiting{lane="small"}')).toBe(3);
    expect(busy.get('gateway_archive_in_flight{kind="search"}')).toBe(2);
    answerAll();
    await Promise.all(asked);
    const idle = await metricsOf(running);
    expect(idle.get('gateway_archive_waiting{lane="small"}')).toBe(0);
    expect(idle.get('gateway_archive_in_flight{kind="search"}')).toBe(0);
  });

  test('transfers under way, until their last byte or until the client leaves', async () => {
    await start({ PACS_STREAMS: '1', PACS_STREAM_QUEUE: '1' });
    const open: ServerResponse[] = [];
    const honest = holding([held('1.2.3')]);
    archive.script = (seen, response) => {
      if (!seen.path.endsWith('/rendered')) return honest(seen, response);
      response.writeHead(200, { 'Content-Type': 'image/jpeg' });
      response.write('the first bytes, and then');
      open.push(response);
      return undefined;
    };
    const leaving = new AbortController();
    const render = (signal: AbortSignal) =>
      fetch(`${running.url}/dicom-web/studies/1.2.3/rendered`, {
        headers: { accept: 'image/jpeg' },
        signal,
      }).then((response) => response.text());
    const transfer = 'gateway_archive_in_flight{kind="transfer"}';
    const waiting = 'gateway_archive_waiting{lane="transfer"}';
    const first = render(leaving.signal).catch(() => 'left');
    expect((await untilSeries(running, transfer, 1)).get(transfer)).toBe(1);
    const second = render(new AbortController().signal);
    expect((await untilSeries(running, waiting, 1)).get(waiting)).toBe(1);
    const third = await ask(running, '/dicom-web/studies/1.2.3/rendered', {
      headers: { accept: 'image/jpeg' },
    });
    expect([third.status, codesOf(third)]).toEqual([503, ['pacs-busy']]);
    expect((await metricsOf(running)).get(waiting)).toBe(1);
    leaving.abort();
    expect(await first).toBe('left');
    expect((await untilSeries(running, waiting, 0)).get(waiting)).toBe(0);
    for (let tries = 0; open.length < 2 && tries < 100; tries++) await pause(20);
    expect((await metricsOf(running)).get(transfer)).toBe(1);
    open[1]?.end(' the last');
    expect(await second).toBe('the first bytes, and then the last');
    const ended = await untilSeries(running, transfer, 0);
    expect([ended.get(transfer), ended.get(waiting)]).toEqual([0, 0]);
    expect(ended.get('gateway_archive_wait_seconds_count{lane="transfer"}')).toBe(2);
  });

  test('a queue that is full, and callers who leave it, leave no one waiting', async () => {
    await start({ PACS_CONCURRENCY: '1', PACS_QUEUE: '2' });
    await running.get('ImagingStudy');
    const answerAll = holdAnswers();
    const leaving = new AbortController();
    const asked = ['P5', 'P6', 'P7', 'P8'].map((id) =>
      running
        .get(`ImagingStudy?subject.identifier=${id}`, { signal: leaving.signal })
        .then(({ status }) => status)
        .catch(() => 'left' as const),
    );
    const small = 'gateway_archive_waiting{lane="small"}';
    const refused = 'gateway_problems_total{code="pacs-busy"}';
    expect((await untilSeries(running, refused, 1)).get(small)).toBe(2);
    leaving.abort();
    expect((await Promise.all(asked)).sort()).toEqual([503, 'left', 'left', 'left']);
    answerAll();
    const idle = await untilSeries(running, small, 0);
    expect(idle.get(small)).toBe(0);
    expect((await untilSeries(running, IN_FLIGHT, 0)).get(IN_FLIGHT)).toBe(0);
  });

  test('a breaker that opens, and an archive that is gone', async () => {
    await start({ PACS_BREAKER_CONSECUTIVE: '2', PACS_RETRIES: '0' });
    await archive.close();
    for (const id of ['1', '2', '3']) await running.get(`ImagingStudy?subject.identifier=${id}`);
    const code = 'gateway_problems_total{code="pacs-breaker-open"}';
    const series = await untilSeries(running, code, 1);
    expect(series.get(code)).toBe(1);
    expect(series.get('gateway_archive_breaker_state{state="open"}')).toBe(1);
    expect(series.get('gateway_archive_breaker_state{state="closed"}')).toBe(0);
    expect(series.get('gateway_archive_up')).toBe(0);
  });

  test('looks into each cache, and what it holds', async () => {
    await start();
    for (const format of ['json', 'json', 'xml']) {
      await running.get(`${running.url}/fhir/r4/ImagingStudy?_format=${format}`);
    }
    const series = await metricsOf(running);
    const looks = (level: string, outcome: string) =>
      series.get(`gateway_cache_lookups_total{level="${level}",outcome="${outcome}"}`);
    expect([looks('answers', 'miss'), looks('answers', 'hit')]).toEqual([2, 1]);
    expect([looks('studies', 'miss'), looks('studies', 'hit')]).toEqual([1, 1]);
    expect([looks('details', 'miss'), looks('details', 'hit')]).toEqual([2, 2]);
    expect(series.get('gateway_cache_entries{level="answers"}')).toBe(2);
    expect(series.get('gateway_cache_entries{level="details"}')).toBe(2);
    expect(series.get('gateway_cache_bytes{level="studies"}')).toBeGreaterThan(100);
  });

  test('entries that went to make room for others', async () => {
    await start({ CACHE_ANSWER_BYTES: '20000' });
    for (let id = 0; id < 30; id++) await running.get(`ImagingStudy?subject.identifier=P${id}`);
    const series = await metricsOf(running);
    expect(series.get('gateway_cache_evictions_total{level="answers"}')).toBeGreaterThan(0);
    expect(series.get('gateway_cache_bytes{level="answers"}')).toBeLessThanOrEqual(20000);
    expect(series.get('gateway_cache_evictions_total{level="studies"}')).toBe(0);
  });

  test.each(['ImagingStudy?subject.identifier=P1', 'dicom-web'])(
    'rows of an archive that ignores the patient it was asked for (%s)',
    async (way) => {
      archive.script = holding([held('1.2.3'), held('1.2.4', { PatientID: 'P2' })], {
        ignoresKeys: true,
      });
      await start();
      const target = way === 'dicom-web' ? `${running.url}/dicom-web/studies?PatientID=P1` : way;
      const { status, text } = await running.get(target);
      expect([status, text.includes('1.2.4')]).toEqual([200, false]);
      const series = await metricsOf(running);
      const key = (name: string) => series.get(`gateway_filter_violations_total{key="${name}"}`);
      expect([key('PatientID'), key('AccessionNumber')]).toEqual([1, 0]);
    },
  );

  test('an honest archive violates nothing, whatever it is asked', async () => {
    await start();
    for (const query of ['', '?subject.identifier=p1', '?accession=none', '?uid=1.2.3']) {
      await running.get(`ImagingStudy${query}`);
    }
    await running.get(`${running.url}/dicom-web/studies?PatientID=P*&StudyDate=20200101-`);
    const series = await metricsOf(running);
    const told = [...series].filter(([name]) => /violations|dropped/.test(name));
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter(([, value]) => value > 0)).toEqual([]);
  });

  test('rows that are left out, by reason', async () => {
    const nameless = held('1.2.9', { StudyInstanceUID: undefined }).study;
    const same = held('1.2.5');
    archive.script = (seen, response) =>
      seen.path === '/studies'
        ? json([same.study, same.study, nameless])
        : holding([same])(seen, response);
    await start();
    await running.get('ImagingStudy');
    const series = await metricsOf(running);
    const dropped = (reason: string) =>
      series.get(`gateway_rows_dropped_total{reason="${reason}"}`);
    expect([dropped('nameless'), dropped('repeated')]).toEqual([1, 1]);
  });

  test('rows of another patient who has the same Study Instance UID', async () => {
    archive.script = holding([held('1.2.5'), held('1.2.5', { PatientID: 'P2' }, 3)]);
    await start();
    const { text } = await running.get('ImagingStudy?subject.identifier=P1');
    expect(text).toContain('"numberOfInstances":2');
    const dropped = 'gateway_rows_dropped_total{reason="other-patient"}';
    expect((await metricsOf(running)).get(dropped)).toBeGreaterThan(0);
  });

  test('answers that are old because the archive fails', async () => {
    await start({ STALE_IF_ERROR_MS: '60000', CACHE_STUDY_ROWS_MS: '1' });
    await running.get('ImagingStudy');
    await pause(20);
    archive.script = () => ({ status: 500 });
    const { headers } = await running.get('ImagingStudy');
    expect(headers.get('Warning')).toMatch(/^110 /);
    expect((await metricsOf(running)).get('gateway_stale_answers_total')).toBe(1);
  });

  test('a caller who leaves', async () => {
    await start();
    await running.get('ImagingStudy');
    archive.script = () => new Promise(() => undefined);
    const leaving = new AbortController();
    const asked = running.get('ImagingStudy?subject.identifier=P9', { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 50);
    await expect(asked).rejects.toThrow();
    const left = 'route="/ImagingStudy",method="GET",status="left",release="dstu1"';
    expect(
      (await untilSeries(running, `gateway_requests_total{${left}}`, 1)).has(
        `gateway_requests_total{${left}}`,
      ),
    ).toBe(true);
  });
});

describe('what does not get into it', () => {
  test('hostile requests make no more series than the first of their kind', async () => {
    await start();
    await running.get('ImagingStudy');
    const hostile = async (round: number) => {
      const odd = `${round}-${'x'.repeat(round)}`;
      for (const path of [
        `/${odd}`,
        `/fhir/${odd}/ImagingStudy`,
        `/fhir/r4/${odd}`,
        `/fhir/r4/ImagingStudy/${odd}`,
        `/fhir/r4/Patient/${odd}/ImagingStudy?${odd}=${odd}`,
        `/fhir/ImagingStudy?_format=${odd}`,
        `/fhir/ImagingStudy?uid=${round}.1`,
        `/dicom-web/studies/${round}.2.3/series/${round}`,
        `/dicom-web/studies?${odd}=1`,
        `/dicom-web/~${odd}/studies`,
        `/health/${odd}`,
        `/metrics/${odd}`,
      ]) {
        await ask(running, path, {
          headers: { accept: `application/fhir+json; fhirVersion=${odd}`, 'x-request-id': odd },
        });
      }
      for (const method of ['PROPFIND', 'PURGE', 'M-SEARCH', 'DELETE', 'PUT']) {
        await plainly(running, method, `/fhir/r4/ImagingStudy/${odd}`);
      }
    };
    await hostile(1);
    const first = await settled();
    for (const round of [2, 3, 4, 5, 6]) await hostile(round);
    const last = await settled();
    const names = (of: ReadonlyMap<string, number>) =>
      [...of.keys()].filter((name) => name.startsWith('gateway_')).sort();
    expect(names(last)).toEqual(names(first));
    expect(
      last.get(
        'gateway_requests_total{route="/ImagingStudy/:id",method="other",status="405",release="none"}',
      ),
    ).toBe(30);
  });

  test('no value of any patient or study, whatever was asked', async () => {
    const demo = await startDemoArchive({ host: '127.0.0.1', port: 0 });
    running = await startWatched(demo.url);
    const studies = await running.get('ImagingStudy?_count=100');
    const values = new Set(
      demoStudies().flatMap(({ patient, uid, attributes }) => [
        uid,
        patient.id,
        patient.birthDate ?? '',
        String(attributes.AccessionNumber ?? ''),
        ...patient.name.split(/[=^ ]/),
      ]),
    );
    const telling = [...values].filter((value) => value.length > 3);
    expect(telling.length).toBeGreaterThan(20);
    for (const value of telling.slice(0, 12)) {
      await running.get(`ImagingStudy/${encodeURIComponent(value)}`);
      await running.get(`ImagingStudy?subject.identifier=${encodeURIComponent(value)}`);
      await running.get(`${running.url}/dicom-web/studies/${encodeURIComponent(value)}`);
      await ask(running, `/${encodeURIComponent(value)}`, {
        headers: { 'x-request-id': value.replace(/[^\w.-]/g, ''), traceparent: value.slice(0, 9) },
      }).catch(() => undefined);
    }
    const page = (await ask(running, '/metrics')).text + (await ask(running, '/status')).text;
    expect(studies.text).toContain(telling[0]);
    expect(telling.filter((value) => page.includes(value))).toEqual([]);
    await demo.close();
  });
});

test('the page shows each metric of the table, with its labels and no others', async () => {
  await start({ CHANGES_POLL_MS: '50', CACHE_DETAIL_MS: '6000000' });
  await running.get('ImagingStudy');
  const { text } = await ask(running, '/metrics');
  for (const [name, { type, labels }] of Object.entries(METRICS)) {
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
    const own = [...readSeries(text).keys()].filter(
      (series) => series.replace(/(_bucket|_sum|_count)?(\{.*)?$/, '') === name,
    );
    for (const series of own) {
      const told = Array.from(series.matchAll(/(\w+)="/g), ([, label]) => label);
      expect(told.filter((label) => label !== 'le')).toEqual([...labels]);
    }
  }
});

/** Waits until everything asked so far is counted: this request comes after it. */
async function settled() {
  await pause(200);
  await metricsOf(running);
  return metricsOf(running);
}

/** A request with a method that fetch() does not send. */
function plainly(to: Running, method: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    send(`${to.url}${path}`, { method }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}
