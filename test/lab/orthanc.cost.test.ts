import { startGateway } from '../gateway/running';
import { lab, tellsSequences } from './support/archive';
import { entriesOf, get, type Json } from './support/fhir';
import { isQido, startProxy } from './support/proxy';
import { seriesOf } from './support/resources';

/** Instances that one QIDO-RS call brings, about. */
const CHUNK = 600;

function isStudy(resource: Json): boolean {
  return resource.resourceType === 'ImagingStudy';
}

/** Instances that one call of Orthanc's own API brings, about. */
const OWN_CHUNK = 5000;

/** Asks for a page of 50 studies, and gives what it cost. */
async function askPage(env: Readonly<Record<string, string>>) {
  const proxy = await startProxy(lab().orthanc);
  const gateway = await startGateway(`${proxy.url}/dicom-web`, env);
  await gateway.gateway.probe();
  proxy.takeCalls();
  const { json } = await get(`${gateway.fhir}/ImagingStudy?_count=50`);
  const calls = proxy.takeCalls();
  await gateway.close();
  await proxy.close();
  const studies = entriesOf(json)
    .map(({ resource }) => resource)
    .filter(isStudy)
    .map(seriesOf);
  const series = studies.flat();
  const instances = series.reduce((sum, each) => sum + each.instances.length, 0);
  const searches = calls.filter(isQido).length;
  process.stdout.write(
    `${series.length} series, ${instances} instances: ${searches} searches of ${calls.length} calls\n`,
  );
  return { studies, series, instances, searches, calls };
}

describe('what 50 studies with series and instances cost an Orthanc', () => {
  test('by QIDO-RS: one study search, and one instance search for every 600 instances', async () => {
    const { studies, instances, calls } = await askPage({ PACS_ROWS: 'qido' });
    expect(studies).toHaveLength(50);
    const below = calls.filter((call) => isQido(call) && call.includes('/instances?'));
    expect(below.length).toBeGreaterThan(0);
    expect(below.length).toBeLessThanOrEqual(Math.ceil(instances / CHUNK));
    const above = calls.filter((call) => isQido(call) && call.includes('/studies?'));
    const again = above.filter((call) => call.includes('StudyInstanceUID='));
    expect(above.length - again.length).toBe(1);
    // One study's files name no patient, so that the archive is asked who else has its UID.
    expect(again.length).toBeLessThanOrEqual(1);
  }, 120_000);

  test('by its own API: one study search, and no more than a list of files for each series', async () => {
    const { studies, series, instances, searches, calls } = await askPage(
      (await tellsSequences()) ? { PACS_ROWS: 'files' } : {},
    );
    expect(studies).toHaveLength(50);
    expect(searches).toBe(1);
    const lists = calls.filter((call) => /\/(instances-tags|tags)\?/.test(call));
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.length).toBeLessThanOrEqual(series.length);
    // One for the rows of the search, and one for each chunk's studies, with all series and all instances below.
    const others = calls.length - searches - lists.length;
    expect(others).toBeLessThanOrEqual(1 + 3 * Math.ceil(instances / OWN_CHUNK));
    expect(calls.filter((call) => call.includes('/metadata'))).toEqual([]);
  }, 120_000);
});
