import { ANONYMOUS, type Access } from '../../src/auth/access';
import { RELEASES } from '../../src/fhir/releases';
import type { FhirAnswer, FhirRequest } from '../../src/http/exchange';
import { keepAnswers, type KeepSettings } from '../../src/http/kept';
import { questionOf } from '../../src/http/understand';

/* What is kept, for whom, and how much of it. */

const BYTES = 30_000;

/** A request, and how often the handler was asked. */
function setUp(settings: Partial<KeepSettings> = {}) {
  const keep = keepAnswers({ maxBytes: 1_000_000, byCaller: false, ...settings });
  const made: string[] = [];
  const outcomes: string[] = [];
  const request = (path: string, members: Partial<FhirRequest>): FhirRequest => {
    const said = {
      release: RELEASES.r4,
      format: 'json',
      pretty: false,
      baseUrl: 'https://gateway.test/fhir/r4',
      parameters: [],
      handling: 'strict',
      ...members,
    } as const;
    return {
      ...said,
      question: questionOf(said, path),
      path: () => '',
      received: new Date(),
      call: {
        signal: new AbortController().signal,
        meter: { upstream: () => undefined, cache: (outcome) => void outcomes.push(outcome) },
      },
      access: () => Promise.resolve(ANONYMOUS),
    };
  };
  const ask = (
    path: string,
    access: Access = ANONYMOUS,
    members: Partial<FhirRequest> = {},
    answer: Partial<FhirAnswer> = {},
  ) =>
    keep({ request: request(path, members), access }, ({ call }) => {
      made.push(path);
      call.meter.believed?.(performance.now() + 10_000);
      const text = path + ' '.repeat(BYTES);
      const disclosed = { access, studies: [] };
      const resource = { resourceType: 'Basic', text };
      return Promise.resolve({ resource, kind: 'resource', disclosed, whole: true, ...answer });
    });
  return { ask, made, outcomes };
}

const access = (members: Partial<Access>): Access => ({ ...ANONYMOUS, ...members });

describe('kept answers', () => {
  test.each<[string, Partial<FhirRequest>]>([
    ['another release', { release: RELEASES.r5 }],
    ['another format', { format: 'xml' }],
    ['another layout', { pretty: true }],
    ['another base', { baseUrl: 'https://gateway.test/fhir' }],
    ['another handling of what is unknown', { handling: 'lenient' }],
    ['another question', { parameters: [['modality', 'CT']] }],
  ])('are not given to a request with %s', async (_what, members) => {
    const { ask, made } = setUp();
    await ask('/ImagingStudy');
    await ask('/ImagingStudy', ANONYMOUS, members);
    await ask('/ImagingStudy');
    expect(made).toHaveLength(2);
  });

  test.each<[string, Partial<Access>]>([
    ['sees one patient', { clauses: [[{ on: 'patient', value: 'P1', issuer: 'any' }]] }],
    ['may not see a study', { clauses: [[{ on: 'not', condition: { on: 'study', uid: '1' } }]] }],
    ['may not read patients', { may: (type) => type !== 'Patient' }],
    ['may not search', { may: (_type, interaction) => interaction !== 'search' }],
  ])('are not given to a caller who %s', async (_what, members) => {
    const { ask, made } = setUp();
    await ask('/ImagingStudy');
    await ask('/ImagingStudy', access(members));
    await ask('/ImagingStudy', access(members));
    expect(made).toHaveLength(2);
  });

  test('are one for callers who may see the same, each of whom is told of to the audit', async () => {
    const { ask, made } = setUp();
    const [one, other] = ['one', 'other'].map((key) => access({ caller: { key, kind: 'user' } }));
    await ask('/ImagingStudy', one);
    const { disclosed } = await ask('/ImagingStudy', other);
    expect(made).toHaveLength(1);
    expect(disclosed?.access.caller.key).toBe('other');
  });

  test('are each caller’s own where they hold URLs for the caller alone', async () => {
    const { ask, made } = setUp({ byCaller: true });
    for (const key of ['one', 'other', 'one']) {
      await ask('/ImagingStudy', access({ caller: { key, kind: 'user' } }));
    }
    expect(made).toHaveLength(2);
  });

  test.each<[string, Partial<FhirAnswer>]>([
    ['something is wrong with', { whole: false }],
    ['nobody says to be whole', { whole: undefined as unknown as false }],
  ])('are none that %s', async (_what, answer) => {
    const { ask, made } = setUp();
    await ask('/ImagingStudy', ANONYMOUS, {}, answer);
    await ask('/ImagingStudy', ANONYMOUS, {}, answer);
    expect(made).toHaveLength(2);
  });

  test('take no more memory than they may, compressed bodies included', async () => {
    const { ask, made } = setUp({ maxBytes: 3.5 * BYTES });
    const paths = ['/1', '/2', '/3'];
    for (const path of [...paths, ...paths]) await ask(path);
    expect(made).toHaveLength(3);
    await ask('/4');
    await ask('/1');
    expect(made).toEqual([...paths, '/4', '/1']);
    expect((await ask('/large', ANONYMOUS, {}, large())).body.size()).toBeGreaterThan(4 * BYTES);
    await ask('/large', ANONYMOUS, {}, large());
    expect(made.filter((path) => path === '/large')).toHaveLength(2);
  });

  test('count what is compressed later: it pushes out what was used longest ago', async () => {
    const { ask, made } = setUp({ maxBytes: 3.5 * BYTES });
    const body = await ask('/noise', ANONYMOUS, {}, { resource: noise() }).then((it) => it.body);
    await ask('/1');
    await ask('/2');
    await ask('/noise');
    expect(made).toHaveLength(3);
    await body.in('gzip');
    await new Promise((resolve) => setImmediate(resolve));
    await ask('/noise');
    expect(made).toHaveLength(3);
    await ask('/1');
    expect(made).toEqual(['/noise', '/1', '/2', '/1']);
  });

  test('are forgotten when the archive changes, with those that are being made', async () => {
    let change: () => void = () => undefined;
    const { ask, made } = setUp({ onChanged: (listener) => void (change = listener) });
    await ask('/1');
    change();
    await ask('/1');
    expect(made).toHaveLength(2);
    const making = ask('/2');
    change();
    await making;
    await ask('/2');
    expect(made.filter((path) => path === '/2')).toHaveLength(2);
  });
});

function large(): Partial<FhirAnswer> {
  return { resource: { resourceType: 'Basic', text: ' '.repeat(5 * BYTES) } };
}

/** A resource that does not get much smaller. */
function noise() {
  let state = 1;
  const digits = Array.from({ length: BYTES }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  });
  return { resourceType: 'Basic', text: digits.join('') };
}
