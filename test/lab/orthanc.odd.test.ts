import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import { detailsOf, get, searchAll, searchUrl, uidOf, type Json } from './support/fhir';
import { inParallel } from './support/parallel';
import { referenceOf, seriesOf } from './support/resources';

/*
 * What real archives hold and text books do not, written by make-odd.py.
 */

const STUDY = '2.25.77000.1';

let gateway: Running;

beforeAll(async () => {
  gateway = await startGateway(`${lab().orthanc}/dicom-web`);
});

afterAll(() => gateway.close());

async function find(name: string, value: string): Promise<Json[]> {
  const url = searchUrl(`${gateway.fhir}/ImagingStudy`, [[name, value]]);
  return (await searchAll(url)).entries.map(({ resource }) => resource);
}

async function uidsFound(name: string, value: string): Promise<string[]> {
  return (await find(name, value)).map((study) => String(uidOf(study))).sort();
}

function instancesOf(study: Json): string[] {
  return seriesOf(study).flatMap(({ instances }) => instances.map(({ uid }) => String(uid)));
}

describe('one Study Instance UID under two patients', () => {
  const uid = `${STUDY}.1`;

  test('is two resources with ids of their own, each of which can be read', async () => {
    const { entries } = await searchAll(`${gateway.fhir}/ImagingStudy?study=${uid}`);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
    const read = await inParallel(entries, ({ id }) => get(id));
    expect(read.map(({ status, json }) => [status, json])).toEqual(
      entries.map(({ resource }) => [200, resource]),
    );
  });

  test('has the series, instances and counts of each patient and nothing of the other', async () => {
    const studies = await find('study', uid);
    const shown = studies.map((study) => ({
      patient: referenceOf(study.subject),
      counts: [study.numberOfSeries, study.numberOfInstances],
      instances: instancesOf(study).sort(),
    }));
    expect(shown.sort((one, other) => one.patient.localeCompare(other.patient))).toEqual([
      {
        patient: 'Patient/.SHARED-2dA',
        counts: [2, 6],
        instances: [1, 2].flatMap((series) =>
          [1, 2, 3].map((n) => `2.25.77000.3.1.0.${series}.${n}`),
        ),
      },
      {
        patient: 'Patient/.SHARED-2dB',
        counts: [1, 2],
        instances: [1, 2].map((n) => `2.25.77000.3.1.1.1.${n}`),
      },
    ]);
  });

  test('is refused by its bare UID with a conflict that names both', async () => {
    const { entries } = await searchAll(`${gateway.fhir}/ImagingStudy?study=${uid}`);
    const { status, json } = await get(`${gateway.fhir}/ImagingStudy/${uid}`);
    expect([status, json.resourceType]).toEqual([409, 'OperationOutcome']);
    for (const { id } of entries) expect(detailsOf(json)).toContain(id.split('/').at(-1));
  });

  test.each(['SHARED-A', 'SHARED-B'])(
    'is found for %s alone by that Patient ID',
    async (patient) => {
      const [study, ...others] = await find('subject.identifier', patient);
      expect(others).toEqual([]);
      expect(referenceOf(study?.subject)).toBe(`Patient/.${patient.replace('-', '-2d')}`);
    },
  );

  test.each([
    ['accession', 'ODD-1A', 'SHARED-2dA'],
    ['accession', 'ODD-1B', 'SHARED-2dB'],
    ['subject.name', 'Anna Erste', 'SHARED-2dA'],
    ['uid', '2.25.77000.3.1.1.1.2', 'SHARED-2dB'],
    ['series', '2.25.77000.2.1.0.2', 'SHARED-2dA'],
  ])('is found by %s=%s for its patient only', async (parameter, value, patient) => {
    const studies = await find(parameter, value);
    expect(studies.map((study) => referenceOf(study.subject))).toEqual([`Patient/.${patient}`]);
  });
});

describe('one Study Instance UID under a patient and somebody without a Patient ID', () => {
  const uid = `${STUDY}.11`;

  test.each([
    ['by the UID', 'study', uid, ['#patient', 'Patient/.SHARED-2dC']],
    [
      'by the patient, whose study alone is found',
      'subject.identifier',
      'SHARED-C',
      ['Patient/.SHARED-2dC'],
    ],
  ])('keeps the instances of the one from the other: %s', async (_, parameter, value, patients) => {
    const studies = await find(parameter, value);
    expect(studies.map((study) => referenceOf(study.subject)).sort()).toEqual(patients);
    for (const study of studies) {
      const theirs = referenceOf(study.subject) === '#patient' ? [1, 2] : [1];
      const variant = referenceOf(study.subject) === '#patient' ? 1 : 0;
      expect(instancesOf(study)).toEqual(theirs.map((n) => `2.25.77000.3.11.${variant}.1.${n}`));
      expect(study.numberOfInstances).toBe(theirs.length);
    }
  });
});

