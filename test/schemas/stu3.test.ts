import fc from 'fast-check';
import { stu3 } from '../../src/fhir/stu3';
import { study } from '../fhir/arbitraries';
import { contextOf, samplesOf } from '../fhir/dstu2.support';
import { pageOf } from '../fhir/surroundings';
import { describeWithSchemas, validateAllOf } from './xsd';

const context = contextOf(stu3);

describeWithSchemas('STU3 XML against the official schemas', () => {
  it('is valid for every kind of resource and every odd study', async () => {
    const documents = samplesOf(stu3).map(([name, resource]) => ({
      name: `${name}.xml`,
      xml: stu3.toXml(resource),
    }));
    expect(await validateAllOf('stu3', documents)).toEqual([]);
  }, 60_000);

  it('is valid for any study, whatever the archive put into it', async () => {
    const studies = fc.array(study, { minLength: 40, maxLength: 40 });
    const contained = { ...context, endpointAs: 'contained' } as const;
    const property = fc.asyncProperty(studies, async (some) => {
      const documents = some.map((one, i) => ({
        name: `study-${i}.xml`,
        xml: stu3.toXml(stu3.imagingStudy(one, i % 2 === 0 ? context : contained)),
      }));
      expect(await validateAllOf('stu3', documents)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  }, 120_000);

  it('is found invalid when a resource is, alone or in a bundle', async () => {
    const resource = { resourceType: 'ImagingStudy', modality: [{ code: 'CT' }] };
    const entry = { resource, fullUrl: 'urn:x:1', title: 'Wrong', mode: 'match' } as const;
    const bundle = stu3.searchset(pageOf([entry]), context);
    for (const wrong of [resource, bundle]) {
      const document = { name: 'wrong.xml', xml: stu3.toXml(wrong) };
      expect(await validateAllOf('stu3', [document])).not.toEqual([]);
    }
  }, 60_000);
});
