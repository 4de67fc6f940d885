import fc from 'fast-check';
import { answeredParameters } from '../../src/search/parameters';
import {
  all,
  attribute,
  bodyPart,
  born,
  both,
  dated,
  either,
  issued,
  modality,
  named,
  none,
  ofInstance,
  ofSeries,
  patient,
  sex,
  sopClass,
  sorted,
  STUDIES,
  uid,
  uidsOf as expected,
  type Test,
} from '../releases/finds';
import { startDemo, type Demo } from './demo';
import { allPages, bundleOf, contents, linkOf, studiesOf, uidsOf } from './running';

/* The gateway over the demo archive. What a search should find is read from the demo's own content. */

let running: Demo;

beforeAll(async () => {
  running = await startDemo();
});
afterAll(() => running.close());

const [FIRST = STUDIES[0]] = STUDIES;
const UID = FIRST?.uid ?? '';
const SERIES = FIRST?.series[1]?.uid ?? '';
const INSTANCE = FIRST?.series[0]?.instances[3]?.uid ?? '';
const CT = '1.2.840.10008.5.1.4.1.1.2';
const SR = '1.2.840.10008.5.1.4.1.1.88.11';

const SEARCHES: readonly (readonly [query: string, finds: Test])[] = [
  ['', all],
  [`_id=${UID}`, uid(UID)],
  ['_id=1.2.3', none],
  ['_language=de', none],
  ['_language:missing=true', all],
  ['accession=A-2024-0312', attribute('AccessionNumber', 'A-2024-0312')],
  ['accession=a-2024-0312', none],
  ['accession=A-2024', none],
  ['accession=900100', attribute('AccessionNumber', '900100')],
  ['accession=RIS-B|900100', issued('900100', 'RIS-B')],
  ['accession=urn:oid:1.2.276.0.76.3.1.999.2|900100', issued('900100', 'RIS-A')],
  ['accession=|900100', none],
  ['accession:missing=true', attribute('AccessionNumber', '')],
  ['bodysite=HEAD', bodyPart('HEAD')],
  ['bodysite=head', bodyPart('HEAD')],
  ['bodysite=http://snomed.info/sct|69536005', bodyPart('HEAD')],
  ['bodysite=CHEST,KNEE', either(bodyPart('CHEST'), bodyPart('KNEE'))],
  ['bodysite=TAIL', none],
  ['date=2024', dated('20240000', '20249999')],
  ['date=2024-03-12', dated('20240312', '20240312')],
  ['date=>2024-03-31', dated('20240401', '29991231')],
  ['date=<2023-06', dated('00000001', '20230599')],
  ['date=>=2023-06&date=<=2024-03', dated('20230601', '20240399')],
  ['date=2023,2022', dated('20220101', '20231231')],
  ['date:missing=true', attribute('StudyDate', '')],
  [`dicom-class=${CT}`, sopClass(CT)],
  [`dicom-class=urn:oid:${SR}`, sopClass(SR)],
  ['modality=CT', modality('CT')],
  ['modality=ct', modality('CT')],
  ['modality=SR', modality('SR')],
  ['modality=CT,MR', either(modality('CT'), modality('MR'))],
  ['modality=CT&modality=SR', both(modality('CT'), modality('SR'))],
  ['modality=http://nema.org/dicom/dicm|US', modality('US')],
  ['modality=http://elsewhere.test|CT', none],
  [`series=${SERIES}`, ofSeries(SERIES)],
  [`study=urn:oid:${UID}`, uid(UID)],
  [`study=${UID},${STUDIES[3]?.uid ?? ''}`, uid(UID, STUDIES[3]?.uid ?? '')],
  [`uid=${INSTANCE}`, ofInstance(INSTANCE)],
  ['subject=HOSP-2dA.4711', patient('4711', 'HOSP-A')],
  ['subject:Patient=HOSP-2dB.4711', patient('4711', 'HOSP-B')],
  ['subject=.X-2b77-2f2-20B', patient('X+77/2 B', '')],
  ['subject=4711', none],
  ['subject=Practitioner/1', none],
  ['subject.identifier=4711', patient('4711')],
  ['subject.identifier=HOSP-A|4711', patient('4711', 'HOSP-A')],
  ['subject.identifier=|4711', none],
  ['subject.identifier=X%2B77/2 B', patient('X+77/2 B')],
  ['subject.name=muller', named(/Müller/)],
  ['subject.name=MÜLLER', named(/Müller/)],
  ['subject.name=山田', named(/山田/)],
  ['subject.name=Παπαδοπούλου', named(/Παπαδοπούλου/)],
  ['subject.name=ольга', named(/Ольга/)],
  ['subject.name=sorensen', named(/Sørensen/)],
  ['subject.family=anna', none],
  ['subject.given=anna', named(/\^Anna/)],
  ['subject.birthdate=1961', born(/^1961/)],
  ['subject.gender=M', sex('M')],
  ['subject.name=dupont&modality=MR', both(named(/Dupont/), modality('MR'))],
];

