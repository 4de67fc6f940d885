import { startDemo, type Demo } from './demo';

/* A summary asks the archive for no more than it shows. */

interface Resource {
  readonly resourceType: string;
  readonly series?: readonly Readonly<Record<string, unknown>>[];
}

let running: Demo;

beforeEach(async () => {
  running = await startDemo();
});

afterEach(() => running.close());

async function studiesOf(release: string, query: string): Promise<Resource[]> {
  const got = await running.get(`${running.url}/fhir/${release}/ImagingStudy?_count=100&${query}`);
  const { entry } = JSON.parse(got.text) as { entry: { resource: Resource }[] };
  return entry
    .map(({ resource }) => resource)
    .filter((each) => each.resourceType === 'ImagingStudy');
}

/** Calls to the archive while something is done, once it knows what the archive is. */
async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  await running.get(`${running.url}/fhir/r4/ImagingStudy?_id=1.2.3&_summary=count`);
  const before = running.archive.requests.length;
  await work();
  return running.archive.requests.slice(before).map((request) => request.split('?')[0] ?? '');
}

/** What the summary of a whole resource is in releases that have no instance in it. */
function summarised(whole: Resource): object {
  const series = whole.series?.map((each) => ({ ...each, instance: undefined }));
  return JSON.parse(
    JSON.stringify({ ...whole, series, text: undefined, meta: undefined }),
  ) as object;
}

describe.each(['stu3', 'r4', 'r4b', 'r5', 'r6'])('a summary of studies in %s', (release) => {
  test('shows what the whole resources show above their instances', async () => {
    const summaries = await studiesOf(release, '_summary=true');
    const whole = await studiesOf(release, '_summary=false');
    expect(whole.length).toBeGreaterThan(10);
    expect(summaries.map((each) => ({ ...each, meta: undefined }))).toEqual(whole.map(summarised));
  });

  test('asks for series, and for no instance', async () => {
    let count = 0;
    const calls = await callsOf(async () => {
      count = (await studiesOf(release, '_summary=true')).length;
    });
    const series = calls.filter((call) => /^GET \/dicom-web\/studies\/[^/]+\/series$/.test(call));
    expect(series).toHaveLength(count);
    expect(calls.filter((call) => !series.includes(call))).toEqual(
      calls.filter((call) => call === 'GET /dicom-web/studies'),
    );
  });
});

test('elements that study rows tell of ask for study rows alone', async () => {
  const calls = await callsOf(() => studiesOf('r4', '_elements=started,modality,subject'));
  expect(new Set(calls)).toEqual(new Set(['GET /dicom-web/studies']));
});

test('a summary in DSTU2, which has instances in it, asks for instances', async () => {
  const calls = await callsOf(() => studiesOf('dstu2', '_summary=true'));
  expect(calls.filter((call) => call.endsWith('/instances')).length).toBeGreaterThan(10);
});

test('a summary of what is known with its instances asks for study rows at most', async () => {
  await studiesOf('r4', '_summary=false');
  const calls = await callsOf(() => studiesOf('r4', '_summary=true'));
  expect(calls.filter((call) => call !== 'GET /dicom-web/studies')).toEqual([]);
});

test('a summary of a study that is asked for by an instance looks at instances', async () => {
  const [first] = await studiesOf('r4', '_summary=false');
  const instance = first?.series?.[0]?.instance as readonly { readonly uid: string }[];
  const uid = instance[0]?.uid ?? '';
  const found = await studiesOf('r4', `_summary=true&instance=${uid}`);
  expect(found.map(({ resourceType }) => resourceType)).toEqual(['ImagingStudy']);
});
