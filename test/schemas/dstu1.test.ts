import fc from 'fast-check';
import { MODALITIES } from '../../src/dicom/codes';
import { RELEASES } from '../../src/fhir/releases';
import { seriesModality } from '../../src/fhir/dstu1/modalities';
import { study } from '../fhir/arbitraries';
import { context, SAMPLES } from '../fhir/dstu1Samples';
import { bare } from '../fhir/studies';
import { pageOf } from '../fhir/surroundings';
import { describeWithSchemas, dstu1Codes, validateAllDstu1, validateDstu1 } from './xsd';

const { dstu1 } = RELEASES;

describeWithSchemas('DSTU1 XML against the official schemas', () => {
  it('is valid for every kind of resource and every odd study', async () => {
    const documents = SAMPLES.map(([name, resource]) => ({
      name: `${name}.xml`,
      xml: dstu1.toXml(resource),
    }));
    expect(await validateAllDstu1(documents)).toEqual([]);
  }, 60_000);

  it('is valid for any study, whatever the archive put into it', async () => {
    const studies = fc.array(study, { minLength: 40, maxLength: 40 });
    const property = fc.asyncProperty(studies, async (some) => {
      const documents = some.map((one, i) => ({
        name: `study-${i}.xml`,
        xml: dstu1.toXml(dstu1.imagingStudy(one, context)),
      }));
      expect(await validateAllDstu1(documents)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  }, 60_000);

  it('has all the modalities of the closed lists, and only those', () => {
    const series = dstu1Codes('imagingstudy.xsd', 'Modality-list');
    const study = dstu1Codes('imagingstudy.xsd', 'ImagingModality-list');
    expect([series.length, study.length]).toEqual([53, 36]);
    const known = MODALITIES.map((row) => row.code);
    for (const code of [...series, ...study, ...known]) {
      expect(seriesModality(code).modality).toBe(series.includes(code) ? code : 'OT');
    }
    const modalities = [...new Set([...study, ...series, ...known])];
    expect(dstu1.imagingStudy({ ...bare, modalities }, context).modality).toEqual(study);
  });

  it('is found invalid when a resource is, alone or in a feed', async () => {
    const resource = { resourceType: 'ImagingStudy', series: [{ modality: 'DOC' }] };
    const entry = { resource, fullUrl: 'urn:x:1', title: 'Wrong', mode: 'match' } as const;
    const feed = dstu1.searchset(pageOf([entry]), context);
    expect(await validateDstu1(dstu1.toXml(resource))).not.toEqual([]);
    expect(await validateDstu1(dstu1.toXml(feed))).not.toEqual([]);
  }, 60_000);
});