describe('a Patient ID outside Latin-1 with a blank in it', () => {
  const id = '8 годиков';

  test('finds its study and patient', async () => {
    expect(await uidsFound('subject.identifier', id)).toEqual([`${STUDY}.2`]);
    expect(await uidsFound('subject.identifier', '8')).toEqual([]);
    const [study] = await find('subject.identifier', id);
    const reference = referenceOf(study?.subject);
    expect(await uidsFound('subject', reference)).toEqual([`${STUDY}.2`]);
    const { status, json } = await get(`${gateway.fhir}/${reference}`);
    expect(status).toBe(200);
    expect(JSON.stringify(json.identifier)).toContain(`"${id}"`);
  });

  test('finds its study in the compartment of its patient', async () => {
    const [study] = await find('subject.identifier', id);
    const { entries } = await searchAll(
      `${gateway.fhir}/${referenceOf(study?.subject)}/ImagingStudy`,
    );
    expect(entries.map(({ resource }) => uidOf(resource))).toEqual([`${STUDY}.2`]);
  });
});

describe('identifiers full of what URLs and patterns are made of', () => {
  test.each([
    ['subject.identifier', 'P 1/2+3 & Söhne\\, "x"'],
    ['accession', 'A 1&2=3+%20'],
  ])('%s=%s finds its study and no other', async (parameter, value) => {
    expect(await uidsFound(parameter, value)).toEqual([`${STUDY}.10`]);
  });
});

describe('names in every script', () => {
  const names: readonly (readonly [study: number, display: string, asked: readonly string[]])[] = [
    [3, 'Tarou Yamada', ['Tarou Yamada', 'yamada', '山田', '山田太郎', '山', 'やまだ']],
    [
      4,
      'Ελένη Παπαδόπουλος',
      ['Ελένη Παπαδόπουλος', 'Παπαδόπουλος', 'παπαδο', 'Ελενη ΠΑΠΑΔΟΠΟΥΛΟΣ'],
    ],
    [5, 'Анна Григорьевна Достоевская', ['Достоевская Анна', 'достоевск', 'Анна Достоевская']],
    [2, 'Ребёнок Тест', ['Ребёнок', 'ребенок', 'Тест Реб']],
    [6, 'Žofie Dvořáková', ['Žofie Dvořáková', 'Dvořák', 'dvorak', 'Zofie Dvorakova']],
  ];

  test.each(names)('study %i comes whole: %s', async (number, display) => {
    const [study] = await find('study', `${STUDY}.${number}`);
    expect((study?.subject as Json).display).toBe(display);
    const { json } = await get(`${gateway.fhir}/${referenceOf(study?.subject)}`);
    expect(JSON.stringify(json.name)).toContain(display);
  });

  test.each(names.flatMap(([number, , asked]) => asked.map((text) => [text, number] as const)))(
    '%s finds study %i',
    async (text, number) => {
      expect(await uidsFound('subject.name', text)).toContain(`${STUDY}.${number}`);
    },
  );

  test('a Japanese name has its three groups', async () => {
    const { json } = await get(`${gateway.fhir}/Patient/.ODD-2dJA`);
    for (const text of ['Tarou Yamada', '山田 太郎', 'やまだ たろう']) {
      expect(JSON.stringify(json.name)).toContain(`"text":"${text}"`);
    }
  });
});

describe('a study that lacks what others have', () => {
  test('has no patient to refer to without a Patient ID, but contains what is known', async () => {
    const [study] = await find('accession', 'ODD-7');
    expect(referenceOf(study?.subject)).toBe('#patient');
    expect(JSON.stringify(study?.contained)).toContain('Nobody');
    expect(study?.dateTime).toBeUndefined();
  });

  test('keeps a modality and a body part that no list has', async () => {
    const [study] = await find('study', `${STUDY}.9`);
    const text = JSON.stringify(study?.series);
    expect(text).toContain('"valueString":"DOC"');
    expect(text).toContain('"display":"NOSUCHPART"');
    expect(await uidsFound('bodysite', 'nosuchpart')).toEqual([`${STUDY}.9`]);
  });

  test('is told by issuer where one Patient ID has one', async () => {
    expect(await uidsFound('subject.identifier', 'HOSP-A|SAME')).toEqual([
      `${STUDY}.8`,
      `${STUDY}.9`,
    ]);
    expect(await uidsFound('subject.identifier', 'HOSP-B|SAME')).toEqual([]);
    expect(await uidsFound('subject.identifier', '|SAME')).toEqual([]);
  });
});
