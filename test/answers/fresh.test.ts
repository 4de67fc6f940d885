import { setTimeout as pause } from 'node:timers/promises';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { codesOf, noticesOf, startGateway, studiesOf, type Running } from '../gateway/running';

/* How old an answer may be, and which answers are never sent twice. */

const BELIEVED_MS = 400;
jest.setTimeout(20_000);
const HONEST = holding([held('1.2.1'), held('1.2.2')]);

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
  running = await startGateway(archive.url, { CACHE_STUDY_ROWS_MS: String(BELIEVED_MS), ...env });
}

/** Whether an answer was sent as it was made before. */
const isHit = (headers: Headers) =>
  (headers.get('Server-Timing') ?? '').includes('cache;desc="1 hits, 0 misses');

const studyCalls = () => archive.count(/^\/studies$/);

/** An archive that says at each question when it was asked. */
function tellTheTime(delayMs: number): void {
  archive.script = async (seen, response) => {
    const asked = String(performance.now());
    if (seen.path === '/studies') await pause(delayMs);
    return holding([held('1.2.1', { StudyDescription: asked })])(seen, response);
  };
}

/** When the archive told what an answer says. */
async function toldAt(release: string): Promise<number> {
  const url = `${running.url}/fhir/${release}/ImagingStudy?_format=json`;
  const { status, text } = await running.get(url);
  const [, asked] = /"description":"([\d.]+)"/.exec(text) ?? [];
  if (status !== 200 || asked === undefined) throw new Error(text);
  return Number(asked);
}

describe('an answer', () => {
  test('is made once: the second is sent out of memory, byte for byte', async () => {
    await start();
    const first = await running.get('ImagingStudy');
    const calls = archive.seen.length;
    const second = await running.get('ImagingStudy');
    expect([isHit(first.headers), isHit(second.headers)]).toEqual([false, true]);
    expect(second.text).toBe(first.text);
    expect(archive.seen).toHaveLength(calls);
  });

  test('made late of rows that were read before is no older for it', async () => {
    tellTheTime(100);
    await start();
    await toldAt('r4');
    await pause(BELIEVED_MS / 2);
    for (let at = 0; at < 15; at += 1) {
      const sent = performance.now();
      const told = await toldAt(at % 2 === 0 ? 'r5' : 'stu3');
      expect(sent - told).toBeLessThanOrEqual(BELIEVED_MS);
      await pause(30);
    }
  });

  test('is sent as long as it is believed, and then made again', async () => {
    await start();
    await running.get('ImagingStudy');
    const calls = studyCalls();
    await running.get('ImagingStudy');
    expect(studyCalls()).toBe(calls);
    await pause(BELIEVED_MS + 20);
    expect(isHit((await running.get('ImagingStudy')).headers)).toBe(false);
    expect(studyCalls()).toBeGreaterThan(calls);
  });

  test('to equal questions at the same time is one, and all get it', async () => {
    tellTheTime(50);
    await start();
    const asked = Array.from({ length: 8 }, () => running.get('ImagingStudy'));
    const got = await Promise.all(asked);
    expect(new Set(got.map(({ text }) => text)).size).toBe(1);
    const joined = got.filter(({ headers }) =>
      (headers.get('Server-Timing') ?? '').includes(' 1 joined'),
    );
    expect(joined).toHaveLength(7);
  });
});

describe('nothing is sent again', () => {
  const HEADER = { headers: { Prefer: 'handling=lenient' } };

  test.each<[string, string, string, Readonly<Record<string, string>>?]>([
    ['of a search for changes', 'ImagingStudy?_lastUpdated=ge2020-01-01', 'r4'],
    ['of an explained search', 'ImagingStudy/$explain', 'r4'],
    ['where CACHE_ANSWER_BYTES is 0', 'ImagingStudy', 'r4', { CACHE_ANSWER_BYTES: '0' }],
    ['where CACHE_MAX_BYTES is 0', 'ImagingStudy', 'r4', { CACHE_MAX_BYTES: '0' }],
  ])('%s', async (_what, path, release, env = {}) => {
    await start(env);
    const url = `${running.url}/fhir/${release}/${path}`;
    for (let at = 0; at < 3; at += 1) {
      const { status, headers } = await running.get(url, HEADER);
      expect([status, isHit(headers)]).toEqual([200, false]);
    }
  });

  test('of a failure: the archive is asked as soon as it is back', async () => {
    await start({ PACS_DIALECT: 'generic' });
    archive.script = () => ({ status: 500 });
    const failed = await running.get('ImagingStudy');
    expect(failed.status).toBeGreaterThanOrEqual(502);
    expect(codesOf(failed)).toHaveLength(1);
    archive.script = HONEST;
    // As long as a breaker is open it says so; what counts is that nothing was kept.
    await until200();
    expect(studiesOf(await running.get('ImagingStudy'))).toHaveLength(2);
  });

  test('of a study that came incomplete', async () => {
    const short = held('1.2.1', { NumberOfStudyRelatedInstances: 5 }, 2);
    archive.script = holding([short]);
    await start();
    const first = await running.get('ImagingStudy');
    expect(studiesOf(first)).toHaveLength(1);
    const calls = archive.count(/instances/);
    const second = await running.get('ImagingStudy');
    expect(isHit(second.headers)).toBe(false);
    expect(archive.count(/instances/)).toBeGreaterThan(calls);
  });

  test('of an answer that the archive cut', async () => {
    const many = Array.from({ length: 6 }, (_, at) => held(`1.2.${at + 1}`));
    archive.script = holding(many, { cap: 3, warns: true, ignoresOffset: true });
    await start({ PACS_DIALECT: 'dcm4chee' });
    for (let at = 0; at < 2; at += 1) {
      const got = await running.get('ImagingStudy');
      expect(noticesOf(got).length).toBeGreaterThan(0);
      expect(isHit(got.headers)).toBe(false);
    }
  });

  async function until200(): Promise<void> {
    for (let at = 0; at < 100; at += 1) {
      if ((await running.get('ImagingStudy')).status === 200) return;
      await pause(100);
    }
    throw new Error('the archive is back, and the gateway does not ask it');
  }
});
