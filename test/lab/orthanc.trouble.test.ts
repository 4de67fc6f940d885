import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import { detailsOf, get, problemCodes, searchAll } from './support/fhir';
import { startOrthanc, type OwnOrthanc } from './support/orthanc';
import { bothForms, faultsOf } from './support/resources';

/** Studies of make-odd.py, those of one UID told apart by patient. */
const HELD = 13;

/** How long the breaker leaves an archive alone that failed. */
const BREAKER_OPEN_MS = 1000;

const odd = () => path.join(lab().dir, 'odd');
const running: (Running | OwnOrthanc)[] = [];

async function orthancWith(extraJson: string): Promise<OwnOrthanc> {
  const orthanc = await startOrthanc([odd()], extraJson);
  running.push(orthanc);
  return orthanc;
}

async function gatewayTo(pacsUrl: string): Promise<Running> {
  const gateway = await startGateway(pacsUrl, {
    CACHE_MAX_BYTES: '0',
    PACS_BREAKER_OPEN_MS: String(BREAKER_OPEN_MS),
  });
  running.push(gateway);
  return gateway;
}

afterAll(async () => {
  for (const each of running.reverse()) await ('close' in each ? each.close() : each.stop());
}, 30_000);

describe('an Orthanc with LimitFindResults', () => {
  let gateway: Running;
  /** Whether an offset reaches what the limit cut off, as in 1.12.7; in 1.10.1 nothing does. */
  let reached: boolean;

  beforeAll(async () => {
    const orthanc = await orthancWith('"LimitFindResults": 5, "LimitFindInstances": 6,');
    const page = await fetch(`${orthanc.url}/dicom-web/studies?limit=1&offset=${HELD - 1}`);
    reached = ((await page.json()) as unknown[]).length > 0;
    gateway = await gatewayTo(`${orthanc.url}/dicom-web`);
  }, 60_000);

  test.each([
    ['of everything', 'ImagingStudy', HELD],
    ['by date', 'ImagingStudy?date=2020-02-29', 12],
    ['by modality', 'ImagingStudy?modality=OT', 12],
    ['by a name', 'ImagingStudy?subject.name=e', 1],
    ['by a name outside Latin-1', `ImagingStudy?subject.name=${encodeURIComponent('ё')}`, 0],
  ])('never gives a cut search %s as whole', async (_, target, matching) => {
    const { totals, warnings, entries } = await searchAll(`${gateway.fhir}/${target}`);
    process.stdout.write(`${target}: ${entries.length} studies, ${warnings.join()}\n`);
    if (reached) {
      expect([entries.length, totals]).toEqual([matching, [matching]]);
      expect(warnings).not.toContain('archive-cut-the-answer');
      return;
    }
    expect(entries.length).toBeLessThan(HELD);
    expect(totals).toEqual([]);
    expect(warnings).toContain('archive-cut-the-answer');
  });

  test('never gives a search as whole that LimitFindInstances cuts', async () => {
    const { totals, entries } = await searchAll(
      `${gateway.fhir}/ImagingStudy?dicom-class=1.2.840.10008.5.1.4.1.1.7`,
    );
    process.stdout.write(`${entries.length} ${totals.join()}\n`);
    expect(entries.length === HELD || totals.length === 0).toBe(true);
  });

  test('answers a search whole that the limit does not touch', async () => {
    const { totals, warnings } = await searchAll(`${gateway.fhir}/ImagingStudy?accession=ODD-7`);
    expect([totals, warnings]).toEqual([[1], []]);
  });
});

describe("Orthanc's REST root as PACS_URL", () => {
  test.each(['ImagingStudy', 'ImagingStudy/1.2.3', 'Patient?identifier=1'])(
    '%s answers 502 and says what to set',
    async (target) => {
      const gateway = await gatewayTo(lab().orthanc);
      const { status, json } = await get(`${gateway.fhir}/${target}`);
      expect([status, problemCodes(json)]).toEqual([502, ['pacs-wrong-root']]);
      expect(detailsOf(json)).toContain('Add /dicom-web');
    },
  );
});

describe('an Orthanc that goes and comes back', () => {
  test('is a 503 outcome while it is gone, and its studies afterwards', async () => {
    const orthanc = await orthancWith('');
    const gateway = await gatewayTo(`${orthanc.url}/dicom-web`);
    const url = `${gateway.fhir}/ImagingStudy?_count=50`;
    const before = await get(url);
    await orthanc.stop();
    const gone = await bothForms(url);
    const answer = await get(url);
    expect([answer.status, problemCodes(answer.json)]).toEqual([503, ['pacs-unreachable']]);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await faultsOf([gone])).toEqual([]);
    await orthanc.start();
    // The breaker leaves it alone for a while; the first search after that is answered.
    await pause(BREAKER_OPEN_MS + 500);
    const after = await get(url);
    expect([before.status, after.status]).toEqual([200, 200]);
    expect([before.json.totalResults, after.json.totalResults]).toEqual([HELD, HELD]);
  }, 90_000);

  test('may be gone before the gateway has ever seen it', async () => {
    const orthanc = await orthancWith('');
    await orthanc.stop();
    const gateway = await gatewayTo(`${orthanc.url}/dicom-web`);
    expect((await get(`${gateway.fhir}/ImagingStudy`)).status).toBe(503);
    await orthanc.start();
    expect((await searchAll(`${gateway.fhir}/ImagingStudy`)).totals).toEqual([HELD]);
  }, 90_000);
});
