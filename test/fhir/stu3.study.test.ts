import fc from 'fast-check';
import { stu3 } from '../../src/fhir/stu3';
import type { Study } from '../../src/study/model';
import { study } from './arbitraries';
import { contextOf } from './dstu2Samples';
import { containedIds, localReferences } from './resources';
import { bare, name, oddModalities, rich, uncounted } from './studies';

const context = contextOf(stu3);
const render = (some: Study) => stu3.imagingStudy(some, context);

const WADO = 'http://dicomweb-fhir-gateway.org/fhir/extension/wado-rs-url';
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';

describe('an STU3 ImagingStudy', () => {
  it('has its id and when it last changed', () => {
    expect(render(rich)).toMatchObject({
      id: rich.uid,
      meta: { lastUpdated: '2024-05-06T07:08:09.010Z' },
    });
  });

  it('has the absolute URL at study, series and instance in one extension', () => {
    const root = `http://127.0.0.1:8080/dicom-web/studies/${rich.uid}`;
    const series = `${root}/series/1.2.826.0.1.3680043.10.2.2`;
    const at = (valueUri: string) => expect.arrayContaining([{ url: WADO, valueUri }]) as unknown;
    const instance = `${series}/instances/1.2.826.0.1.3680043.10.2.2.1`;
    expect(render(rich)).toMatchObject({
      extension: at(root),
      series: [{}, { extension: at(series), instance: [{ extension: at(instance) }] }],
    });
  });

  it('has none of them where a UID cannot stand in a URL', () => {
    expect(JSON.stringify(render({ ...rich, uid: '../studies' }))).not.toContain(WADO);
  });

  it('refers to the Endpoint from study and series, or contains it', () => {
    const reference = { reference: 'Endpoint/archive', display: 'General Hospital <PACS>' };
    const endpoint = [reference];
    expect(render(rich)).toMatchObject({ endpoint, series: [{ endpoint }, { endpoint }] });
    const shown = stu3.imagingStudy(rich, { ...context, endpointAs: 'contained' });
    expect(shown.endpoint).toMatchObject([{ reference: '#endpoint' }]);
    expect(JSON.stringify(shown.contained)).toContain(
      '"address":"http://127.0.0.1:8080/dicom-web"',
    );
  });

  it('lists acquisition modalities as codings, and the others in extensions', () => {
    expect(render(rich).modalityList).toEqual([
      { system: DCM, code: 'CT', display: 'Computed Tomography' },
    ]);
    expect(JSON.stringify(render(rich).extension)).toContain('"valueString":"KO"');
  });

  it('states an untold series modality absent', () => {
    const modality = { extension: [{ url: ABSENT, valueCode: 'unknown' }] };
    expect(render(oddModalities).series).toMatchObject([{}, {}, { modality }]);
  });

  it('leaves unknown counts out', () => {
    const shown = render(uncounted);
    expect(shown).not.toHaveProperty('numberOfSeries');
    expect(shown).not.toHaveProperty('numberOfInstances');
  });

  it('has all readers, and one Practitioner for a performer of many series', () => {
    const performers = [name('Operator^Otto'), name('Physician^Petra')];
    const operators = [name('Operator^Otto')];
    const series = (rich.series ?? []).map((one) => ({ ...one, performers, operators }));
    const shown = render({ ...rich, series });
    const references = [{ reference: '#performer-1' }, { reference: '#performer-2' }];
    expect(shown.series).toMatchObject([{ performer: references }, { performer: references }]);
    expect(shown.interpreter).toMatchObject([
      { reference: '#reader-1' },
      { reference: '#reader-2' },
    ]);
  });

  it('is based on contained requests, what was asked for being unknown where untold', () => {
    const shown = render({ ...bare, requests: [{ codes: [] }] });
    expect(shown.basedOn).toEqual([{ reference: '#request-1' }]);
    expect(shown.contained).toContainEqual({
      resourceType: 'ProcedureRequest',
      id: 'request-1',
      status: 'unknown',
      intent: 'order',
      code: { extension: [{ url: ABSENT, valueCode: 'unknown' }] },
      subject: { reference: '#patient' },
    });
  });

  it('has the procedure codes one by one and the reasons in one text', () => {
    expect(render(rich)).toMatchObject({
      procedureCode: [
        { text: 'CT of chest' },
        { text: 'Thorax-CT' },
        { coding: [{ system: DCM }] },
      ],
      reason: { text: 'Cough for 6 weeks; Pneumonia?' },
    });
  });

  it('has references to all that it contains, to nothing else, and no text inside', () => {
    const contained = { ...context, endpointAs: 'contained' } as const;
    fc.assert(
      fc.property(study, (any) => {
        const resource = stu3.imagingStudy(any, contained);
        expect(localReferences(resource)).toEqual(new Set(containedIds(resource)));
        expect(JSON.stringify(resource.contained ?? [])).not.toContain('"div"');
      }),
    );
  });
});

describe('an STU3 Patient', () => {
  it('has one family name as a string', () => {
    expect(stu3.patient(rich.patient, context)).toMatchObject({
      id: 'HOSP.P-2d1-2f7',
      gender: 'female',
      birthDate: '1961-12-24',
      name: [{ family: 'Rossi' }],
    });
  });
});

describe('what STU3 is served as', () => {
  it('has the media types of FHIR since then', () => {
    expect(stu3.mediaType('json', 'bundle')).toBe('application/fhir+json');
    expect(stu3.mediaType('xml', 'resource')).toBe('application/fhir+xml');
  });

  it('says of a page what is a match, what is included and what is a warning', () => {
    const resource = stu3.outcome([]);
    const entries = (['match', 'include', 'outcome'] as const).map((mode) => ({
      resource,
      fullUrl: `urn:x:${mode}`,
      title: mode,
      mode,
    }));
    const page = { links: { self: 'urn:x:self' }, updated: new Date(0), title: 'T', entries };
    expect(stu3.searchset(page, context)).toMatchObject({
      type: 'searchset',
      link: [{ relation: 'self', url: 'urn:x:self' }],
      entry: entries.map(({ fullUrl, mode }) => ({ fullUrl, search: { mode } })),
    });
    expect(stu3.searchset({ ...page, entries: [] }, context)).not.toHaveProperty('entry');
  });

  it('names the parameter of a problem as the location of an HTTP error', () => {
    const issue = { severity: 'error', issue: 'value', code: 'x', text: 'T' } as const;
    const shown = stu3.outcome([{ ...issue, location: ['started'] }]);
    expect(shown.issue).toMatchObject([{ location: ['http.started'] }]);
  });

  it('tells in words which chains work, as it has no element for them', () => {
    const text = JSON.stringify(stu3.conformance(factsWithChain));
    expect(text).toContain('Who; chained: patient.name');
  });
});

const factsWithChain = {
  software: { name: 'S', version: '1' },
  publisher: 'P',
  date: '2024-05-06',
  baseUrl: 'http://127.0.0.1:8080/fhir/stu3',
  cors: true,
  operations: [],
  compartments: [],
  resources: [
    {
      type: 'ImagingStudy',
      interactions: ['read'],
      includes: [],
      parameters: [{ name: 'patient', type: 'reference', documentation: 'Who', chain: ['name'] }],
    },
  ],
} as const;
