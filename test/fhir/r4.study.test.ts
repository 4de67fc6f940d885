import fc from 'fast-check';
import { r4 } from '../../src/fhir/r4';
import { sopClassCoding, uidElement } from '../../src/fhir/r4/datatypes';
import { modalityCoding } from '../../src/fhir/r4/modalities';
import { r4b } from '../../src/fhir/r4b';
import type { RenderContext } from '../../src/fhir/releases';
import type { Study } from '../../src/study/model';
import { study } from './arbitraries';
import { contextOf, EXTENSION_NAMES } from './r4Samples';
import { bare, name, oddModalities, rich, scripts, STUDIES } from './studies';
import { facts } from './surroundings';

const context = contextOf(r4);
const render = (some: Study, other: Partial<RenderContext> = {}) =>
  r4.imagingStudy(some, { ...context, ...other });

const ACSN = { coding: [{ code: 'ACSN' }, { code: '121022' }] };

describe('an R4 ImagingStudy', () => {
  it('has the Study Instance UID, the Study ID and the accession number as identifiers', () => {
    expect(render(rich).identifier).toMatchObject([
      { system: 'urn:dicom:uid', value: `urn:oid:${rich.uid}` },
      { type: { text: 'Study ID' }, value: 'S 17' },
      { type: ACSN, system: 'http://hospital.example.org/ids', value: 'ACC-1' },
    ]);
  });

  it('has its id and the time it last changed, and neither when it has none that FHIR can hold', () => {
    expect(render(rich)).toMatchObject({
      id: rich.uid,
      meta: { lastUpdated: '2024-05-06T07:08:09.010Z' },
    });
    const resource = render({ ...bare, uid: 'x/'.repeat(40) }, { lastUpdated: () => undefined });
    expect(resource).not.toHaveProperty('id');
    expect(resource).not.toHaveProperty('meta');
  });

  it('refers to the patient by URL and Patient ID, else contains what is known', () => {
    expect(render(rich).subject).toMatchObject({
      reference: 'Patient/HOSP.P-2d1-2f7',
      type: 'Patient',
      identifier: { system: 'http://hospital.example.org/ids', value: 'P-1/7' },
    });
    expect(render(scripts).subject).toMatchObject({ reference: '#patient' });
  });

  it('keeps all three groups of a name as names of one Practitioner', () => {
    const resource = render({ ...bare, readers: [name('Yamada^T=山田^太郎=やまだ^た')] });
    expect(resource.interpreter).toMatchObject([{ reference: '#reader-1' }]);
    expect(resource.contained).toMatchObject([
      { resourceType: 'Patient' },
      { name: [{ family: 'Yamada' }, { family: '山田' }, { family: 'やまだ' }] },
    ]);
  });

  it('is based on its requests, each found by its accession number', () => {
    expect(render(rich).basedOn).toMatchObject([
      { reference: '#request-1', type: 'ServiceRequest', identifier: { type: ACSN } },
      { reference: '#request-2' },
    ]);
    expect(render(rich).basedOn).toHaveLength(2);
  });

  it('is based on the order of its accession number where no request tells of it', () => {
    expect(render({ ...rich, requests: [] }).basedOn).toMatchObject([
      { type: 'ServiceRequest', identifier: { type: ACSN, value: 'ACC-1' } },
    ]);
    expect(render(bare)).not.toHaveProperty('basedOn');
  });

  it('names the requesting physician somewhere, request or not', () => {
    const requester = name('Wilson^James');
    expect(render({ ...bare, requester }).referrer).toMatchObject({ reference: '#requester' });
    const both = render({ ...rich, requests: [], requester });
    expect(both.referrer).toMatchObject({ reference: '#referrer' });
    expect(JSON.stringify(both.extension)).toContain('"#requester"');
  });

  it('refers to the served Endpoint or to a copy, at the study and every series', () => {
    const reference = { reference: 'Endpoint/archive' };
    expect(render(rich)).toMatchObject({
      endpoint: [reference],
      series: [{ endpoint: [reference] }, { endpoint: [reference] }],
    });
    const copied = render(rich, { endpointAs: 'contained' });
    expect(copied.series).toMatchObject([
      { endpoint: [{ reference: '#endpoint' }] },
      { endpoint: [{ reference: '#endpoint' }] },
    ]);
    expect(copied.contained).toContainEqual(
      expect.objectContaining({ resourceType: 'Endpoint', id: 'endpoint' }),
    );
  });

  it('has the absolute URL at study, series and instance, and none that a UID would bend', () => {
    const urls = (some: Study) =>
      Array.from(
        JSON.stringify(render(some)).matchAll(/"valueUrl":"[^"]*\/studies\/([^"]*)"/g),
        (m) => m[1],
      );
    expect(urls(rich)).toContain(rich.uid);
    expect(urls(rich)).toHaveLength(1 + 2 + 3);
    expect(urls(STUDIES.illegalUids)).toEqual([STUDIES.illegalUids.uid]);
  });

  it('tells who performed a series and who operated, each contained once', () => {
    const [series] = rich.series ?? [];
    const both = series && {
      ...series,
      performers: [name('Roe^Rita')],
      operators: [name('Doe^Dan'), name('Roe^Rita')],
    };
    const resource = render({ ...bare, series: both ? [both, both] : [] });
    expect(resource.series).toMatchObject([
      {
        performer: [
          { function: { coding: [{ code: 'PRF' }] }, actor: { reference: '#performer-1' } },
          { function: { coding: [{ code: 'SPRF' }] }, actor: { reference: '#performer-2' } },
          { function: { coding: [{ code: 'SPRF' }] }, actor: { reference: '#performer-1' } },
        ],
      },
      {},
    ]);
    expect(JSON.stringify(resource.contained).match(/performer-/g)).toHaveLength(2);
  });

  it('keeps a series without instances', () => {
    const [series] = rich.series ?? [];
    const resource = render({ ...rich, series: series ? [{ ...series, instances: [] }] : [] });
    expect(resource.series).toMatchObject([{ uid: series?.uid, numberOfInstances: 2 }]);
  });
});

describe('a modality in R4', () => {
  it('of the study is one that acquires; the others are in an extension', () => {
    const resource = render(rich);
    expect(resource.modality).toMatchObject([{ code: 'CT', display: 'Computed Tomography' }]);
    expect(JSON.stringify(resource.extension)).toContain('"valueString":"KO"');
  });

  it('of a study of documents is theirs, as every study has one for SMART Imaging Access', () => {
    const resource = render({ ...bare, modalities: ['SR', 'KO'] });
    expect(resource.modality).toMatchObject([{ code: 'SR' }, { code: 'KO' }]);
    expect(JSON.stringify(resource.extension)).not.toContain('other-modality');
  });

  it('that nobody told is unknown, and one that DICOM does not define has no system', () => {
    expect(modalityCoding(undefined)).toMatchObject({ code: 'unknown' });
    expect(modalityCoding(' ')).toMatchObject({ code: 'unknown' });
    expect(modalityCoding(' XYZ ').code).toBe('XYZ');
    expect(modalityCoding('XYZ').system).toBeUndefined();
    expect(render(oddModalities).modality).toMatchObject([{ code: 'MR' }]);
  });
});

describe('a UID in R4', () => {
  it('of a series or an instance is bare as long as an id can hold it', () => {
    expect(uidElement('1.2.3')).toEqual({ uid: '1.2.3' });
    expect(uidElement('1.02')).toEqual({ uid: '1.02' });
    expect(uidElement('a/b')).not.toHaveProperty('uid');
  });

  it('of a SOP class is a urn:oid with the name of the class', () => {
    expect(sopClassCoding('1.2.840.10008.5.1.4.1.1.2')).toEqual({
      system: 'urn:ietf:rfc:3986',
      code: 'urn:oid:1.2.840.10008.5.1.4.1.1.2',
      display: 'CT Image Storage',
    });
    expect(sopClassCoding('1.02')).toMatchObject({ code: 'unknown', extension: [{}] });
  });
});

describe('R4 for SMART Imaging Access 0.1.0 and US Core', () => {
  it('has in every study what they say it SHALL have', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = render({ ...any, uid: '1.2.3' });
        expect(resource).toMatchObject({
          resourceType: 'ImagingStudy',
          identifier: expect.arrayContaining([
            expect.objectContaining({ system: 'urn:dicom:uid', value: 'urn:oid:1.2.3' }),
          ]) as unknown,
          status: 'available',
          subject: { reference: expect.any(String) as unknown },
          endpoint: [{ reference: 'Endpoint/archive' }],
        });
        expect(resource.id).toMatch(/^1\.2\.3/);
        expect(resource.modality).toContainEqual(
          expect.objectContaining({ code: expect.any(String) as unknown }),
        );
      }),
    );
  });

  it('has in every series and instance what they say it SHOULD have', () => {
    expect(render(rich)).toMatchObject({
      numberOfSeries: 2,
      numberOfInstances: 3,
      series: [
        {
          uid: '1.2.826.0.1.3680043.10.2.1',
          number: 1,
          modality: { code: 'CT' },
          numberOfInstances: 2,
          instance: [{ uid: '1.2.826.0.1.3680043.10.2.1.1', number: 1, sopClass: {} }, {}],
        },
        {},
      ],
    });
  });

  it('has an Endpoint of WADO-RS whose address is the base of the service', () => {
    expect(r4.endpoint?.(context.endpoint)).toMatchObject({
      status: 'active',
      connectionType: {
        system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
        code: 'dicom-wado-rs',
      },
      payloadMimeType: ['application/dicom'],
      address: 'http://127.0.0.1:8080/dicom-web',
    });
  });
});

describe('R4B', () => {
  it('is R4 under its own version', () => {
    fc.assert(
      fc.property(study, (any) => {
        expect(r4b.imagingStudy(any, context)).toEqual(render(any));
      }),
      { numRuns: 20 },
    );
    expect(r4b.conformance(facts)).toEqual({ ...r4.conformance(facts), fhirVersion: '4.3.0' });
  });

  it.each(EXTENSION_NAMES)('defines %s like R4', (name) => {
    const definition = r4.structureDefinition?.(name);
    expect(r4b.structureDefinition?.(name)).toEqual({ ...definition, fhirVersion: '4.3.0' });
  });
});

describe('what R4 is served as', () => {
  it('has one media type for resources and bundles', () => {
    expect(r4.mediaType('json', 'bundle')).toBe('application/fhir+json');
    expect(r4.mediaType('xml', 'resource')).toBe('application/fhir+xml');
  });
});
