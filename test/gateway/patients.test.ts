import { TAG } from '../../src/dicom/tags';
import { held, holding, startFakeArchive, type FakeArchive, type Held } from './fakeArchive';
import { allPages, bundleOf, codesOf, contents, startGateway } from './running';
import { studyOf, uidsOf, type Running } from './running';

/* Never somebody else's study: the archive is believed in nothing that can be checked. */

const JANE = { PatientID: 'P1', IssuerOfPatientID: 'LAB', PatientName: 'Doe^Jane' };
const JOHN = { PatientID: 'P2', IssuerOfPatientID: 'LAB', PatientName: 'Roe^John' };

let archive: FakeArchive;
let running: Running;

beforeAll(async () => {
  archive = await startFakeArchive(holding([]));
});
afterAll(() => archive.close());
beforeEach(async () => {
  const issuers = { LAB: 'urn:oid:1.2.3.4', OTHER: 'http://other.test/ids' };
  running = await startGateway(archive.url, {
    PACS_DIALECT: 'orthanc',
    ISSUERS: JSON.stringify(issuers),
  });
});
afterEach(() => running.close());

describe('an archive that ignores every key', () => {
  const wanted = held(
    '1.1',
    {
      ...JANE,
      PatientBirthDate: '19800101',
      PatientSex: 'F',
      AccessionNumber: 'A1',
      ModalitiesInStudy: 'MR',
      StudyDate: '20210505',
    },
    1,
    { Modality: 'MR', BodyPartExamined: 'HEAD', SOPClassUID: '1.2.840.10008.5.1.4.1.1.4' },
  );
  const other = held(
    '2.2',
    {
      ...JOHN,
      PatientBirthDate: '19900101',
      PatientSex: 'M',
      AccessionNumber: 'A10',
      StudyDate: '20200101',
    },
    1,
    { BodyPartExamined: 'CHEST' },
  );

  test.each([
    'subject=LAB.P1',
    'subject=Patient/LAB.P1',
    'subject:Patient=LAB.P1',
    'subject._id=LAB.P1',
    'subject.identifier=P1',
    'subject.identifier=LAB|P1',
    'subject.identifier=urn:oid:1.2.3.4|P1',
    'subject.name=jane',
    'subject.family=Doe',
    'subject.given:exact=Jane',
    'subject.birthdate=1980',
    'subject.gender=F',
    'accession=A1',
    'study=1.1',
    '_id=1.1',
    'series=1.1.1',
    'uid=urn:oid:1.1.1.1',
    'modality=MR',
    'date=2021-05-05',
    'date=>2020-06',
    'bodysite=HEAD',
    'dicom-class=1.2.840.10008.5.1.4.1.1.4',
  ])('answers %s with everything; the gateway gives the one study', async (query) => {
    archive.script = holding([other, wanted], { ignoresKeys: true });
    const got = await running.get(`ImagingStudy?${query}`);
    expect(uidsOf(got)).toEqual(['1.1']);
    expect(bundleOf(got).totalResults).toBe(1);
    expect(got.text).not.toContain('Roe');
  });

  test.each(['LAB.P1', 'Patient/LAB.P1'])('reads of %s give nobody else', async () => {
    archive.script = holding([other, wanted], { ignoresKeys: true });
    expect((await running.get('Patient/LAB.P1')).text).not.toMatch(/Roe|P2/);
    expect(uidsOf(await running.get('Patient/LAB.P1/ImagingStudy'))).toEqual(['1.1']);
    expect((await running.get('Patient/LAB.P')).status).toBe(404);
    expect((await running.get('ImagingStudy/1.2')).status).toBe(404);
  });
});

describe('one Patient ID of two issuers', () => {
  const nobody = { ...JANE, IssuerOfPatientID: undefined, PatientName: 'Poe^Ann' };
  const theirs = { ...JANE, IssuerOfPatientID: 'OTHER', PatientName: 'Moe^Max' };
  const all = [held('1.1', JANE), held('1.2', theirs), held('1.3', nobody)];

  test.each<[string, readonly string[]]>([
    ['subject=LAB.P1', ['1.1']],
    ['subject=OTHER.P1', ['1.2']],
    ['subject=.P1', ['1.3']],
    ['subject.identifier=LAB|P1', ['1.1']],
    ['subject.identifier=urn:oid:1.2.3.4|P1', ['1.1']],
    ['subject.identifier=http://other.test/ids|P1', ['1.2']],
    ['subject.identifier=|P1', ['1.3']],
    ['subject.identifier=P1', ['1.1', '1.2', '1.3']],
    ['subject.identifier=http://unknown.test/|P1', []],
    ['subject.identifier=NOBODY|P1', []],
  ])('%s finds the studies of nobody else', async (query, wanted) => {
    archive.script = holding(all, { ignoresKeys: true });
    expect(uidsOf(await running.get(`ImagingStudy?${query}`)).sort()).toEqual(wanted);
  });

  test('they are three patients, each read by an id of their own', async () => {
    archive.script = holding(all, { ignoresKeys: true });
    const found = await running.get('Patient?identifier=P1');
    const ids = bundleOf(found).entry.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    const names = await Promise.all(
      ['LAB.P1', 'OTHER.P1', '.P1'].map(async (id) => {
        const { text } = await running.get(`Patient/${id}`);
        return /Jane|Max|Ann/.exec(text)?.[0];
      }),
    );
    expect(names).toEqual(['Jane', 'Max', 'Ann']);
  });
});

