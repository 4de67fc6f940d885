import { isRecord } from '../../src/dicom/dataset';
import { startAuthority, type Authority } from './authority';
import { accessions, accessionsOf } from './names';
import { A_ID, B_ID, D1, OF_A } from './people';
import { tracesOfOthers } from './traces';
import { startWorld, type World } from './world';

/* Questions that ask for somebody else: by naming them, and by the links of their pages. */

jest.setTimeout(60_000);

let authority: Authority;
let world: World;
let ofA: string;

beforeAll(async () => {
  authority = await startAuthority();
  world = await startWorld({ authority });
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
});
afterAll(async () => {
  await world.close();
  await authority.close();
});

describe('a question for another patient', () => {
  const D_ID = 'HOSP.PAT-2dDD-2d44';
  test.each([
    `/fhir/r4/ImagingStudy?patient=${D_ID}`,
    `/fhir/r4/ImagingStudy?subject=Patient/${D_ID}`,
    `/fhir/dstu1/ImagingStudy?subject=${D_ID}`,
    `/fhir/r4/ImagingStudy?patient.identifier=PAT-DD-44`,
    `/fhir/r4/ImagingStudy?patient:identifier=HOSP|PAT-DD-44`,
    `/fhir/r4/ImagingStudy?patient=${D_ID}&_summary=count`,
    `/fhir/r4/ImagingStudy?patient=${D_ID}&patient=${A_ID}`,
    `/fhir/r4/Patient/${D_ID}/ImagingStudy`,
    `/fhir/r4/Patient?_id=${D_ID}`,
    `/fhir/r4/Patient?identifier=PAT-DD-44`,
  ])('%s is 403', async (target) => {
    const answer = await world.ask({ target }, ofA);
    expect([target, answer.status]).toEqual([target, 403]);
    expect(tracesOfOthers(answer, { target })).toEqual([]);
  });

  test('by QIDO-RS finds nothing', async () => {
    for (const query of ['PatientID=PAT-DD-44', 'PatientID=PAT-DD*', 'PatientName=Dorn*']) {
      const target = `/dicom-web/studies?${query}`;
      const answer = await world.ask({ target }, ofA);
      expect([answer.status, answer.body.toString()]).toEqual([200, '[]']);
    }
  });

  test('and for A as well is answered with A’s alone', async () => {
    const target = `/fhir/r4/ImagingStudy?patient=${D_ID},${A_ID}&_count=100`;
    const answer = await world.ask({ target }, ofA);
    expect(accessions(answer.body)).toEqual(accessionsOf(OF_A));
    expect(answer.body.toString()).not.toContain(D1.uid);
  });
});

describe('a page link', () => {
  const SEARCH = '/fhir/r4/ImagingStudy?_count=1';

  /** The link to the next page of a search, without the host. */
  async function nextOf(token: string): Promise<string> {
    const { body } = await world.ask({ target: SEARCH }, token);
    const bundle: unknown = JSON.parse(body.toString());
    const links =
      isRecord(bundle) && Array.isArray(bundle.link) ? bundle.link.filter(isRecord) : [];
    const next = links.find(({ relation }) => relation === 'next')?.url;
    return String(next).replace(/^https?:\/\/[^/]+/, '');
  }

  test('of another caller shows A’s page of the same question, or none', async () => {
    const callers = [{ scope: 'patient/*.rs', patient: B_ID }, { scope: 'system/*.rs' }];
    for (const claims of callers) {
      const target = await nextOf(await authority.sign({ client_id: 'other', ...claims }));
      expect(target).toContain('-cursor=');
      const answer = await world.ask({ target }, ofA);
      expect([200, 400]).toContain(answer.status);
      expect(tracesOfOthers(answer, { target })).toEqual([]);
    }
  });

  test('is refused for another question, and when it was changed', async () => {
    const ofB = await authority.sign({ scope: 'patient/*.rs', patient: B_ID, client_id: 'b' });
    const target = await nextOf(ofB);
    for (const changed of [
      target.replace('_count=1', '_count=2'),
      `${target}&modality=CT`,
      target.replace('/r4/ImagingStudy', `/r4/Patient/${B_ID}/ImagingStudy`),
      target.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      target.replace(/(-cursor=.)./, '$1x'),
    ]) {
      expect([changed, (await world.ask({ target: changed }, ofB)).status]).toEqual([changed, 400]);
    }
  });
});
