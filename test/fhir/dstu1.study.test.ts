import fc from 'fast-check';
import { dstu1 } from '../../src/fhir/dstu1';
import { coding, dateTime, oid } from '../../src/fhir/dstu1/datatypes';
import { seriesModality } from '../../src/fhir/dstu1/modalities';
import type { Study } from '../../src/study/model';
import { study } from './arbitraries';
import { BASE_URL, context } from './dstu1Samples';
import { bare, name, oddModalities, rich, scripts } from './studies';

const render = (some: Study) => dstu1.imagingStudy(some, context);

describe('a time in DSTU1', () => {
  const date = '2020-01-02';

  it.each([
    ['has seconds and an offset', { time: '11:01:20', offset: '+02:00' }, 'T11:01:20+02:00'],
    [
      'gets :00 where only minutes are told',
      { time: '11:01', offset: '-05:30' },
      'T11:01:00-05:30',
    ],
    ['keeps milliseconds', { time: '11:01:20.123456', offset: '+00:00' }, 'T11:01:20.123+00:00'],
    ['keeps shorter fractions', { time: '11:01:20.5', offset: '+00:00' }, 'T11:01:20.5+00:00'],
    ['is a date without an offset', { time: '11:01:20' }, ''],
    ['is a date when only the hour is told', { time: '11', offset: '+02:00' }, ''],
    ['is a date without a time', { offset: '+02:00' }, ''],
  ])('%s', (_, rest, expected) => {
    expect(dateTime({ date, ...rest })).toBe(date + expected);
  });

  it('is left out for the year 0000, which XML Schema does not have', () => {
    expect(dateTime({ date: '0000-01-01' })).toBeUndefined();
  });
});

describe('a UID in DSTU1', () => {
  it('is a urn:oid', () => {
    expect(oid('uid', '1.2.3')).toEqual({ uid: 'urn:oid:1.2.3' });
  });

  it('that is illegal has no value, and is kept in an extension', () => {
    const url = 'http://dicomweb-fhir-gateway.org/fhir/extension/original-uid';
    expect(oid('uid', '1.02')).toEqual({ _uid: { extension: [{ url, valueString: '1.02' }] } });
  });

  it('with which no URL can be made gives none', () => {
    const resource = render({ ...bare, uid: '../studies' });
    expect(resource).not.toHaveProperty('url');
  });
});

describe('a code in DSTU1', () => {
  it.each([
    ['SCT', 'http://snomed.info/sct'],
    ['srt', 'http://snomed.info/srt'],
    ['LN', 'http://loinc.org'],
    ['DCM', 'http://nema.org/dicom/dicm'],
  ])('of %s has the system %s and no extension', (scheme, system) => {
    expect(coding({ value: 'X', scheme })).toMatchObject({ system, code: 'X', extension: [] });
  });

  it('of a private scheme has no system, but its designator', () => {
    const made = coding({ value: ' A  1 ', scheme: '99LAB' });
    expect(made).toMatchObject({ code: 'A 1', extension: [{ valueString: '99LAB' }] });
    expect(made.system).toBeUndefined();
  });
});

describe('a modality in DSTU1', () => {
  it('of the series is itself when the closed list has it', () => {
    expect(seriesModality(' KO ')).toEqual({ modality: 'KO' });
  });

  it.each(['OPR', 'OSS', 'DOC'])('of the series is OT with the original for %s', (code) => {
    expect(seriesModality(code)).toMatchObject({
      modality: 'OT',
      _modality: { extension: [{ valueString: code }] },
    });
  });

  it('of the series is stated absent, not OT, when the archive told none', () => {
    expect(seriesModality(undefined)).not.toHaveProperty('modality');
    expect(seriesModality(' ')).not.toHaveProperty('modality');
  });

  it('of the study is an acquisition modality, from the series where the study row told none', () => {
    expect(render(oddModalities).modality).toEqual(['MR']);
    expect(render(rich).modality).toEqual(['CT']);
  });
});

describe('a DSTU1 ImagingStudy', () => {
  it('refers to the patient by URL when there is a Patient ID, else contains what is known', () => {
    expect(render(rich).subject).toMatchObject({ reference: 'Patient/HOSP.P-2d1-2f7' });
    expect(render(scripts).subject).toMatchObject({ reference: '#patient' });
  });

  it('keeps all three groups of a name', () => {
    const text = JSON.stringify(
      render({ ...bare, readers: [name('Yamada^T=山田^太郎=やまだ^た')] }),
    );
    for (const family of ['Yamada', '山田', 'やまだ']) expect(text).toContain(`["${family}"]`);
  });

  it('takes the requesting physician for the referring one only where no other is told', () => {
    const requester = name('Wilson^James');
    expect(render({ ...bare, requester }).referrer).toMatchObject({ reference: '#requester' });
    expect(render({ ...rich, requester }).referrer).toMatchObject({ reference: '#referrer' });
  });

  it('leaves out a series without instances, names it, and counts it', () => {
    const [series] = rich.series ?? [];
    const resource = render({ ...rich, series: series ? [{ ...series, instances: [] }] : [] });
    expect(resource).not.toHaveProperty('series');
    expect(resource.numberOfSeries).toBe(2);
    expect(JSON.stringify(resource.extension)).toContain('series-without-instances');
  });

  it('has references to all that it contains, to nothing else, and no text inside', () => {
    fc.assert(
      fc.property(study, (any) => {
        const resource = render(any);
        const contained = resource.contained ?? [];
        expect(Array.isArray(contained)).toBe(true);
        const ids = Array.isArray(contained) ? contained.map(idOf) : [];
        const references = JSON.stringify(resource).matchAll(/"reference":"#([^"]*)"/g);
        expect(new Set(Array.from(references, (match) => match[1]))).toEqual(new Set(ids));
        expect(JSON.stringify(contained)).not.toContain('"div"');
      }),
    );
  });
});

describe('what DSTU1 is served as', () => {
  it('has its own media types, and Atom for XML bundles', () => {
    expect(dstu1.mediaType('json', 'bundle')).toBe('application/json+fhir');
    expect(dstu1.mediaType('xml', 'resource')).toBe('application/xml+fhir');
    expect(dstu1.mediaType('xml', 'bundle')).toBe('application/atom+xml');
  });

  it('names the same page alike in every replica, and another page otherwise', () => {
    const links = { self: `${BASE_URL}/ImagingStudy` };
    const page = { links, updated: new Date(0), title: 'T', entries: [] };
    const id = (self: string) => dstu1.searchset({ ...page, links: { self } }, context).id;
    expect(id('a')).toBe(id('a'));
    expect(id('a')).not.toBe(id('b'));
    expect(id('a')).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });
});

function idOf(resource: unknown): unknown {
  return typeof resource === 'object' && resource !== null && 'id' in resource && resource.id;
}
