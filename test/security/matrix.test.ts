import type { Vice } from './archive';
import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B, NAMES_OF_B_SHARED, NAMES_OF_D_SHARED } from './names';
import { A_ID } from './people';
import { everyRequest, plainly, requestsOfR4 } from './routes';
import { tracesOfOthers } from './traces';
import type { Sent } from './wire';
import { COLD, each, startWorld, type World } from './world';

/*
 * A caller who is A never gets a byte of anybody else: on no route, from no archive, whatever is remembered.
 */

jest.setTimeout(120_000);

let authority: Authority;
let ofA: string;
let ofB: string;
let ofSystem: string;
const worlds: World[] = [];

beforeAll(async () => {
  authority = await startAuthority();
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
  ofB = await authority.sign({
    scope: 'patient/*.rs',
    patient: 'CLINIC.PAT-2d1',
    client_id: 'app-b',
  });
  ofSystem = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
});
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
afterAll(() => authority.close());

/** A small window has every larger result paged in the archive's own order. */
async function world(vice: Vice, env: Readonly<Record<string, string>>): Promise<World> {
  const started = await startWorld({ authority, vice, env: { SEARCH_WINDOW_ROWS: '4', ...env } });
  worlds.push(started);
  return started;
}

/** What A's answers hold of others, each with the request that brought it. */
async function leaks(
  { ask }: World,
  requests: readonly Sent[],
  token: string,
): Promise<{ readonly request: string; readonly traces: readonly string[] }[]> {
  const found = await each(requests, async (sent) => {
    const traces = tracesOfOthers(await ask(sent, token), sent);
    const { method = 'GET', target, body = '', headers = {} } = sent;
    return { request: `${method} ${target} ${body} ${headers.Accept ?? ''}`, traces };
  });
  // The first few tell what is wrong; hundreds would hide it.
  return found.filter(({ traces }) => traces.length > 0).slice(0, 5);
}

const B_BESIDE_A = (all: typeof everyRequest) => all(NAMES_OF_B, [NAMES_OF_A]);
/** What names a study that A shares, or a part of it: the rest is asked for beside B's. */
const SHARED = () =>
  [...requestsOfR4(NAMES_OF_B_SHARED, []), ...requestsOfR4(NAMES_OF_D_SHARED, [])].filter(
    ({ target, body = '' }) => /\.77\.(9|2\.9|4\.8)\./.test(target + body),
  );
/** Every request at one endpoint, and those at the others that are no other words for them. */
const EVERYWHERE = () => {
  const [r4, all] = [B_BESIDE_A(requestsOfR4), plainly(B_BESIDE_A(everyRequest))];
  return [...r4, ...all.filter(({ target }) => !/^\/(dicom-web|fhir\/r4\/)/.test(target))];
};

describe('the matrix can fail:', () => {
  test('a service finds B by the requests that B is named in', async () => {
    const { ask } = await world({}, {});
    const requests = plainly(B_BESIDE_A(requestsOfR4));
    const found = await each(requests, async (sent) =>
      tracesOfOthers(await ask(sent, ofSystem), sent),
    );
    const traces = found.flat();
    for (const mark of ['BYTES-OF-B', 'SERIES-OF-B', 'ACC-B-1', 'Birkenfeld', '1972-03-14']) {
      expect(traces).toContain(mark);
    }
  });

  test('A gets what is A’s by the same requests, bytes of every kind among it', async () => {
    const { ask } = await world({}, {});
    const requests = plainly(requestsOfR4(NAMES_OF_A, []));
    const answers = await each(requests, (sent) => ask(sent, ofA));
    const given = answers.map(({ status, body }) => `${status} ${body.toString('latin1')}`);
    expect(
      given.filter((text) => text.startsWith('200 ') && text.includes('BYTES-OF-A')).length,
    ).toBeGreaterThan(30);
    expect(
      given.filter((text) => text.startsWith('200 ') && text.includes('ACC-A-1')).length,
    ).toBeGreaterThan(30);
  });
});

test('from an honest archive, at every endpoint, with nothing remembered', async () => {
  expect(await leaks(await world({}, COLD), EVERYWHERE(), ofA)).toEqual([]);
});

test('of a study whose UID A shares with others', async () => {
  expect(await leaks(await world({}, COLD), SHARED(), ofA)).toEqual([]);
});

describe('from what is remembered', () => {
  test.each([
    ['of A’s own requests', () => ofA, NAMES_OF_A],
    ['of B’s', () => ofB, NAMES_OF_B],
    ['of a service’s', () => ofSystem, NAMES_OF_B],
  ])('%s', async (_whose, token, names) => {
    const warmed = await world({}, {});
    await each(plainly(requestsOfR4(names, [])), (sent) => warmed.ask(sent, token()));
    expect(await leaks(warmed, plainly(B_BESIDE_A(requestsOfR4)), ofA)).toEqual([]);
  });
});

describe('from an archive that', () => {
  const UNTOLD = ['IssuerOfPatientID', 'PatientID'] as const;
  const MIXED: Vice = { ignoresKeys: true, readsWildcards: true, mixesInAnother: true };
  const VICES: readonly (readonly [what: string, vice: Vice])[] = [
    ['ignores every filter', { ignoresKeys: true }],
    ['takes * for a wildcard', { readsWildcards: true }],
    ['looks series and instances up by their own UIDs', { ignoresStudyInPath: true }],
    ['looks bulk data up by its own name', { ignoresStudyOfBulkData: true }],
    ['answers with series and metadata of another study', { mixesInAnother: true }],
    ['tells no issuer below a study', { silentOn: ['IssuerOfPatientID'] }],
    ['tells no patient below a study', { silentOn: UNTOLD }],
    ['tells no patient there, and counts by UID', { silentOn: UNTOLD, countsByUid: true }],
    ['ignores every filter and answers with another study, too', MIXED],
  ];

  test.each(VICES)('%s', async (_what, vice) => {
    const dishonest = await world(vice, COLD);
    const requests = plainly([...B_BESIDE_A(requestsOfR4), ...SHARED()]);
    expect(await leaks(dishonest, requests, ofA)).toEqual([]);
  });

  test.each(VICES.slice(0, 5))('%s, when a service has asked before', async (_what, vice) => {
    const warmed = await world(vice, {});
    await each(plainly(requestsOfR4(NAMES_OF_B, [])).slice(0, 200), (sent) =>
      warmed.ask(sent, ofSystem),
    );
    expect(await leaks(warmed, plainly(B_BESIDE_A(requestsOfR4)).slice(-150), ofA)).toEqual([]);
  });
});

test.each(['jpeg', 'metadata', 'study', 'search'])(
  'a HEAD of B’s %s has no body and tells nothing',
  async (what) => {
    const { study, series, instance } = NAMES_OF_B;
    const at = `/dicom-web/studies/${study}/series/${series}/instances/${instance}`;
    const targets: Readonly<Record<string, string>> = {
      jpeg: `${at}/rendered`,
      metadata: `${at}/metadata`,
      study: `/fhir/r4/ImagingStudy/${study}`,
      search: `/dicom-web/studies?StudyInstanceUID=${study}`,
    };
    const sent = { method: 'HEAD', target: targets[what] ?? '' };
    const { ask } = await world({}, {});
    const answer = await ask(sent, ofA);
    expect(answer.body).toHaveLength(0);
    expect(tracesOfOthers(answer, sent)).toEqual([]);
    expect(answer.status).toBe(what === 'search' ? 200 : 404);
  },
);
