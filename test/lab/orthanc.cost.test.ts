import { startGateway } from '../gateway/running';
import { lab } from './support/archive';
import { entriesOf, get, type Json } from './support/fhir';
import { isQido, startProxy } from './support/proxy';
import { seriesOf } from './support/resources';

/** Instances that one QIDO-RS call brings, about. */
const CHUNK = 600;

function isStudy(resource: Json): boolean {
  return resource.resourceType === 'ImagingStudy';
}

describe('what 50 studies with series and instances cost an Orthanc', () => {
  test('is one study search and one instance search for every 600 instances', async () => {
    const proxy = await startProxy(lab().orthanc);
    const gateway = await startGateway(`${proxy.url}/dicom-web`);
    await gateway.gateway.probe();
    proxy.takeCalls();
    const { json } = await get(`${gateway.fhir}/ImagingStudy?_count=50`);
    const calls = proxy.takeCalls();
    const resources = entriesOf(json).map(({ resource }) => resource);
    const studies = resources.filter(isStudy).map(seriesOf);
    const instances = studies.flat().reduce((sum, series) => sum + series.instances.length, 0);
    const searches = calls.filter(isQido).length;
    process.stdout.write(`${instances} instances: ${searches} searches of ${calls.length} calls
`);
    expect(studies).toHaveLength(50);
    expect(searches).toBeLessThanOrEqual(1 + Math.ceil(instances / CHUNK));
    await gateway.close();
    await proxy.close();
  }, 120_000);
});
