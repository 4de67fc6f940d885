import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startAuthority, type Authority } from './authority';
import { A_ID, A1, B1, B_ID } from './people';
import { startWorld, type World } from './world';

/* What one caller may take of the gateway, and that nobody else has less for it. */

jest.setTimeout(60_000);

let authority: Authority;
let ofA: string;
let ofA_again: string;
let ofB: string;
const worlds: World[] = [];

beforeAll(async () => {
  authority = await startAuthority();
  const token = (patient: string, client_id: string) =>
    authority.sign({ scope: 'patient/*.rs', patient, client_id });
  ofA = await token(A_ID, 'app-a');
  ofA_again = await authority.sign({
    scope: 'patient/*.rs openid',
    patient: A_ID,
    client_id: 'app-a',
    lives: 300,
  });
  ofB = await token(B_ID, 'app-b');
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
afterAll(() => authority.close());

async function world(env: Readonly<Record<string, string>>): Promise<World> {
  const started = await startWorld({ authority, env });
  worlds.push(started);
  return started;
}

const SEARCHES: readonly (readonly [what: string, target: string])[] = [
  ['a search', '/fhir/r4/ImagingStudy'],
  ['a search at another endpoint', '/fhir/dstu1/ImagingStudy'],
  ['a search in a compartment', `/fhir/r4/Patient/${A_ID}/ImagingStudy`],
  ['a search of patients', '/fhir/r4/Patient'],
  ['a QIDO-RS query', '/dicom-web/studies'],
  ['a QIDO-RS query below a study', `/dicom-web/studies/${A1.uid}/instances`],
];

describe('RATE_LIMIT_SEARCHES', () => {
  test.each(SEARCHES)('counts %s, and says when to come again', async (_what, target) => {
    const { ask } = await world({ RATE_LIMIT_SEARCHES: '3' });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await ask({ target }, ofA)).status);
    expect(statuses).toEqual([200, 200, 200]);
    const refused = await ask({ target }, ofA);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    expect(refused.body.toString()).toContain('rate-limited');
  });

  test('one caller’s limit is not another’s, and a further token of a caller brings no more', async () => {
    const { ask, archive } = await world({ RATE_LIMIT_SEARCHES: '2' });
    const target = '/fhir/r4/ImagingStudy';
    for (let at = 0; at < 2; at += 1) await ask({ target }, ofA);
    const asked = archive.seen.length;
    expect((await ask({ target }, ofA)).status).toBe(429);
    expect((await ask({ target }, ofA_again)).status).toBe(429);
    expect(archive.seen).toHaveLength(asked);
    expect((await ask({ target }, ofB)).status).toBe(200);
  });

  test('reads and retrievals are no searches', async () => {
    const { ask } = await world({ RATE_LIMIT_SEARCHES: '1' });
    await ask({ target: '/fhir/r4/ImagingStudy' }, ofA);
    for (const target of [`/fhir/r4/ImagingStudy/${A1.uid}`, `/dicom-web/studies/${A1.uid}`]) {
      expect((await ask({ target }, ofA)).status).toBe(200);
    }
  });

  test('a caller without a good token counts for nobody', async () => {
    const { ask } = await world({ RATE_LIMIT_SEARCHES: '1' });
    const target = '/fhir/r4/ImagingStudy';
    for (let at = 0; at < 5; at += 1) expect((await ask({ target })).status).toBe(401);
    expect((await ask({ target }, ofA)).status).toBe(200);
  });
});

describe('STREAMS_PER_CALLER', () => {
  const target = (uid: string) => `/dicom-web/studies/${uid}`;

  /** Begins a retrieval and reads nothing of it until told to go on. */
  async function begin({ archive, gateway }: World, uid: string, token: string) {
    archive.holds = archive.holds.map((held) => {
      const instances = held.instances.map((each) => ({ ...each, bytes: LARGE }));
      return held.uid === uid ? { ...held, instances } : held;
    });
    const headers = { Authorization: `Bearer ${token}` };
    return new Promise<{ status: number; end(): Promise<void> }>((resolve, reject) => {
      const request = get(gateway.url + target(uid), { headers, agent: false }, (response) => {
        const end = () =>
          new Promise<void>((done) => {
            response.on('close', done).on('error', () => undefined);
            response.destroy();
          });
        resolve({ status: response.statusCode ?? 0, end });
      });
      request.on('error', reject);
    });
  }

  /** More than the buffers on the way hold. */
  const LARGE = '.'.repeat(4_000_000);

  test('is each caller’s own, and a stream that has ended makes room', async () => {
    const running = await world({ STREAMS_PER_CALLER: '2' });
    const open = [await begin(running, A1.uid, ofA), await begin(running, A1.uid, ofA)];
    expect(open.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await running.ask({ target: target(A1.uid) }, ofA);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    const image = A1.instances[0]?.uid ?? '';
    expect((await running.ask({ target: `/fhir/r4/Binary/${image}` }, ofA)).status).toBe(429);
    expect((await running.ask({ target: '/fhir/r4/ImagingStudy' }, ofA)).status).toBe(200);
    const others = await begin(running, B1.uid, ofB);
    expect(others.status).toBe(200);
    await open[0]?.end();
    await pause(50);
    const again = await begin(running, A1.uid, ofA);
    expect(again.status).toBe(200);
    for (const one of [others, again, ...open.slice(1)]) await one.end();
  });

  test('is not used up by refusals', async () => {
    const { ask } = await world({ STREAMS_PER_CALLER: '1' });
    for (let at = 0; at < 4; at += 1) {
      expect((await ask({ target: target(B1.uid) }, ofA)).status).toBe(404);
    }
    expect((await ask({ target: target(A1.uid) }, ofA)).status).toBe(200);
  });
});
