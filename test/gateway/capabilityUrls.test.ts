import { setTimeout as pause } from 'node:timers/promises';
import { start, type Running } from '../releases/support';

/* URLs that open one study to one caller, for a while (SMART Imaging Access). */

let running: Running;
afterEach(() => running.close());

const KEY = 'k'.repeat(32);
const OPEN = {
  CAPABILITY_URLS: 'true',
  CAPABILITY_KEYS: KEY,
  CAPABILITY_REQUIRES_TOKEN: 'false',
};

interface Entry {
  readonly resource: {
    readonly resourceType: string;
    readonly id: string;
    readonly endpoint: readonly { readonly reference: string }[];
    readonly contained: readonly { readonly resourceType: string; readonly address?: string }[];
  };
}

/** Two studies of a page and the addresses of their endpoints. */
async function twoStudies(): Promise<[Entry['resource'], string][]> {
  const got = await running.ask('/fhir/r4/ImagingStudy?_count=2&_include=ImagingStudy:endpoint');
  const { entry } = JSON.parse(got.text) as { readonly entry: readonly Entry[] };
  expect(entry.map(({ resource }) => resource.resourceType)).toEqual([
    'ImagingStudy',
    'ImagingStudy',
  ]);
  return entry.map(({ resource }) => {
    const contained = resource.contained.find(({ resourceType }) => resourceType === 'Endpoint');
    return [resource, contained?.address ?? ''];
  });
}

test('stand in a contained Endpoint, open their own study and no other, and nothing without them', async () => {
  running = await start(OPEN);
  const [[first, address], [second, other]] = (await twoStudies()) as [
    [Entry['resource'], string],
    [Entry['resource'], string],
  ];
  expect(first.endpoint).toEqual([{ reference: '#endpoint', display: 'DICOM WADO-RS' }]);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dicom-web\/~[\w-]{60,}$/);
  expect(address).not.toBe(other);
  expect((await running.ask(`${address}/studies/${first.id}`)).status).toBe(200);
  expect((await running.ask(`${other}/studies/${second.id}/metadata`)).status).toBe(200);
  const crossed = await running.ask(`${address}/studies/${second.id}`);
  const nowhere = await running.ask(`${address}/studies/9.9.9`);
  expect([crossed.status, crossed.text]).toEqual([404, nowhere.text]);
  const changed = address.replace(/.(?=.{20}$)/, (digit) => (digit === 'A' ? 'B' : 'A'));
  expect((await running.ask(`${changed}/studies/${first.id}`)).status).toBe(404);
});

test('are the URLs of study, series and instance too, in releases that have no Endpoint', async () => {
  running = await start(OPEN);
  const [[study]] = (await twoStudies()) as [[Entry['resource'], string]];
  const got = await running.ask(`/fhir/dstu1/ImagingStudy/${study.id}`);
  const urls = [...got.text.matchAll(/"url":"([^"]*\/dicom-web\/[^"]*)"/g)].map(
    ([, url = '']) => url,
  );
  expect(urls.length).toBeGreaterThan(2);
  for (const url of urls) {
    expect(url).toContain('/dicom-web/~');
    expect((await running.ask(url)).status).toBe(200);
  }
});

test('lead to nothing when their time is over', async () => {
  running = await start({ ...OPEN, CAPABILITY_TTL_MS: '1000' });
  const [[study, address]] = (await twoStudies()) as [[Entry['resource'], string]];
  await pause(1100);
  expect((await running.ask(`${address}/studies/${study.id}`)).status).toBe(404);
});

test('lead below themselves: metadata links and QIDO-RS show the one study', async () => {
  running = await start(OPEN);
  const [[study, address]] = (await twoStudies()) as [[Entry['resource'], string]];
  const rows = JSON.parse((await running.ask(`${address}/studies`)).text) as object[];
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).toContain(`${address}/studies/${study.id}`);
});
