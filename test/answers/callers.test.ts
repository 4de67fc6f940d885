import { startAuthority, type Authority } from '../security/authority';
import { A1, A_ID, A_RESTRICTED, B1, B_ID } from '../security/people';
import { startWorld, type World } from '../security/world';

/* One caller's kept answer is not another's: the token of every request decides anew. */

let authority: Authority;
let world: World;

beforeAll(async () => {
  authority = await startAuthority();
});
beforeEach(async () => {
  world = await startWorld({ authority, env: { RATE_LIMIT_SEARCHES: '4' } });
});
afterEach(() => world.close());
afterAll(() => authority.close());

const TARGET = '/fhir/r4/ImagingStudy?_include=ImagingStudy:patient&_format=json';
const tokenOf = (patient: string, client_id: string, scope = 'patient/*.rs') =>
  authority.sign({ scope, patient, client_id });
const ask = (token?: string) => world.ask({ target: TARGET }, token);

test('patients get their own studies, whoever asked before', async () => {
  const [a, b] = [await tokenOf(A_ID, 'app-a'), await tokenOf(B_ID, 'app-b')];
  for (const [token, own, other] of [
    [a, A1, B1],
    [b, B1, A1],
    [a, A1, B1],
    [b, B1, A1],
  ] as const) {
    const { status, body } = await ask(token);
    expect(status).toBe(200);
    expect(body.toString()).toContain(own.uid);
    expect(body.toString()).not.toContain(other.uid);
  }
});

test('of two apps of one patient the second gets what the first did, each on its own share', async () => {
  const [one, other] = [await tokenOf(A_ID, 'app-1'), await tokenOf(A_ID, 'app-2')];
  const first = await ask(one);
  const second = await ask(other);
  // Made anew it would tell another time: Bundle.meta.lastUpdated is that of the answer.
  expect(second.body.equals(first.body)).toBe(true);
  for (let at = 0; at < 3; at += 1) expect((await ask(one)).body.equals(first.body)).toBe(true);
  expect((await ask(one)).status).toBe(429);
  expect((await ask(other)).status).toBe(200);
});

test('a scope that grants less gets less', async () => {
  const wide = await ask(await tokenOf(A_ID, 'app-a'));
  const narrow = await ask(await tokenOf(A_ID, 'app-a', 'patient/ImagingStudy.rs'));
  expect([narrow.status, narrow.body.equals(wide.body)]).toEqual([200, false]);
  expect(narrow.body.toString()).toContain('patients-left-out');
  const none = await ask(await tokenOf(A_ID, 'app-a', 'patient/Patient.rs'));
  expect(none.status).toBe(403);
});

test('what a service may see nobody else is sent', async () => {
  const system = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  const user = await authority.sign({ scope: 'user/*.rs', client_id: 'clinic', sub: 'doctor' });
  expect((await ask(system)).body.toString()).toContain(A_RESTRICTED.uid);
  expect((await ask(user)).body.toString()).not.toContain(A_RESTRICTED.uid);
  expect((await ask(system)).body.toString()).toContain(A_RESTRICTED.uid);
});

test('an answer in memory is of no use without a good token', async () => {
  await ask(await tokenOf(A_ID, 'app-a'));
  expect((await ask()).status).toBe(401);
  const expired = { scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a', lives: -60 };
  expect((await ask(await authority.sign(expired))).status).toBe(401);
  const foreign = { scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' };
  expect((await ask(await authority.signWithForeignKey(foreign))).status).toBe(401);
});

test('an answer to a caller with a token varies with it', async () => {
  const { headers } = await ask(await tokenOf(A_ID, 'app-a'));
  expect(headers.get('vary')).toMatch(/Authorization/);
});
