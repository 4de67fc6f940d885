import { DICTIONARY, nameOf } from '../../src/demo/dictionary';
import { demoStudies, generateStudies } from '../../src/demo/studies';
import { TAG } from '../../src/dicom/tags';

const studies = demoStudies();
const series = studies.flatMap((study) => study.series);
const instances = series.flatMap((entry) => entry.instances);

describe('the content of the demo archive', () => {
  it('is the same at every call', () => {
    expect(demoStudies()).toEqual(studies);
  });

  it('has about ten patients, eighteen studies and fewer than 250 instances', () => {
    const patients = new Set(studies.map(({ patient }) => `${patient.issuer ?? ''}|${patient.id}`));
    expect([patients.size, studies.length]).toEqual([10, 18]);
    expect(instances.length).toBeLessThan(250);
  });

  it('gives every study, series and instance a valid UID of its own', () => {
    const uids = [...studies, ...series, ...instances].map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
  });

  it('has two different people with the same PatientID under two issuers', () => {
    const people = new Set(
      studies
        .filter(({ patient }) => patient.id === '4711')
        .map(({ patient }) => `${patient.issuer ?? ''} ${patient.name}`),
    );
    expect(people).toEqual(new Set(['HOSP-A Schmidt^Anna', 'HOSP-B Dupont^Zoé']));
  });

  it('has a patient without an issuer, names of three groups and a name of five components', () => {
    const patients = studies.map(({ patient }) => patient);
    expect(patients.some(({ issuer }) => issuer === undefined)).toBe(true);
    expect(patients.some(({ name }) => name.split('=').length === 3)).toBe(true);
    expect(patients.some(({ name }) => name.split('^').length === 5)).toBe(true);
  });

  it.each([
    'StudyDate',
    'StudyTime',
    'AccessionNumber',
    'StudyDescription',
    'TimezoneOffsetFromUTC',
  ] as const)('has studies with and without %s', (name) => {
    const present = studies.filter(({ attributes }) => attributes[name] !== undefined);
    expect(present.length).toBeGreaterThan(0);
    expect(present.length).toBeLessThan(studies.length);
  });

  it('has the kinds of objects that are not plain images', () => {
    const modalities = new Set(series.map(({ modality }) => modality));
    for (const modality of ['SR', 'KO', 'PR', 'DOC', 'ECG']) expect(modalities).toContain(modality);
  });

  it('has the same accession number from two issuers', () => {
    const shared = studies.filter(({ attributes }) => attributes.AccessionNumber === '900100');
    const issuers = shared.map(
      ({ attributes }) => attributes.IssuerOfAccessionNumberSequence?.[0]?.LocalNamespaceEntityID,
    );
    expect(issuers.sort()).toEqual(['RIS-A', 'RIS-B']);
  });
});

describe('generateStudies', () => {
  it('makes as many studies, series and instances as asked', () => {
    const generated = generateStudies(10, 7, { seriesPerStudy: 3, studiesPerPatient: 5 });
    expect(generated).toHaveLength(10);
    expect(generated[9]?.series.map((entry) => entry.instances.length)).toEqual([3, 2, 2]);
    expect(new Set(generated.map(({ patient }) => patient.id))).toEqual(
      new Set(['GEN-000000', 'GEN-000001']),
    );
  });

  it('gives every one a UID and an accession number of its own', () => {
    const generated = generateStudies(50, 1);
    expect(new Set(generated.map(({ uid }) => uid)).size).toBe(50);
    expect(new Set(generated.map(({ attributes }) => attributes.AccessionNumber)).size).toBe(50);
  });
});

describe('the dictionary', () => {
  it('agrees with the tags of the gateway wherever both know an attribute', () => {
    for (const [keyword, tag] of Object.entries(TAG)) {
      const name = nameOf(keyword);
      if (name !== undefined) expect([keyword, DICTIONARY[name][0]]).toEqual([keyword, tag]);
    }
  });

  it('knows an attribute by its keyword and by its tag in either case', () => {
    expect(nameOf('SeriesDescription')).toBe('SeriesDescription');
    expect(nameOf('0008103e')).toBe('SeriesDescription');
    expect(nameOf('0008103E')).toBe('SeriesDescription');
    expect(nameOf('__proto__')).toBeUndefined();
    expect(nameOf('toString')).toBeUndefined();
  });

  it('has no tag twice', () => {
    const tags = Object.values(DICTIONARY).map(([tag]) => tag);
    expect(new Set(tags).size).toBe(tags.length);
  });
});
