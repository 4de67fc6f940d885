import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../until';
import { held, holding, startFakeArchive, type FakeArchive, type Script } from './fakeArchive';
import { codesOf, startGateway, studyOf, uidsOf, type Running } from './running';

/* Many callers, callers who leave, and what is asked of the archive on their behalf. */

const STUDIES = Array.from({ length: 12 }, (_, index) =>
  held(`1.${index + 1}`, { PatientID: `P${index}` }),
);
const HONEST = holding(STUDIES);

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(HONEST);
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  running = await startGateway(archive.url, { PACS_DIALECT: 'generic', ...env });
}

function slow(milliseconds: number, script: Script = HONEST): Script {
  return async (seen, response) => {
    await pause(milliseconds);
    return response.destroyed ? undefined : script(seen, response);
  };
}

const search = (index: number) => running.get(`ImagingStudy?subject.identifier=P${index}`);

describe('how much the archive bears', () => {
  test.each([1, 3])('no more than PACS_CONCURRENCY=%i calls are under way', async (concurrency) => {
    await start({ PACS_CONCURRENCY: String(concurrency), PACS_QUEUE: '1000' });
    archive.script = slow(5);
    const all = [...STUDIES.map((_, index) => search(index)), running.get('ImagingStudy')];
    const answers = await Promise.all(all);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(archive.load.most).toBe(concurrency);
  });

  test('callers beyond the queue are told to come back, and all is well afterwards', async () => {
    await start({ PACS_CONCURRENCY: '1', PACS_QUEUE: '2' });
    await search(0);
    archive.script = slow(50);
    const answers = await Promise.all(STUDIES.slice(1).map((_, index) => search(index + 1)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    for (const got of refused) {
      expect(codesOf(got)).toEqual(['pacs-busy']);
      expect(got.headers.get('Retry-After')).toMatch(/^\d+$/);
    }
    archive.script = HONEST;
    for (const index of STUDIES.keys()) expect((await search(index)).status).toBe(200);
  });

  test('callers whose turn does not come in time are told to come back, and cost the archive nothing', async () => {
    await start({ PACS_CONCURRENCY: '1', PACS_QUEUE_MS: '100', PACS_IDLE_TIMEOUT_MS: '5000' });
    await search(0);
    archive.script = slow(600);
    const first = search(1);
    await until(() => archive.load.live === 1);
    const started = performance.now();
    const late = await search(2);
    expect([late.status, codesOf(late)]).toEqual([503, ['pacs-busy']]);
    expect(late.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(performance.now() - started).toBeLessThan(550);
    expect((await first).status).toBe(200);
    expect(archive.seen.filter(({ rawQuery }) => rawQuery.includes('PatientID=P2'))).toEqual([]);
    archive.script = HONEST;
    expect((await search(2)).status).toBe(200);
  });

  test('one page with more calls than the queue holds is no reason to refuse it', async () => {
    await start({ PACS_CONCURRENCY: '2', PACS_QUEUE: '3' });
    expect(uidsOf(await running.get('ImagingStudy'))).toHaveLength(12);
  });
});

describe('callers who leave', () => {
  test('are let go; their call is counted until its deadline, and others are served', async () => {
    await start({ PACS_CONCURRENCY: '1', PACS_SEARCH_FIRST_BYTE_MS: '600' });
    await search(0);
    archive.script = () => undefined;
    const controller = new AbortController();
    const leaving = running.get('ImagingStudy?accession=A', { signal: controller.signal });
    await until(() => archive.load.live === 1);
    controller.abort();
    await expect(leaving).rejects.toThrow();
    await pause(100);
    expect(archive.load.live).toBe(1);
    await until(() => archive.load.live === 0, 1000);
    expect(archive.load.left).toBe(1);
    archive.script = HONEST;
    expect((await search(1)).status).toBe(200);
  });

  test('while they wait in the queue do not hold up those behind them', async () => {
    await start({ PACS_CONCURRENCY: '1', PACS_QUEUE: '50' });
    await search(0);
    archive.script = slow(100);
    const first = search(1);
    await until(() => archive.load.live === 1);
    const controllers = STUDIES.map(() => new AbortController());
    const leaving = controllers.map(({ signal }, index) =>
      running.get(`ImagingStudy?accession=${index}`, { signal }).catch(() => undefined),
    );
    const staying = [search(2), search(3)];
    await pause(30);
    for (const controller of controllers) controller.abort();
    await Promise.all(leaving);
    archive.script = HONEST;
    const answers = await Promise.all([first, ...staying, search(4)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('do not fail those who asked the same', async () => {
    await start();
    await search(0);
    archive.script = slow(80);
    const controller = new AbortController();
    const leaving = running.get('ImagingStudy', { signal: controller.signal });
    await until(() => archive.load.live > 0);
    const staying = running.get('ImagingStudy');
    await pause(20);
    controller.abort();
    await expect(leaving).rejects.toThrow();
    expect(uidsOf(await staying)).toHaveLength(12);
  });
});

describe('what is remembered', () => {
  test('equal searches at the same time are one', async () => {
    await start();
    await search(0);
    const before = archive.seen.length;
    archive.script = slow(20);
    const answers = await Promise.all(Array.from({ length: 8 }, () => search(1)));
    expect(new Set(answers.map(({ text }) => uidOf(text))).size).toBe(1);
    const targets = archive.seen.slice(before).map(({ path, rawQuery }) => path + rawQuery);
    expect(new Set(targets).size).toBe(targets.length);
  });

  test('a second search asks for no instances', async () => {
    await start({ CACHE_STUDY_ROWS_MS: '1' });
    await running.get('ImagingStudy');
    const before = archive.count(/instances/);
    await pause(5);
    expect(uidsOf(await running.get('ImagingStudy'))).toHaveLength(12);
    expect(archive.count(/instances/)).toBe(before);
  });

  test('a study that grew is read again, and no other', async () => {
    await start({ CACHE_STUDY_ROWS_MS: '1' });
    const studies = [...STUDIES];
    archive.script = holding(studies);
    await running.get('ImagingStudy');
    const before = archive.count(/instances/);
    studies[0] = held('1.1', { PatientID: 'P0' }, 5);
    await pause(5);
    expect(studyOf(await search(0)).series[0]?.instance).toHaveLength(5);
    await running.get('ImagingStudy');
    expect(archive.count(/instances/)).toBe(before + 1);
  });

  test('with a cache of no bytes every search asks', async () => {
    await start({ CACHE_MAX_BYTES: '0' });
    await search(0);
    const before = archive.seen.length;
    await search(0);
    expect(archive.seen.length).toBeGreaterThan(before);
  });

  test('a study that has gone is gone when its rows are too old to be believed', async () => {
    await start({ CACHE_STUDY_ROWS_MS: '1' });
    expect((await running.get('ImagingStudy/1.1')).status).toBe(200);
    archive.script = holding(STUDIES.slice(1));
    await pause(5);
    expect((await running.get('ImagingStudy/1.1')).status).toBe(404);
  });

  test('what the archive is is asked again after a failure, and once it answered never', async () => {
    archive.script = () => ({ status: 500 });
    await start({ PACS_DIALECT: '' });
    expect((await search(0)).status).toBe(502);
    archive.script = HONEST;
    expect((await search(0)).status).toBe(200);
    const probes = archive.count(/^\/system$/);
    await search(1);
    expect(archive.count(/^\/system$/)).toBe(probes);
  });
});

function uidOf(text: string): string | undefined {
  return /urn:oid:[\d.]+/.exec(text)?.[0];
}

describe('credentials', () => {
  const CLIENT = { headers: { Authorization: 'Bearer of-the-client', Cookie: 'a=b' } };

  test.each([
    [{ PACS_USERNAME: 'gate', PACS_PASSWORD: 'way:1' }, 'Basic Z2F0ZTp3YXk6MQ=='],
    [{ PACS_TOKEN: 'of-the-gateway' }, 'Bearer of-the-gateway'],
    [{}, undefined],
  ])('%j: the archive gets the gateway’s own and nothing of the client’s', async (env, wanted) => {
    await start(env);
    const got = await running.get('ImagingStudy', {
      headers: { ...CLIENT.headers, 'X-Forwarded-Host': 'evil.test', Forwarded: 'host=evil.test' },
    });
    for (const { headers } of archive.seen) {
      expect(headers.authorization).toBe(wanted);
      expect(JSON.stringify(headers)).not.toMatch(/of-the-client|evil|a=b/);
      expect(headers.accept).toMatch(/^application\/dicom\+json|^\*\/\*$/);
    }
    expect(got.text).not.toMatch(/evil\.test/);
  });
});

describe('the log', () => {
  test('never holds a name, an identifier or a birth date, whatever happens', async () => {
    const secret = {
      PatientID: 'SECRET-ID-77',
      PatientName: 'Geheim^Gerda',
      PatientBirthDate: '19510203',
      AccessionNumber: 'SECRET-ACC',
      StudyDescription: 'Geheim description',
    };
    archive.script = holding([held('1.2.840.99', secret)]);
    await start();
    const queries = [
      'ImagingStudy?subject.identifier=SECRET-ID-77&subject.name=Geheim',
      'ImagingStudy?subject=.SECRET-2dID-2d77&_include=ImagingStudy.subject',
      'ImagingStudy?accession=SECRET-ACC*',
      'ImagingStudy?SECRET-ID-77=Gerda',
      'ImagingStudy?subject.birthdate=1951-02-03',
      'ImagingStudy/SECRET-ID-77/../Geheim',
      'ImagingStudy/1.2.840.99',
      'Patient/.SECRET-2dID-2d77',
      'Patient/.SECRET-2dID-2d77/ImagingStudy',
      'Patient?name=Gerda',
      'Nothing/SECRET-ID-77',
    ];
    for (const query of queries) await running.get(query);
    for (const status of [500, 401, 302]) {
      archive.script = () => ({
        status,
        body: 'Geheim^Gerda SECRET-ID-77',
        headers: { Location: '/SECRET-ID-77' },
      });
      await running.get(`ImagingStudy?subject.identifier=SECRET-ID-77&_count=${status}`);
    }
    archive.script = () => {
      throw new Error('Geheim');
    };
    expect(running.log.length).toBeGreaterThan(queries.length);
    const all = running.log.join('');
    expect(all).not.toMatch(/SECRET|Geheim|Gerda|19510203|1951-02-03|1\.2\.840\.99/);
  });
});
