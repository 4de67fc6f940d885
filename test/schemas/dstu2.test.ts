import fc from 'fast-check';
import { dstu2 } from '../../src/fhir/dstu2';
import { study } from '../fhir/arbitraries';
import { contextOf, samplesOf } from '../fhir/dstu2.support';
import { pageOf } from '../fhir/surroundings';
import { describeWithSchemas, validateAllOf } from './xsd';

const context = contextOf(dstu2);

describeWithSchemas('DSTU2 XML against the official schemas', () => {
  it('is valid for every kind of resource and every odd study', async () => {
    const documents = samplesOf(dstu2).map(([name, resource]) => ({
      name: `${name}.xml`,
      xml: dstu2.toXml(resource),
    }));
    expect(await validateAllOf('dstu2', documents)).toEqual([]);
  }, 60_000);

  it('is valid for any study, whatever the archive put into it', async () => {
    const studies = fc.array(study, { minLength: 40, maxLength: 40 });
    const contained = { ...context, endpointAs: 'contained' } as const;
    const property = fc.asyncProperty(studies, async (some) => {
      const documents = some.map((one, i) => ({
        name: `study-${i}.xml`,
        xml: dstu2.toXml(dstu2.imagingStudy(one, i % 2 === 0 ? context : contained)),
      }));
      expect(await validateAllOf('dstu2', documents)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  }, 120_000);

  it('is found invalid when a resource is, alone or in a bundle', async () => {
    const resource = { resourceType: 'ImagingStudy', modality: [{ code: 'CT' }] };
    const entry = { resource, fullUrl: 'urn:x:1', title: 'Wrong', mode: 'match' } as const;
    const bundle = dstu2.searchset(pageOf([entry]), context);
    for (const wrong of [resource, bundle]) {
      const document = { name: 'wrong.xml', xml: dstu2.toXml(wrong) };
      expect(await validateAllOf('dstu2', [document])).not.toEqual([]);
    }
  }, 60_000);
});
