import fc from 'fast-check';
import { dstu2 } from '../../src/fhir/dstu2';
import { r4 } from '../../src/fhir/r4';
import { r5 } from '../../src/fhir/r5';
import { stu3 } from '../../src/fhir/stu3';
import { study } from '../fhir/arbitraries';
import * as older from '../fhir/dstu2Samples';
import * as newer from '../fhir/r4Samples';
import { pageOf } from '../fhir/surroundings';
import { describeWithSchemas, validateAllOf } from './xsd';

/** A modality without what the release wants of it. */
const WRONG = { older: { code: 'CT' }, newer: { system: 'urn:x' } };
const CASES = [
  { release: dstu2, schemas: 'dstu2', ...older, modality: WRONG.older },
  { release: stu3, schemas: 'stu3', ...older, modality: WRONG.older },
  { release: r4, schemas: 'r4', ...newer, modality: WRONG.newer },
  { release: r5, schemas: 'r5', ...newer, modality: WRONG.newer },
] as const;

for (const { release, schemas, contextOf, samplesOf, modality } of CASES) {
  const context = contextOf(release);

  describeWithSchemas(`${release.title} XML against the official schemas`, () => {
    it('is valid for every kind of resource and every odd study', async () => {
      const documents = samplesOf(release).map(([name, resource]) => ({
        name: `${name}.xml`,
        xml: release.toXml(resource),
      }));
      expect(await validateAllOf(schemas, documents)).toEqual([]);
    }, 60_000);

    it('is valid for any study, whatever the archive put into it', async () => {
      const studies = fc.array(study, { minLength: 40, maxLength: 40 });
      const contained = { ...context, endpointAs: 'contained' } as const;
      const property = fc.asyncProperty(studies, async (some) => {
        const documents = some.map((one, i) => ({
          name: `study-${i}.xml`,
          xml: release.toXml(release.imagingStudy(one, i % 2 === 0 ? context : contained)),
        }));
        expect(await validateAllOf(schemas, documents)).toEqual([]);
      });
      await fc.assert(property, { numRuns: 3, endOnFailure: true });
    }, 120_000);

    it('is found invalid when a resource is, alone or in a bundle', async () => {
      const resource = { resourceType: 'ImagingStudy', modality: [modality] };
      const entry = { resource, fullUrl: 'urn:x:1', title: 'Wrong', mode: 'match' } as const;
      const bundle = release.searchset(pageOf([entry]), context);
      for (const wrong of [resource, bundle]) {
        const document = { name: 'wrong.xml', xml: release.toXml(wrong) };
        expect(await validateAllOf(schemas, [document])).not.toEqual([]);
      }
    }, 60_000);
  });
}
