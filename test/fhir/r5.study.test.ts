import { r5 } from '../../src/fhir/r5';
import { r6 } from '../../src/fhir/r6';
import type { Study } from '../../src/study/model';
import { contextOf } from './r4Samples';
import { bare, rich, STUDIES } from './studies';

const RELEASES = [r5, r6].map((release) => ({
  title: release.title,
  release,
  render: (some: Study) => release.imagingStudy(some, contextOf(release)),
}));

describe.each(RELEASES)('a $title ImagingStudy', ({ release, render }) => {
  it('has all modalities of its series as concepts, documents among them', () => {
    expect(render(rich).modality).toMatchObject([
      { coding: [{ code: 'CT' }] },
      { coding: [{ code: 'KO' }] },
      { coding: [{ code: 'SR' }] },
    ]);
  });

  it('has the accession number in basedOn and not among its identifiers', () => {
    const resource = render({ ...rich, requests: [] });
    expect(JSON.stringify(resource.identifier)).not.toContain('ACC-1');
    expect(resource.basedOn).toMatchObject([
      { type: 'ServiceRequest', identifier: { type: { coding: [{ code: 'ACSN' }, {}] } } },
    ]);
  });

  it('has reasons and body sites as CodeableReferences; one without a code is its text', () => {
    expect(render(rich).reason).toMatchObject([{ concept: { text: 'Cough for 6 weeks' } }, {}]);
    expect(render(rich).series).toMatchObject([
      { bodySite: { concept: { coding: [{ code: '816094009' }], text: 'Chest' } } },
      {},
    ]);
    const [odd] = [render(STUDIES.oddModalities).series].flat();
    expect(odd).toMatchObject({ bodySite: { concept: { text: 'LEFT PINKY' } } });
  });

  it('tells who read it in the extension for the element of R4', () => {
    expect(render(rich).extension).toContainEqual({
      url: 'http://hl7.org/fhir/4.0/StructureDefinition/extension-ImagingStudy.interpreter',
      valueReference: { reference: '#reader-1', display: 'Rita Read' },
    });
  });

  it('has an Endpoint with payloads, contained by setting', () => {
    const payload = [{ mimeType: ['application/dicom'] }];
    const connectionType = [{ coding: [{ code: 'dicom-wado-rs' }] }];
    const context = { ...contextOf(release), endpointAs: 'contained' } as const;
    expect(release.endpoint?.(context.endpoint)).toMatchObject({ connectionType, payload });
    expect(release.imagingStudy(bare, context).contained).toMatchObject([
      { resourceType: 'Patient' },
      { resourceType: 'Endpoint', id: 'endpoint', connectionType, payload },
    ]);
  });
});

describe('a side', () => {
  it('is a concept of CID 244 in R5, and in R6 the extension for the element of R5', () => {
    const left = { coding: [{ system: 'http://snomed.info/sct', code: '7771000' }] };
    const render = (release: typeof r5) => release.imagingStudy(rich, contextOf(release)).series;
    expect(render(r5)).toMatchObject([{ laterality: left }, {}]);
    const [series] = [render(r6)].flat();
    expect(series).not.toHaveProperty('laterality');
    expect(JSON.stringify(series)).toContain('extension-ImagingStudy.series.laterality');
  });
});

describe('a SOP class', () => {
  it('is a Coding in R5 and an oid in R6, where an illegal one is kept in an extension', () => {
    const sopClasses = (release: typeof r5, some: Study) =>
      Array.from(
        JSON.stringify(release.imagingStudy(some, contextOf(release)).series).matchAll(
          /"(_?sopClass)":(.)/g,
        ),
        (m) => m.slice(1).join(''),
      );
    expect(sopClasses(r5, rich)).toEqual(['sopClass{', 'sopClass{', 'sopClass{']);
    expect(sopClasses(r6, rich)).toEqual(['sopClass"', 'sopClass"', 'sopClass"']);
    expect(sopClasses(r6, STUDIES.illegalUids)).toEqual(['_sopClass{', '_sopClass{', 'sopClass"']);
  });
});

describe('a procedure', () => {
  it('is a CodeableReference in R5 and a contained Procedure in R6', () => {
    expect(r5.imagingStudy(rich, contextOf(r5)).procedure).toMatchObject([
      { concept: { coding: [{ code: '169069000' }] } },
      {},
      {},
    ]);
    const resource = r6.imagingStudy(rich, contextOf(r6));
    expect(resource.procedure).toMatchObject([{ reference: '#procedure-1' }, {}, {}]);
    expect(resource.contained).toContainEqual(
      expect.objectContaining({ resourceType: 'Procedure', id: 'procedure-1', status: 'unknown' }),
    );
  });
});
