import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B, type Names } from './names';
import { A, A_ID, A_RESTRICTED, A1, B1, B_ID, B_NEARLINE, studyOf } from './people';
import { DICOMWEB, plainly } from './routes';
import { tracesOfOthers } from './traces';
import type { Sent } from './wire';
import { COLD, each, PUBLIC_URL, startWorld, type World } from './world';

/* A capability URL opens one study to the caller that it was given to, and nothing else to anybody. */

jest.setTimeout(60_000);

let authority: Authority;
let ofA: string;
let ofB: string;
let world: World;

beforeAll(async () => {
  authority = await startAuthority();
  const token = (patient: string, client_id: string) =>
    authority.sign({ scope: 'patient/*.rs', patient, client_id });
  ofA = await token(A_ID, 'app-a');
  ofB = await token(B_ID, 'app-b');
});
afterEach(() => world.close());
afterAll(() => authority.close());

const KEYS = { CAPABILITY_URLS: 'true', CAPABILITY_KEYS: 'key-of-32-characters-or-more-000' };
const WITHOUT_TOKEN = { ...KEYS, CAPABILITY_REQUIRES_TOKEN: 'false' };

/** The path of the root that a study's Endpoint leads to, as its reader gets it. */
async function rootOf(study: string, token: string): Promise<string> {
  const answer = await world.ask({ target: `/fhir/r4/ImagingStudy/${study}` }, token);
  const [root] = /\/dicom-web\/~[\w-]+/.exec(answer.body.toString()) ?? [];
  if (root === undefined) throw new Error(answer.body.toString());
  return root;
}

/** Every request below /dicom-web for these names, below this root instead. */
function below(root: string, names: Names, others: readonly Names[]): Sent[] {
  return plainly(DICOMWEB.flatMap(({ requests }) => requests(names, others))).map((sent) => ({
    ...sent,
    target: sent.target.replace('/dicom-web', root),
  }));
}

async function leaks(requests: readonly Sent[], token?: string): Promise<object[]> {
  const found = await each(requests, async (sent) => {
    const answer = await world.ask(sent, token);
    return { target: sent.target, traces: tracesOfOthers(answer, sent) };
  });
  return found.filter(({ traces }) => traces.length > 0).slice(0, 5);
}

test.each([
  ['with A’s token', KEYS, () => ofA],
  ['with nobody’s, where none is asked for', WITHOUT_TOKEN, () => undefined],
])('A’s opens nothing of B’s, %s', async (_how, env, token) => {
  world = await startWorld({ authority, env: { ...COLD, ...env } });
  const root = await rootOf(A1.uid, ofA);
  const own = await world.ask({ target: `${root}/studies/${A1.uid}` }, token());
  expect([own.status, own.body.toString().includes('BYTES-OF-A')]).toEqual([200, true]);
  expect(await leaks(below(root, NAMES_OF_B, [NAMES_OF_A]), token())).toEqual([]);
});

test('B’s opens nothing to A, and nothing without a token', async () => {
  world = await startWorld({ authority, env: KEYS });
  const requests = below(await rootOf(B1.uid, ofB), NAMES_OF_B, []);
  const known = await each(requests, (sent) => world.ask(sent, ofB));
  expect(known.some(({ body }) => body.toString('latin1').includes('BYTES-OF-B'))).toBe(true);
  for (const [token, status] of [
    [ofA, 403],
    [undefined, 401],
    ['garbage', 401],
  ] as const) {
    const answers = await each(requests, (sent) => world.ask(sent, token));
    expect([...new Set(answers.map((answer) => answer.status))]).toEqual([status]);
    expect(await leaks(requests, token)).toEqual([]);
  }
});

test('one opens its study only, although its holder may see others', async () => {
  world = await startWorld({ authority, env: KEYS });
  const root = await rootOf(B1.uid, ofB);
  const other = `${root}/studies/${B_NEARLINE.uid}/metadata`;
  expect((await world.ask({ target: other }, ofB)).status).toBe(404);
  const rows = await world.ask({ target: `${root}/studies` }, ofB);
  expect(rows.body.toString()).toContain(B1.uid);
  expect(rows.body.toString()).not.toContain(B_NEARLINE.uid);
});

test('one that was changed, cut or made up opens nothing, and looks like an absent study', async () => {
  world = await startWorld({ authority, env: WITHOUT_TOKEN });
  const root = await rootOf(B1.uid, ofB);
  const target = (at: string) => `${at}/studies/${B1.uid}`;
  const absent = await world.ask({ target: `${root}/studies/9.9.9` });
  for (const changed of [
    root.slice(0, -1),
    `${root}A`,
    root.replace(/.(?=.{30}$)/, (digit) => (digit === 'A' ? 'B' : 'A')),
    root.replace(/~.{6}/, '~AAAAAA'),
    `/dicom-web/~${'A'.repeat(200)}`,
  ]) {
    const answer = await world.ask({ target: target(changed) });
    expect([changed, answer.status]).toEqual([changed, 404]);
    expect(answer.body).toEqual(absent.body);
  }
  for (const odd of [`${root}/~x`, root.replace('~', '%7E'), `${root}%2f..`, '/dicom-web/~']) {
    const answer = await world.ask({ target: target(odd) });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body.toString()).not.toContain('BYTES-OF');
  }
});

test('one for a study that went to another patient opens it to neither', async () => {
  world = await startWorld({ authority, holds: [A1, B1], env: { ...COLD, ...WITHOUT_TOKEN } });
  const target = `${await rootOf(B1.uid, ofB)}/studies/${B1.uid}`;
  expect((await world.ask({ target })).status).toBe(200);
  world.archive.holds = [A1, studyOf(A, 1, {}, 'B', B1.uid)];
  expect((await world.ask({ target })).status).toBe(404);
});

test('one does not open what is restricted for patients, whoever made it', async () => {
  world = await startWorld({ authority, env: WITHOUT_TOKEN });
  const service = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  const root = await rootOf(A_RESTRICTED.uid, service);
  const answer = await world.ask({ target: `${root}/studies/${A_RESTRICTED.uid}` });
  expect(answer.status).toBe(404);
});

test('what is remembered of one caller’s answers never gives another one’s capability', async () => {
  world = await startWorld({ authority, env: KEYS });
  const another = await authority.sign({
    scope: 'patient/*.rs',
    patient: A_ID,
    client_id: 'app-2',
  });
  const roots = async (token: string) => {
    const answers = [
      await world.ask({ target: '/fhir/r4/ImagingStudy?_count=100' }, token),
      await world.ask({ target: `/fhir/dstu1/ImagingStudy/${A1.uid}` }, token),
    ];
    return answers.flatMap(({ body }) => body.toString().match(/~[\w-]{60,}/g) ?? []);
  };
  const [first, second] = [await roots(ofA), await roots(another)];
  expect(first.length).toBeGreaterThan(3);
  expect(second).toHaveLength(first.length);
  expect(first.filter((root) => second.includes(root))).toEqual([]);
});

test('a capability tells nothing of study, patient or caller', async () => {
  world = await startWorld({ authority, env: KEYS });
  const root = await rootOf(B1.uid, ofB);
  const text = Buffer.from(root.replace(/.*~/, ''), 'base64url').toString('latin1');
  expect(text).not.toMatch(/1\.2\.826|app-b|PAT-1|CLINIC/);
  expect(root.startsWith('/dicom-web/~') && !root.includes(PUBLIC_URL)).toBe(true);
});
