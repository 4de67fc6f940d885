import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAuthority, type Authority } from './authority';
import { eventsIn, textOf, type Event } from './events';
import { BASES, fhirRoutes } from './fhirRoutes';
import { NAMES_OF_A, NAMES_OF_B } from './names';
import { A_ID, B_ID } from './people';
import { DICOMWEB } from './routes';
import type { Sent } from './wire';
import { PUBLIC_URL, startWorld, type World } from './world';

/* Who saw what, end to end: every answer leaves its events, and without a record there is no answer. */

jest.setTimeout(60_000);

let authority: Authority;
let ofA: string;
let world: World;
let folder: string;
let file: string;

beforeAll(async () => {
  authority = await startAuthority();
  const claims = { scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a', sub: 'person-a' };
  ofA = await authority.sign(claims);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'audit-'));
  file = path.join(folder, 'audit.ndjson');
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => authority.close());

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  world = await startWorld({ authority, env: { AUDIT_FILE: file, ...env } });
}

/** The events of one request, on the disk when its answer is there. */
async function eventsOf(sent: Sent, token?: string): Promise<{ status: number; events: Event[] }> {
  const before = eventsIn(file).length;
  const { status } = await world.ask(sent, token);
  return { status, events: eventsIn(file).slice(before) };
}

const PATIENT = `${PUBLIC_URL}/fhir/r4/Patient/${A_ID}`;
const { study, series, instance } = NAMES_OF_A;
const PART = `/dicom-web/studies/${study}/series/${series}/instances/${instance}`;

describe('a record', () => {
  test.each([
    ['a search', '/fhir/r4/ImagingStudy?modality=CT', 'search', [study, 'modality=CT']],
    ['a read', `/fhir/r4/ImagingStudy/${study}`, 'read', [study]],
    ['a read of a patient', `/fhir/stu3/Patient/${A_ID}`, 'read', []],
    ['a query', `/dicom-web/studies?StudyInstanceUID=${study}`, 'query', [study]],
    ['a query below a study', `/dicom-web/studies/${study}/series`, 'query', [study]],
    ['a retrieval of a study', `/dicom-web/studies/${study}`, 'retrieve', [study]],
    ['a retrieval of an instance', PART, 'retrieve', [study, series, instance]],
    ['metadata', `${PART}/metadata`, 'retrieve', [study, series, instance]],
    ['a rendering', `${PART}/rendered`, 'retrieve', [study, series, instance]],
    ['a Binary', `/fhir/r4/Binary/${instance}`, 'retrieve', [study, series, instance]],
  ])('of %s names caller, patient and what was shown', async (_what, target, _kind, named) => {
    await start();
    const { status, events: left } = await eventsOf({ target }, ofA);
    expect([status, left.map(({ outcome }) => outcome)]).toEqual([200, ['0']]);
    const [text = ''] = left.map(textOf);
    for (const word of ['app-a', 'person-a', '127.0.0.1', PATIENT, ...named]) {
      expect(text).toContain(word);
    }
  });

  test('tells actions apart', async () => {
    await start();
    const codes = async (target: string) => {
      const { events: left } = await eventsOf({ target }, ofA);
      return left.map(({ type, subtype }) => [type, ...subtype].map(({ code }) => code).join(' '));
    };
    const all = [
      await codes('/fhir/r4/ImagingStudy'),
      await codes(`/fhir/r4/ImagingStudy/${study}`),
      await codes('/dicom-web/studies'),
      await codes(PART),
    ];
    expect(new Set(all.flat()).size).toBe(4);
  });

  test('of a search that a service made has one event a patient', async () => {
    await start();
    const service = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
    const { events: left } = await eventsOf(
      { target: '/fhir/r4/ImagingStudy?_count=100' },
      service,
    );
    // A, B and D, and C who has no Patient ID.
    expect(left).toHaveLength(4);
    expect(left.filter((one) => textOf(one).includes(`Patient/${B_ID}"`))).toHaveLength(1);
  });

  test.each([
    ['without a token', `/fhir/r4/ImagingStudy/${study}`, 401, undefined],
    ['with a token that is no good', PART, 401, 'garbage'],
    ['for another patient', `/fhir/r4/ImagingStudy?patient=HOSP.PAT-2dDD-2d44`, 403, 'A'],
  ])('of a denial (%s) is a security alert with the request', async (_why, target, code, who) => {
    await start();
    const { status, events: left } = await eventsOf({ target }, who === 'A' ? ofA : who);
    expect([status, left.map(({ outcome }) => outcome)]).toEqual([code, ['8']]);
    expect(left[0]?.type.code).toBe('110113');
    const text = left.map(textOf).join('');
    expect(text).toContain(`GET ${target}`);
    expect(text.includes('app-a')).toBe(who === 'A');
  });

  test.each([
    [`/dicom-web/studies/${NAMES_OF_B.study}`],
    [`/fhir/r4/ImagingStudy/${NAMES_OF_B.study}`],
    [`/fhir/r4/Patient/${B_ID}`],
    [`/fhir/r4/Binary/${NAMES_OF_B.instance}`],
  ])('of what is not there for A (%s) is a failure of A’s', async (target) => {
    await start();
    const { status, events: left } = await eventsOf({ target }, ofA);
    expect([status, left.map(({ outcome }) => outcome)]).toEqual([404, ['4']]);
    expect(left.map(({ outcomeDesc }) => outcomeDesc)).toEqual(['not-found']);
    expect(left.map(textOf).join('')).toContain('app-a');
  });

  test('of a caller who asks too often is a failure', async () => {
    await start({ RATE_LIMIT_SEARCHES: '1' });
    await world.ask({ target: '/fhir/r4/ImagingStudy' }, ofA);
    const { status, events: left } = await eventsOf({ target: '/fhir/r4/ImagingStudy' }, ofA);
    expect([status, left.map(({ outcome }) => outcome)]).toEqual([429, ['4']]);
  });
});

