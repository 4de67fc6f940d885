import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B, NAMES_OF_NOBODY, type Names } from './names';
import { A_ID, SYSTEMS } from './people';
import { everyRequest, plainly, requestsOfR4 } from './routes';
import type { Raw, Sent } from './wire';
import { COLD, each, startWorld, type World } from './world';

/*
 * To A, what is B's is like what is not there: every answer to a request that names B is that to the same request
 * with names of nobody, header by header and byte by byte, but for the clock, the request's id and the names
 * themselves where the gateway repeats what it was asked.
 */

jest.setTimeout(120_000);

let authority: Authority;
let ofA: string;
let ofSystem: string;
let world: World;

beforeAll(async () => {
  authority = await startAuthority();
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
  ofSystem = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
});
afterEach(() => world.close());
afterAll(() => authority.close());

const B_WORDS = wordsOf(NAMES_OF_B);
const NOBODYS_WORDS = wordsOf(NAMES_OF_NOBODY);

/** Every way in which the names may be repeated, each with the name that stands for it; long ones first. */
function wordsOf(names: Names): (readonly [word: string, name: string])[] {
  const { born, issuer, instance } = names;
  const day = `${born.slice(0, 4)}-${born.slice(4, 6)}-${born.slice(6)}`;
  const plain = Object.entries(names).map(([name, word]) => [String(word), name] as const);
  return [
    ...plain,
    [day, 'day'] as const,
    [SYSTEMS[issuer] ?? '', 'system'] as const,
    [`${instance.slice(0, -1)}2`, 'second'] as const,
  ]
    .filter(([word, name]) => word !== '' && name !== 'patientId')
    .flatMap(
      ([word, name]) =>
        [
          [word, name],
          [encodeURIComponent(word), name],
        ] as const,
    )
    .sort(([one], [other]) => other.length - one.length);
}

/** An answer without what may differ: clock, timings, ids of requests, hashes over names, and names. */
function plainOf({ head, body }: Raw, words: ReturnType<typeof wordsOf>): string {
  const text = `${head}\n\n${body.toString('latin1')}`
    .replace(/^X-Request-Id: .*$/im, 'X-Request-Id')
    .replace(/^Date: .*$/im, 'Date')
    .replace(/^Server-Timing: .*$/im, 'Server-Timing')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)/g, 'now')
    .replace(/^ETag: .*$/im, 'ETag')
    .replace(/urn:uuid:[0-9a-f-]{36}/g, 'uuid');
  return words.reduce((all, [word, name]) => all.replaceAll(word, `<${name}>`), text);
}

/** Requests of every route: all of them at one endpoint, and those of ids at the others. */
function requestsOf(names: Names): Sent[] {
  const reads = everyRequest(names, []).filter(({ target }) =>
    /^\/fhir\/.*[a-z]\/[^?]*\d/.test(target),
  );
  return plainly([...requestsOfR4(names, [NAMES_OF_A]), ...reads]);
}

/**
 * What differs of the answers to two lists of requests; asked one by one, so that none has a part of another's.
 *
 * @param told what of an answer is compared
 */
async function differences(
  ofB: readonly Sent[],
  ofNobody: readonly Sent[],
  told: (answer: Raw, words: ReturnType<typeof wordsOf>) => string,
): Promise<object[]> {
  const found: object[] = [];
  expect(ofB).toHaveLength(ofNobody.length);
  for (const [at, sent] of ofB.entries()) {
    const other = ofNobody[at] ?? sent;
    if (sent.target === other.target && sent.body === other.body) continue;
    const b = told(await world.ask(sent, ofA), B_WORDS).split('\n');
    const nobody = told(await world.ask(other, ofA), NOBODYS_WORDS).split('\n');
    const lines = b.flatMap((line, index) =>
      line === nobody[index] ? [] : [[line, nobody[index] ?? '']],
    );
    if (lines.length > 0) found.push({ request: sent.target, lines });
  }
  return found.slice(0, 5);
}

/** Upstream calls and what was remembered; durations are the clock's. */
function costOf({ headers }: Raw): string {
  return (headers.get('server-timing') ?? '').replace(/dur=[\d.]+/g, 'dur');
}

test.each([
  ['with nothing remembered', COLD, false],
  ['when a service has had all of B before', {}, true],
] as const)('on every route, %s', async (_when, env, warmed) => {
  world = await startWorld({ authority, env });
  await world.gateway.gateway.probe();
  const before = warmed ? plainly(requestsOfR4(NAMES_OF_B, [])) : [];
  await each(before, (sent) => world.ask(sent, ofSystem));
  const found = await differences(requestsOf(NAMES_OF_B), requestsOf(NAMES_OF_NOBODY), plainOf);
  expect(found).toEqual([]);
});

test('what an answer cost tells nothing of B either', async () => {
  world = await startWorld({ authority, env: COLD });
  await world.gateway.gateway.probe();
  const requests = (names: Names) => plainly(requestsOfR4(names, [NAMES_OF_A]));
  const found = await differences(requests(NAMES_OF_B), requests(NAMES_OF_NOBODY), costOf);
  expect(found).toEqual([]);
});

test.each(['/dicom-web/studies?PatientID=', '/dicom-web/studies?fuzzymatching=true&PatientID='])(
  'a query for the Patient ID of somebody (%s) costs what one for nobody’s does',
  async (target) => {
    world = await startWorld({ authority, env: COLD });
    await world.gateway.gateway.probe();
    const ofD = await world.ask({ target: `${target}PAT-DD-44` }, ofA);
    const ofNobody = await world.ask({ target: `${target}PAT-DD-99` }, ofA);
    expect(costOf(ofD)).toBe(costOf(ofNobody));
  },
);

test('of a study on slow storage, which would otherwise be fetched', async () => {
  world = await startWorld({ authority, env: COLD });
  const target = (uid: string) => `/dicom-web/studies/${uid}`;
  const nearline = NAMES_OF_B.study.replace(/1$/, '2');
  const before = await world.ask({ target: target(nearline) }, ofA);
  const absent = await world.ask({ target: target(NAMES_OF_NOBODY.study) }, ofA);
  expect([before.status, absent.status]).toEqual([404, 404]);
  expect(before.body).toEqual(absent.body);
  expect(world.archive.seen.filter((one) => one.startsWith(`/studies/${nearline}?`))).toEqual([]);
});
