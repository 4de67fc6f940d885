import fc from 'fast-check';
import { r4 } from '../../src/fhir/r4';
import { r4b } from '../../src/fhir/r4b';
import { r6 } from '../../src/fhir/r6';
import { study } from '../fhir/arbitraries';
import { contextOf, samplesOf } from '../fhir/r4Samples';
import { jsonSchemaValidator } from './r4JsonSchema';
import { describeWithSchemas } from './xsd';

const CASES = [
  { release: r4, folder: 'r4' },
  { release: r4b, folder: 'r4b' },
  { release: r6, folder: 'r6-ballot' },
] as const;

for (const { release, folder } of CASES) {
  describeWithSchemas(`${release.title} JSON against the official schema`, () => {
    const validate = jsonSchemaValidator(folder);

    it.each(samplesOf(release))('is valid and in order: %s', (_, resource) => {
      expect(validate(resource)).toEqual([]);
    });

    it('is valid for any study, whatever the archive put into it', () => {
      fc.assert(
        fc.property(study, (any) => {
          expect(validate(release.imagingStudy(any, contextOf(release)))).toEqual([]);
          expect(validate(release.patient(any.patient, contextOf(release)))).toEqual([]);
        }),
        { endOnFailure: true },
      );
    }, 60_000);

    it('is found invalid when something in a page is', () => {
      const wrong = { resourceType: 'ImagingStudy', subject: {}, series: [{ uid: 'a b' }] };
      const bundle = { resourceType: 'Bundle', entry: [{ resource: wrong }] };
      expect(validate(bundle)).not.toEqual([]);
      expect(validate({ resourceType: 'Patient', gender: 'male', id: '1' })).not.toEqual([]);
    });
  });
}