test('no route shows something of A, or refuses to, without an event', async () => {
  await start();
  const routes = [...DICOMWEB, ...BASES.flatMap(fhirRoutes)];
  for (const names of [NAMES_OF_A, NAMES_OF_B]) {
    for (const { route, requests } of routes) {
      const [sent] = requests(names, []).filter(({ headers }) => headers?.Accept !== ZIP);
      if (sent === undefined) throw new Error(`${route} has no request`);
      const { status, events: left } = await eventsOf(sent, ofA);
      expect([route, sent.target, left.length]).toEqual([route, sent.target, 1]);
      expect(left.map(({ outcome }) => outcome === '0')).toEqual([status === 200]);
    }
  }
});

const ZIP = 'application/zip';

test.each(['patient/*.rs', 'system/*.rs'])(
  'a ZIP of a small study or series comes whole, although its record takes a while (%s)',
  async (scope) => {
    await start();
    const token = await authority.sign({ scope, patient: A_ID, client_id: 'app-a' });
    for (const target of [
      `/dicom-web/studies/${study}`,
      `/dicom-web/studies/${study}/series/${series}`,
    ]) {
      const answer = await world.ask({ target, headers: { Accept: ZIP } }, token);
      expect(answer.status).toBe(200);
      expect(answer.body.subarray(-22).readUInt32LE(0)).toBe(0x06054b50);
    }
  },
);

describe('when the audit cannot be written', () => {
  const TARGETS = [
    '/fhir/r4/ImagingStudy',
    `/fhir/dstu1/ImagingStudy/${study}`,
    `/fhir/r4/Patient/${A_ID}`,
    '/dicom-web/studies',
    `/dicom-web/studies/${study}/instances`,
    `/dicom-web/studies/${study}`,
    PART,
    `${PART}/rendered`,
    `${PART}/metadata`,
    `${PART}/frames/1`,
    `/fhir/r4/Binary/${instance}`,
    `/fhir/r4/Binary/${NAMES_OF_A.report}`,
  ];

  test.each(TARGETS)(
    '%s is refused before a byte, and answered again afterwards',
    async (target) => {
      await start();
      expect((await world.ask({ target }, ofA)).status).toBe(200);
      rmSync(folder, { recursive: true });
      const refused = await world.ask({ target }, ofA);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
      expect(refused.body.toString('latin1')).toMatch(/audit-unavailable/);
      expect(`${refused.head}${refused.body.toString('latin1')}`).not.toMatch(
        /BYTES-OF|ACC-A|Alderbrook|1961-?02-?03/,
      );
      mkdirSync(folder);
      expect((await world.ask({ target }, ofA)).status).toBe(200);
    },
  );

  test('and AUDIT_FAIL is open, it is answered all the same', async () => {
    await start({ AUDIT_FAIL: 'open' });
    rmSync(folder, { recursive: true });
    for (const target of TARGETS) {
      expect([target, (await world.ask({ target }, ofA)).status]).toEqual([target, 200]);
    }
    mkdirSync(folder);
  });
});
