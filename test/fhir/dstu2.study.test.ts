import fc from 'fast-check';
import { dstu2 } from '../../src/fhir/dstu2';
import type { Study } from '../../src/study/model';
import { study } from './arbitraries';
import { contextOf } from './dstu2Samples';
import { containedIds, localReferences } from './resources';
import { bare, name, oddModalities, rich, scripts } from './studies';

const context = contextOf(dstu2);
const render = (some: Study) => dstu2.imagingStudy(some, context);

const BASE = 'http://dicomweb-fhir-gateway.org/fhir/extension/';
const ABSENT = { extension: [{ url: `${BASE}absent`, valueCode: 'unknown' }] };
const DCM = 'http://nema.org/dicom/dicm';

describe('a DSTU2 ImagingStudy', () => {
  it('has its id and when it last changed', () => {
    expect(render(rich)).toMatchObject({
      id: rich.uid,
      meta: { lastUpdated: '2024-05-06T07:08:09.010Z' },
    });
    const untold = { ...context, lastUpdated: () => undefined };
    expect(dstu2.imagingStudy(rich, untold)).not.toHaveProperty('meta');
  });

  it('has no id rather than one that breaks the type', () => {
    const uid = `1.${'2'.repeat(60)}`;
    expect(render({ ...bare, uid }).id).toBe(uid);
    expect(render({ ...bare, uid, shared: true }).id).toMatch(/^n-\w+-p[0-9a-f]{12}$/);
    const illegal = `${uid}${'3'.repeat(9)}`;
    expect(render({ ...bare, uid: illegal })).not.toHaveProperty('id');
  });

  it('has url at study and series, and the URL of an instance in an extension', () => {
    const studyUrl = `http://127.0.0.1:8080/dicom-web/studies/${rich.uid}`;
    const url = `${studyUrl}/series/1.2.826.0.1.3680043.10.2.2`;
    const valueUri = `${url}/instances/1.2.826.0.1.3680043.10.2.2.1`;
    const instance = { extension: [{ url: `${BASE}wado-rs-url`, valueUri }] };
    const shown = render(rich);
    expect(shown).toMatchObject({ url: studyUrl, series: [{}, { url, instance: [instance] }] });
    expect(JSON.stringify(shown.extension)).not.toContain('wado-rs-url');
  });

  it('has none of them where a UID cannot stand in a URL', () => {
    const shown = render({ ...rich, uid: '../studies' });
    expect(JSON.stringify(shown)).not.toContain('dicom-web');
  });

  it('lists acquisition modalities as codings, and the others in extensions', () => {
    expect(render(rich).modalityList).toEqual([
      { system: DCM, code: 'CT', display: 'Computed Tomography' },
    ]);
    expect(JSON.stringify(render(rich).extension)).toContain('"valueString":"SR"');
  });

  it('gives a modality that DICOM does not define no system', () => {
    expect(render({ ...bare, modalities: ['ZZ'] }).modalityList).toEqual([{ code: 'ZZ' }]);
  });

  it('states an untold series modality absent', () => {
    expect(render(oddModalities).series).toMatchObject([{}, {}, { modality: ABSENT }]);
  });

  it('keeps a series without instances', () => {
    const series = (rich.series ?? []).map((one) => ({ ...one, instances: [] }));
    expect(render({ ...rich, series }).series).toHaveLength(2);
  });

  it('states unknown counts absent, and leaves numbers out that are none', () => {
    const { numberOfSeries, numberOfInstances, ...uncounted } = bare;
    expect([numberOfSeries, numberOfInstances]).toEqual([2, 30]);
    expect(render(uncounted)).toMatchObject({
      _numberOfSeries: ABSENT,
      _numberOfInstances: ABSENT,
    });
    const series = (rich.series ?? []).map((one) => ({ ...one, number: -1 }));
    expect(JSON.stringify(render({ ...rich, series }).series)).not.toContain('-1');
  });

  it('contains the procedures whose codes are told, their status unknown', () => {
    const procedures = [{ value: '169069000', scheme: 'SCT', meaning: 'CT of chest' }];
    const shown = render({ ...bare, procedures });
    expect(shown.procedure).toEqual([{ reference: '#procedure-1', display: 'CT of chest' }]);
    expect(shown.contained).toContainEqual({
      resourceType: 'Procedure',
      id: 'procedure-1',
      subject: { reference: '#patient' },
      _status: ABSENT,
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '169069000', display: 'CT of chest' }],
        text: 'CT of chest',
      },
    });
  });

  it('gives the reasons by the element that STU3 has for them', () => {
    const url = 'http://hl7.org/fhir/3.0/StructureDefinition/extension-ImagingStudy.reason';
    const valueCodeableConcept = { text: 'Cough; Fever' };
    const shown = render({ ...bare, reasons: ['Cough'], admittingDiagnoses: ['Fever', 'Cough'] });
    expect(shown.extension).toEqual([{ url, valueCodeableConcept }]);
  });

  it.each([
    ['R', { system: 'http://snomed.info/sct', code: '419465000', display: 'Unilateral right' }],
    ['B', { system: 'http://snomed.info/sct', code: '51440002', display: 'Bilateral' }],
    ['U', { display: 'U' }],
  ])('names the side %s', (laterality, expected) => {
    const series = (rich.series ?? []).map((one) => ({ ...one, laterality }));
    expect(render({ ...rich, series }).series).toMatchObject([{ laterality: expected }, {}]);
  });

  it('takes the requesting physician for the referring one only where no other is told', () => {
    const requester = name('Wilson^James');
    expect(render({ ...bare, requester }).referrer).toMatchObject({ reference: '#requester' });
    expect(render({ ...rich, requester }).referrer).toMatchObject({ reference: '#referrer' });
  });

  it('has references to all that it contains, to nothing else, and no text inside', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = render(any);
        expect(localReferences(resource)).toEqual(new Set(containedIds(resource)));
        expect(JSON.stringify(resource.contained ?? [])).not.toContain('"div"');
      }),
    );
  });
});

describe('a DSTU2 Patient', () => {
  it('has the gender as a code, the birth date as a date, and a family name that repeats', () => {
    expect(dstu2.patient(rich.patient, context)).toMatchObject({
      id: 'HOSP.P-2d1-2f7',
      gender: 'female',
      birthDate: '1961-12-24',
      name: [{ family: ['Rossi'] }],
    });
    expect(dstu2.patient(scripts.patient, context)).toMatchObject({ gender: 'other' });
  });
});

describe('what DSTU2 is served as', () => {
  it('has the media types of its time, for bundles as well', () => {
    expect(dstu2.mediaType('json', 'bundle')).toBe('application/json+fhir');
    expect(dstu2.mediaType('xml', 'bundle')).toBe('application/xml+fhir');
  });

  it('has no Endpoint', () => expect(dstu2).not.toHaveProperty('endpoint'));

  it('keeps the code of a problem for programs', () => {
    const issue = { severity: 'error', issue: 'timeout', code: 'pacs-timeout', text: 'T' } as const;
    const system = 'http://dicomweb-fhir-gateway.org/fhir/CodeSystem/problem';
    const details = { coding: [{ system, code: 'pacs-timeout' }], text: 'T' };
    expect(dstu2.outcome([issue]).issue).toEqual([
      { severity: 'error', code: 'timeout', details, diagnostics: 'T' },
    ]);
  });
});