describe('one Study Instance UID under two patients', () => {
  const both = [held('1.1', JANE), held('1.1', JOHN)];

  test('is two studies, each with instances of its own and an id that can be read', async () => {
    archive.script = holding(both);
    const got = await running.get('ImagingStudy?study=1.1');
    expect(uidsOf(got)).toEqual(['1.1', '1.1']);
    const ids = bundleOf(got).entry.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    const subjects = await Promise.all(
      ids.map(async (id) => studyOf(await running.get(id)).subject.reference),
    );
    expect(subjects.sort()).toEqual(['Patient/LAB.P1', 'Patient/LAB.P2']);
    for (const id of ids) expect(studyOf(await running.get(id)).numberOfInstances).toBe(2);
  });

  test('read by the bare UID is 409, which names the two ids', async () => {
    archive.script = holding(both);
    const got = await running.get('ImagingStudy/1.1');
    expect([got.status, codesOf(got)]).toEqual([409, ['ambiguous-study']]);
    const [one = ''] = /1\.1-p[0-9a-f]{12}/.exec(got.text) ?? [];
    expect((await running.get(`ImagingStudy/${one}`)).status).toBe(200);
  });

  test('whose rows do not say whose they are is answered without series, and says so', async () => {
    const johns = held('1.1', JOHN, 2, { SeriesInstanceUID: '1.1.9' });
    const bare = [held('1.1', JANE), johns].map(({ study, instances }): Held => {
      const rows = instances.map((each) => ({ ...each, [TAG.PatientID]: { vr: 'LO' } }));
      return { study, instances: rows };
    });
    archive.script = (seen, response) =>
      seen.path.endsWith('/metadata') ? { status: 404 } : holding(bare)(seen, response);
    const got = await running.get('ImagingStudy?subject=LAB.P1');
    const study = studyOf(got);
    expect(study.series).toEqual([]);
    expect(study.extension).toMatchObject([{ valueCode: 'mixed-patients' }]);
    expect(study.subject.reference).toBe('Patient/LAB.P1');
  });
});

describe('patients', () => {
  const newest = { ...JANE, PatientName: 'Doe-Poe^Jane', StudyDate: '20220101' };

  test('whose studies disagree about the name have the newest one, and are one patient', async () => {
    archive.script = holding([held('1.1', JANE), held('1.2', newest), held('1.3', JOHN)]);
    const got = await running.get('Patient');
    expect(contents(got, 'Patient')).toHaveLength(2);
    expect(bundleOf(got).totalResults).toBe(2);
    expect((await running.get('Patient/LAB.P1')).text).toContain('Doe-Poe');
  });

  test('without Patient ID are contained in their study and in no search', async () => {
    archive.script = holding([held('1.1', { PatientID: undefined, PatientName: 'Roe^John' })]);
    const study = studyOf(await running.get('ImagingStudy?_include=ImagingStudy.subject'));
    expect(study.subject.reference).toBe('#patient');
    expect(contents(await running.get('Patient'), 'Patient')).toEqual([]);
    expect(uidsOf(await running.get('ImagingStudy?subject:missing=true'))).toEqual(['1.1']);
  });

  test('with a key have ids that tell nothing and can be searched, read and paged by', async () => {
    archive.script = holding([held('1.1', JANE), held('1.2', JANE), held('2.1', JOHN)]);
    const opaque = await startGateway(archive.url, { PATIENT_ID_KEY: 'a secret of the hospital' });
    const { text } = await opaque.get('ImagingStudy?study=1.1');
    const [first] = /Patient\/\w+/.exec(text) ?? [];
    expect(first).toMatch(/^Patient\/[0-9A-Za-z]{25,64}$/);
    const pages = await allPages(opaque, `ImagingStudy?subject=${first ?? ''}&_count=1`);
    expect(pages.flatMap(uidsOf)).toEqual(['1.1', '1.2']);
    expect((await opaque.get(first ?? '')).text).toContain('Jane');
    expect((await opaque.get('Patient/LAB.P1')).status).toBe(404);
    expect(uidsOf(await opaque.get('ImagingStudy?subject=LAB.P1'))).toEqual([]);
    await opaque.close();
  });
});

describe('identifiers that an archive would take for patterns', () => {
  test.each([
    'subject.identifier=*',
    'subject.identifier=P?',
    'subject.identifier=LAB|*',
    'subject.identifier=LAB*|P1',
    'subject.identifier=P1%5C9',
    'subject.identifier=P1%00',
    'subject.identifier=P%0a1',
    'subject=LAB.-2a',
    'subject=.P-3f',
    'subject=-2a.P1',
    'subject.name=*',
    'subject.name=Do?',
    'subject.name=Doe%5EJane',
    'subject.name=%3D%5E',
    'accession=A*',
    'accession=%5C',
    'study=1.*',
    '_id=*',
    'series=1.2.?',
    'uid=1.2,*',
    'modality=*',
    'modality=C?',
    'bodysite=*',
    'dicom-class=1.2.840.*',
  ])('%s is refused before anything is asked of the archive', async (query) => {
    archive.script = holding([held('1.1', JANE)]);
    const already = archive.seen.length;
    const got = await running.get(`ImagingStudy?${query}`);
    expect([got.status, codesOf(got)]).toEqual([400, ['wildcard-refused']]);
    expect(archive.seen.length).toBe(already);
  });

  test.each(['*', '%3f', 'P1%01'])('Patient/.%s has no studies to give', async (id) => {
    archive.script = holding([held('1.1', JANE)]);
    expect([400, 404]).toContain((await running.get(`Patient/.${id}`)).status);
    const got = await running.get(`Patient/.${id}/ImagingStudy`);
    if (got.status === 200) expect(uidsOf(got)).toEqual([]);
    else expect(got.status).toBe(400);
  });
});
