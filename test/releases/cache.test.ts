import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';
import { RELEASE_NAMES } from './support';

/* The releases and formats share what is remembered of the archive: rows, never a rendered resource. */

const STUDIES = Array.from({ length: 6 }, (_, index) => held(`1.2.${index + 1}`, {}, index + 1));
const ACCEPT = [
  'application/fhir+json, application/json+fhir',
  'application/fhir+xml, application/xml+fhir, application/atom+xml',
];
const ANSWERS = RELEASE_NAMES.flatMap((release) =>
  ACCEPT.map((accept) => [release, accept] as const),
);

let archive: FakeArchive;
beforeAll(async () => {
  archive = await startFakeArchive(holding(STUDIES));
});
afterAll(() => archive.close());

/** A search of all studies in one release and format: how many calls it cost. */
async function cost(
  gateway: Running,
  [release, accept]: readonly [string, string],
): Promise<number> {
  const before = archive.seen.length;
  const url = `${gateway.url}/fhir/${release}/ImagingStudy?_count=50`;
  const { status, text } = await gateway.get(url, { headers: { Accept: accept } });
  expect([release, status, STUDIES.length]).toEqual([release, 200, countOf(text)]);
  return archive.seen.length - before;
}

const countOf = (text: string) => new Set(text.match(/ImagingStudy\/1\.2\.\d\b/g)).size;

/** What each of some answers of a fresh gateway costs, one after the other. */
async function costsOf(maxBytes: number, answers: typeof ANSWERS): Promise<number[]> {
  const env = { CACHE_MAX_BYTES: String(maxBytes), CACHE_ANSWER_BYTES: '0' };
  const gateway = await startGateway(archive.url, env);
  const costs: number[] = [];
  try {
    for (const answer of answers) costs.push(await cost(gateway, answer));
  } finally {
    await gateway.close();
  }
  return costs;
}

test.each(RELEASE_NAMES)(
  'after an answer in %s, no other release or format asks the archive',
  async (release) => {
    const first = [release, ACCEPT[0] ?? ''] as const;
    const [cold = 0, ...others] = await costsOf(64_000_000, [first, ...ANSWERS]);
    expect(cold).toBeGreaterThan(0);
    expect(others).toEqual(ANSWERS.map(() => 0));
  },
);

test('adding no release made an entry larger: memory for one answer in one release does for all', async () => {
  const twice = ANSWERS.slice(0, 1).concat(ANSWERS.slice(0, 1));
  let [less, enough] = [0, 1_000_000];
  while (enough - less > 200) {
    const half = Math.floor((less + enough) / 2);
    const [, again] = await costsOf(half, twice);
    if (again === 0) enough = half;
    else less = half;
  }
  // The least memory with which the same answer costs nothing a second time.
  expect(enough).toBeGreaterThan(1000);
  expect(enough).toBeLessThan(100_000);
  const [, ...others] = await costsOf(enough, ANSWERS);
  expect(others).toEqual(ANSWERS.slice(1).map(() => 0));
  expect((await costsOf(less, twice))[1]).toBeGreaterThan(0);
});