describe('a search of ImagingStudy', () => {
  test.each(SEARCHES)('%s finds what it should and nothing else', async (query, finds) => {
    const got = await running.get(`ImagingStudy?${query}&_count=100`);
    expect(sorted(uidsOf(got))).toEqual(expected(finds));
    expect(bundleOf(got).totalResults).toBe(expected(finds).length);
  });

  test('by each parameter of the table is among the searches above', () => {
    const names = answeredParameters('dstu1', 'ImagingStudy').map(({ spelling }) => spelling.name);
    const tried = SEARCHES.map(([query]) => query.split(/[=:.]/)[0] ?? '');
    expect(names.filter((name) => !tried.includes(name))).toEqual([]);
  });

  test('posted finds the same', async () => {
    for (const [query] of SEARCHES.filter((_, index) => index % 5 === 1)) {
      const posted = await running.get('ImagingStudy/_search?_count=100', {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: query.replaceAll(' ', '%20'),
      });
      expect(uidsOf(posted)).toEqual(uidsOf(await running.get(`ImagingStudy?${query}&_count=100`)));
    }
  });

  test('of a patient’s compartment finds the patient’s studies that match', async () => {
    const got = await running.get('Patient/HOSP-2dA.4711/ImagingStudy?_count=100');
    expect(sorted(uidsOf(got))).toEqual(expected(patient('4711', 'HOSP-A')));
    const [one] = expected(patient('4711', 'HOSP-B'));
    const other = await running.get(`Patient/HOSP-2dA.4711/ImagingStudy?study=${one ?? ''}`);
    expect(uidsOf(other)).toEqual([]);
    const posted = await running.get('Patient/HOSP-2dA.4711/ImagingStudy/_search', {
      method: 'POST',
      body: new URLSearchParams({ _count: '100' }),
    });
    expect(uidsOf(posted)).toEqual(uidsOf(got));
  });

  test('with many OR and AND at random finds what a plain reading finds', async () => {
    const some = SEARCHES.filter(([query]) => /^[a-z]+=[\w-]+$/.test(query));
    const clause = fc.constantFrom(...some);
    await fc.assert(
      fc.asyncProperty(fc.array(clause, { minLength: 2, maxLength: 3 }), async (clauses) => {
        const query = clauses.map(([one]) => one).join('&');
        const got = await running.get(`ImagingStudy?${query}&_count=100&_summary=true`);
        expect(sorted(uidsOf(got))).toEqual(
          expected((study) => clauses.every(([, finds]) => finds(study))),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('how a result is wanted', () => {
  const day = ({ uid }: { uid?: string | undefined }) => {
    const date = STUDIES.find((study) => `urn:oid:${study.uid}` === uid)?.attributes.StudyDate;
    return typeof date === 'string' ? date : '';
  };

  test('_sort orders by date, by default the newest first, without a date last', async () => {
    const orders = ['', '_sort:desc=date', '_sort:asc=date', '_sort=date'].map(async (sort) =>
      studiesOf(await running.get(`ImagingStudy?_count=100&_summary=true&${sort}`)).map(day),
    );
    const [plain = [], down, up, bare] = await Promise.all(orders);
    const dates = sorted(plain.filter((date) => date !== ''));
    const undated = plain.filter((date) => date === '');
    expect(undated.length).toBeGreaterThan(0);
    expect([plain, down]).toEqual(Array(2).fill([...dates.toReversed(), ...undated]));
    expect([up, bare]).toEqual(Array(2).fill([...dates, ...undated]));
  });

  test('_summary leaves out the series and keeps the counts', async () => {
    const studies = studiesOf(await running.get('ImagingStudy?_summary=true&_count=100'));
    for (const { series, numberOfSeries, numberOfInstances, uid } of studies) {
      const held = STUDIES.find((study) => `urn:oid:${study.uid}` === uid);
      const instances = held?.series.flatMap((each) => each.instances) ?? [];
      expect(series).toEqual([]);
      expect([numberOfSeries, numberOfInstances]).toEqual([held?.series.length, instances.length]);
    }
  });

  test('_include brings each patient once, uncounted', async () => {
    const got = await running.get('ImagingStudy?_include=ImagingStudy.subject&_count=100');
    expect(contents(got, 'ImagingStudy')).toHaveLength(STUDIES.length);
    const people = new Set(STUDIES.map(({ patient: { id, issuer } }) => `${issuer ?? ''} ${id}`));
    expect(contents(got, 'Patient')).toHaveLength(people.size);
    expect(bundleOf(got).totalResults).toBe(STUDIES.length);
    const references = new Set(
      studiesOf(got).map(({ subject }) => `${running.fhir}/${subject.reference}`),
    );
    const ids = new Set(
      bundleOf(got).entry.flatMap(({ id }) => (id.includes('/Patient/') ? id : [])),
    );
    expect(references).toEqual(ids);
  });

  test.each([1, 3, 7, 100])('_count=%i pages give every study once', async (count) => {
    const pages = await allPages(running, `ImagingStudy?_count=${count}&_summary=true`);
    const uids = pages.flatMap(uidsOf);
    expect(sorted(uids)).toEqual(expected(() => true));
    expect(pages.length).toBe(Math.ceil(STUDIES.length / count));
    expect(new Set(pages.map((page) => bundleOf(page).totalResults))).toEqual(
      new Set([STUDIES.length]),
    );
  });

  test('_count beyond the most is the most, and the self link says so', async () => {
    const got = await running.get('ImagingStudy?_count=99999&_summary=true');
    expect(linkOf(got, 'self')).toBe(`${running.fhir}/ImagingStudy?_count=100&_summary=true`);
  });
});

describe('patients', () => {
  const idsOf = async (query: string) =>
    contents(await running.get(`Patient?${query}&_count=100`), 'Patient').map(
      ({ identifier }) => /"Patient ID".*?"value":"([^"]+)"/.exec(JSON.stringify(identifier))?.[1],
    );
  const people = (finds: Test) =>
    sorted([
      ...new Map(
        STUDIES.filter(finds).map(({ patient: { id, issuer } }) => [`${issuer ?? ''} ${id}`, id]),
      ).values(),
    ]);

  test.each<[string, Test]>([
    ['', all],
    ['identifier=4711', patient('4711')],
    ['identifier=HOSP-B|4711', patient('4711', 'HOSP-B')],
    ['_id=HOSP-2dA.4711', patient('4711', 'HOSP-A')],
    ['name=yamada', named(/Yamada/)],
    ['name=山田太郎', named(/山田/)],
    ['name:exact=Yamada', named(/Yamada/)],
    ['name:exact=yamada', none],
    ['family=garcia', named(/García/)],
    ['given=elen', none],
    ['birthdate=<1960', (study) => (study.patient.birthDate ?? '9') < '1960'],
    ['birthdate=1975-09-09', (study) => study.patient.birthDate === '19750909'],
    ['birthdate:missing=true', (study) => study.patient.birthDate === undefined],
    ['gender=F', (study) => study.patient.sex === 'F'],
    ['gender=UN', (study) => study.patient.sex === 'O'],
    [
      'gender=F&birthdate=>1980',
      (study) => study.patient.sex === 'F' && (study.patient.birthDate ?? '') > '1981',
    ],
  ])('are found by %s', async (query, finds) => {
    expect(sorted((await idsOf(query)).map(String))).toEqual(people(finds));
  });

  test('are read by the id of a subject reference, with all of their names', async () => {
    const got = await running.get('Patient/HOSP-2dA.P-2d1002');
    expect(got.status).toBe(200);
    expect(got.text).toMatch(/Yamada.*山田.*やまだ/s);
  });
});
