import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../src/errors';
import { createBreaker } from '../../src/pacs/breaker';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { noticesOf, startGateway, uidsOf, type Running } from '../gateway/running';
import { until } from '../until';

/* The rules under which the archive is called, one by one. */

const HONEST = holding([held('1.2.3')]);

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(HONEST);
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

describe('older answers while the archive fails', () => {
  const start = async (staleIfErrorMs: string) => {
    running = await startGateway(archive.url, {
      PACS_DIALECT: 'generic',
      CACHE_STUDY_ROWS_MS: '1',
      STALE_IF_ERROR_MS: staleIfErrorMs,
    });
    await running.get('ImagingStudy');
    await pause(20);
    archive.script = () => ({ status: 500 });
  };

  test('are given where a setting allows it, and marked', async () => {
    await start('60000');
    const got = await running.get('ImagingStudy');
    expect(uidsOf(got)).toEqual(['1.2.3']);
    expect(noticesOf(got)).toEqual(['stale-answer']);
    expect(got.headers.get('Warning')).toMatch(/^110 /);
    expect(got.headers.get('Age')).toMatch(/^\d+$/);
  });

  test('are fresh again, without a mark, when the archive is well', async () => {
    await start('60000');
    await running.get('ImagingStudy');
    archive.script = holding([held('1.2.3'), held('1.2.4')]);
    const got = await running.get('ImagingStudy');
    expect(uidsOf(got)).toEqual(['1.2.3', '1.2.4']);
    expect([got.headers.get('Warning'), got.headers.get('Age')]).toEqual([null, null]);
  });

  test('are not given by default, nor when they are too old', async () => {
    await start('0');
    expect((await running.get('ImagingStudy')).status).toBe(502);
    await running.close();
    archive.script = HONEST;
    await start('10');
    expect((await running.get('ImagingStudy')).status).toBe(502);
  });

  test('never decide whose a study is: images of it are refused', async () => {
    await start('60000');
    const image = `${running.url}/dicom-web/studies/1.2.3`;
    const got = await running.get(image, { headers: { Accept: 'application/dicom+json' } });
    expect(got.status).toBeGreaterThanOrEqual(400);
  });
});

test('small calls have a place that large ones never take', async () => {
  running = await startGateway(archive.url, {
    PACS_DIALECT: 'generic',
    PACS_CONCURRENCY: '3',
    CACHE_MAX_BYTES: '0',
  });
  const studies = Array.from({ length: 8 }, (_, index) => held(`1.${index + 1}`));
  const honest = holding(studies);
  let live = 0;
  let most = 0;
  archive.script = async (seen, response) => {
    if (!seen.path.endsWith('/instances')) return honest(seen, response);
    live += 1;
    most = Math.max(most, live);
    await pause(150);
    live -= 1;
    return honest(seen, response);
  };
  const page = running.get('ImagingStudy');
  await until(() => live === 2);
  const started = performance.now();
  expect((await running.get('ImagingStudy?_summary=true')).status).toBe(200);
  expect(live).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(600);
  expect(uidsOf(await page)).toHaveLength(8);
  expect(most).toBe(2);
});

describe('the breaker', () => {
  const settings = { consecutive: 100, failures: 10, window: 20, openMs: 60_000 };
  beforeEach(async () => {
    running = await startGateway(archive.url);
  });
  const failing = () => Promise.reject(new Problem('pacs-timeout', 'late'));
  const codeOf = async (call: Promise<unknown>) =>
    call.then(
      () => 'well',
      (error: unknown) => (error instanceof Problem ? error.code : String(error)),
    );

  test.each([
    [9, 'well'],
    [10, 'pacs-breaker-open'],
  ])('after %i failures among twenty calls: %s', async (failures, wanted) => {
    const breaker = createBreaker(settings);
    const well = () =>
      breaker.run(
        () => Promise.resolve(1),
        () => false,
      );
    // The last is a failure: only a failure opens.
    for (let index = 19; index >= 0; index--) {
      const fails = index % 2 === 0 && index / 2 < failures;
      await codeOf(fails ? breaker.run(failing, () => false) : well());
    }
    expect(await codeOf(well())).toBe(wanted);
  });

  test('does not count refusals: what is the matter with a request, or with a credential', async () => {
    const breaker = createBreaker({ ...settings, consecutive: 2 });
    for (const code of ['pacs-credentials-rejected', 'not-found', 'pacs-busy'] as const) {
      for (let index = 0; index < 5; index++) {
        const refused = () => Promise.reject(new Problem(code, 'no'));
        expect(await codeOf(breaker.run(refused, () => false))).toBe(code);
      }
    }
  });
});
