import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../src/errors';
import { ANONYMOUS } from '../../src/auth/access';
import {
  held,
  holding,
  json,
  startFakeArchive,
  type FakeArchive,
  type Held,
} from '../gateway/fakeArchive';
import { codesOf } from '../gateway/running';
import { until } from '../until';
import { callerOf, callerWho, startService, type Service } from './service';
import { DICOM_PARTS, multipart } from './support';
import { get, type Wire } from './wire';

/* Never somebody else's study: what a caller may not see is not there, on every route. */

const studies: Held[] = [
  ...Array.from({ length: 30 }, (_, at) => held(`1.1.${at + 1}`, { PatientID: 'P1' })),
  ...Array.from({ length: 30 }, (_, at) => held(`1.2.${at + 1}`, { PatientID: 'P2' })),
  held('1.3', { PatientID: 'P1' }),
  held('1.3', { PatientID: 'P2' }),
];
const FILE = Buffer.alloc(1000, 3);
let archive: FakeArchive;
const services: Service[] = [];

beforeAll(async () => {
  archive = await startFakeArchive(() => undefined);
});

beforeEach(() => {
  archive.script = (seen, response) =>
    seen.headers.accept?.includes('multipart')
      ? { headers: { 'Content-Type': DICOM_PARTS }, body: multipart(FILE) }
      : holding(studies)(seen, response);
});

afterAll(async () => {
  await Promise.all(services.map((each) => each.close()));
  await archive.close();
});

async function serve(
  ...given: [Parameters<typeof startService>[1], Parameters<typeof startService>[2]?]
) {
  const service = await startService(archive.url, ...given);
  services.push(service);
  return service;
}

const codes = ({ body }: Wire) =>
  codesOf({ status: 0, headers: new Headers(), text: body.toString() });
const uids = ({ body }: Wire) =>
  (JSON.parse(body.toString()) as Record<string, { Value: string[] }>[]).map(
    (row) => row['0020000D']?.Value[0] ?? '',
  );

describe('a caller who is bound to a patient', () => {
  let service: Service;
  beforeAll(async () => {
    service = await serve(callerOf('P1'));
  });

  const views = [
    '',
    '/metadata',
    '/rendered',
    '/thumbnail',
    '/series',
    '/instances',
    '/bulkdata/x',
  ];
  const below = views
    .map((view) => `/series/1.2.1.1${view}`)
    .filter((path) => !path.endsWith('/series'));
  const deep = [
    '',
    '/metadata',
    '/rendered',
    '/thumbnail',
    '/frames/1',
    '/frames/1/rendered',
    '/bulkdata/x',
  ];
  test.each([
    ...views.map((view) => `/studies/1.2.1${view}`),
    ...below.map((path) => `/studies/1.2.1${path}`),
    ...deep.map((view) => `/studies/1.2.1/series/1.2.1.1/instances/1.2.1.1.1${view}`),
    '/series?StudyInstanceUID=1.2.1',
    '/instances?StudyInstanceUID=1.2.1',
  ])('is told of another’s study as of one that is not there: %s', async (path) => {
    const before = archive.seen.length;
    const [theirs, nobodys] = [
      await get(service.base + path),
      await get(service.base + path.replaceAll('1.2.1', '1.9.9')),
    ];
    expect([theirs.status, ...codes(theirs)]).toEqual([404, 'not-found']);
    expect(theirs.body.toString()).toBe(nobodys.body.toString());
    const asked = archive.seen.slice(before).map(({ headers }) => String(headers.accept));
    expect(asked.filter((accept) => !accept.includes('json'))).toEqual([]);
  });

  test('is not given a series of another’s study by way of an own one', async () => {
    const path = '/studies/1.1.1/series/1.2.1.1/instances/1.2.1.1.1';
    expect((await get(service.base + path)).status).toBe(404);
    expect((await get(`${service.base}/studies/1.1.1/series/1.2.1.1/instances`)).status).toBe(404);
  });

  test('is not given a UID that an own study shares with another’s', async () => {
    expect((await get(`${service.base}/studies/1.3`)).status).toBe(404);
  });

  test('is given what is the patient’s', async () => {
    const got = await get(`${service.base}/studies/1.1.1/series/1.1.1.1/instances/1.1.1.1.1`);
    expect(got.body.equals(FILE)).toBe(true);
  });

  test('finds the patient’s studies only, whatever was asked and whatever the archive ignores', async () => {
    archive.script = holding(studies, { ignoresKeys: true });
    for (const query of ['', '?PatientID=P2', '?PatientID=*', '?PatientName=*']) {
      const found = uids(await get(`${service.base}/studies${query}`));
      expect(found.filter((uid) => uid.startsWith('1.2.'))).toEqual([]);
    }
  });

  test('has pages of what may be seen: full ones, each study once', async () => {
    archive.script = holding(studies, { ignoresKeys: true });
    const pages = [];
    for (const offset of [0, 10, 20, 30]) {
      pages.push(await get(`${service.base}/studies?limit=10&offset=${offset}`));
    }
    expect(pages.map((page) => uids(page).length)).toEqual([10, 10, 10, 1]);
    expect(new Set(pages.flatMap(uids)).size).toBe(31);
    expect(pages.map(({ headers }) => headers.warning !== undefined)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('has the archive asked for that patient', async () => {
    const before = archive.seen.length;
    await get(`${service.base}/studies?StudyDate=20200101-20201231`);
    expect(archive.seen.slice(before).every(({ query }) => query.get('PatientID') === 'P1')).toBe(
      true,
    );
  });

  test.each(['/series', '/instances?Modality=CT'])(
    'must name a study to search all of %s',
    async (path) => {
      const got = await get(service.base + path);
      expect([got.status, ...codes(got)]).toEqual([403, 'too-costly']);
      expect(got.body.toString()).toContain('StudyInstanceUID');
    },
  );
});

test('a caller who sees everything may search series of all studies', async () => {
  const service = await serve(ANONYMOUS);
  expect(uids(await get(`${service.base}/series?limit=5`))).toHaveLength(5);
});

test('a caller without the scope is refused, for reading and for searching', async () => {
  const reader = await serve({ ...ANONYMOUS, may: (_type, interaction) => interaction === 'read' });
  expect((await get(`${reader.base}/studies`)).status).toBe(403);
  expect((await get(`${reader.base}/studies/1.1.1`)).status).toBe(200);
  const searcher = await serve({
    ...ANONYMOUS,
    may: (_type, interaction) => interaction === 'search',
  });
  expect((await get(`${searcher.base}/studies/1.1.1`)).status).toBe(403);
});

test('a caller under a rule that cannot be asked upstream sees what it leaves', async () => {
  const rule = { on: 'not', condition: { on: 'patient', value: 'P2', issuer: 'any' } } as const;
  const service = await serve(callerWho([rule]));
  const found = uids(await get(`${service.base}/studies?limit=20&offset=20`));
  expect(found.filter((uid) => uid.startsWith('1.2.'))).toEqual([]);
  expect(found).toHaveLength(11);
});

describe('the audit', () => {
  test('is told once a request, with the studies, before the first byte', async () => {
    const service = await serve(callerOf('P1'));
    await get(`${service.base}/studies/1.1.1`);
    await get(`${service.base}/studies?StudyInstanceUID=1.1.2`);
    await get(`${service.base}/studies/1.2.1`);
    expect(
      service.events.map(({ action, outcome, studies: shown, part }) => [
        action,
        outcome,
        shown.map(({ uid }) => uid),
        part?.study,
      ]),
    ).toEqual([
      ['retrieve', 'success', ['1.1.1'], '1.1.1'],
      ['query', 'success', ['1.1.2'], undefined],
      ['retrieve', 'failure', [], '1.2.1'],
    ]);
  });

  test('can refuse: then nothing is sent, and the transfer ends', async () => {
    const service = await serve(callerOf('P1'), {
      audit: () => Promise.reject(new Problem('audit-unavailable', 'The audit is full.')),
    });
    const got = await get(`${service.base}/studies/1.1.1`);
    expect([got.status, ...codes(got)]).toEqual([503, 'audit-unavailable']);
    await until(() => archive.load.live === 0, 2000);
  });
});

describe('a study on slow storage', () => {
  const near = [held('1.4', { InstanceAvailability: 'NEARLINE' })];

  test('is asked of the archive once while clients are told to come again, and is there then', async () => {
    const service = await serve(ANONYMOUS);
    let release: () => void = () => undefined;
    const fetched = new Promise<void>((resolve) => (release = resolve));
    archive.script = async (seen, response) => {
      if (!seen.headers.accept?.includes('multipart')) return holding(near)(seen, response);
      await fetched;
      return { headers: { 'Content-Type': DICOM_PARTS }, body: multipart(FILE) };
    };
    const before = archive.count(/^\/studies\/1\.4$/);
    for (let attempt = 0; attempt < 3; attempt++) {
      const got = await get(`${service.base}/studies/1.4`);
      expect([got.status, ...codes(got), got.headers['retry-after']]).toEqual([
        503,
        'study-warming',
        '7',
      ]);
    }
    expect(archive.count(/^\/studies\/1\.4$/)).toBe(before + 1);
    release();
    await until(() => archive.load.live === 0, 2000);
    expect((await get(`${service.base}/studies/1.4`)).status).toBe(200);
  });

  test('that nobody but people can bring back is not there, and says so', async () => {
    const service = await serve(ANONYMOUS);
    archive.script = holding([held('1.5', { InstanceAvailability: 'OFFLINE' })]);
    const got = await get(`${service.base}/studies/1.5`);
    expect(got.status).toBe(404);
    expect(got.body.toString()).toContain('offline');
  });
});

describe('renderings', () => {
  const INSTANCE = '/studies/1.1.1/series/1.1.1.1/instances/1.1.1.1.1';

  test('are made by the gateway where the archive makes none, which it is not asked again', async () => {
    const wishes: unknown[] = [];
    const service = await serve(ANONYMOUS, {
      renderer: {
        maxBytes: 1e6,
        render: (file, wish) => {
          wishes.push([file.equals(FILE), wish]);
          return Promise.resolve(Buffer.from('an image'));
        },
      },
    });
    archive.script = (seen, response) => {
      if (/rendered|thumbnail/.test(seen.path)) return { status: 400 };
      if (seen.headers.accept?.includes('multipart')) {
        return { headers: { 'Content-Type': DICOM_PARTS }, body: multipart(FILE) };
      }
      return holding(studies)(seen, response);
    };
    const before = archive.count(/rendered/);
    for (const query of ['?window=40,400,linear', '?viewport=64,32']) {
      const got = await get(`${service.base}${INSTANCE}/frames/2/rendered${query}`, {
        Accept: 'image/png',
      });
      expect([got.headers['content-type'], got.body.toString()]).toEqual(['image/png', 'an image']);
    }
    expect(archive.count(/rendered/)).toBe(before + 1);
    expect(wishes).toEqual([
      [true, { frame: 2, type: 'image/png', window: [40, 400] }],
      [true, { frame: 2, type: 'image/png', viewport: [64, 32] }],
    ]);
    const thumbnail = await get(`${service.base}/studies/1.1.1/thumbnail`);
    expect(thumbnail.body.toString()).toBe('an image');
    expect(wishes.at(-1)).toEqual([true, { frame: 1, type: 'image/jpeg', viewport: [128, 128] }]);
  });

  test('that nobody can make are 406', async () => {
    const service = await serve(ANONYMOUS);
    archive.script = (seen, response) => {
      if (/rendered|thumbnail/.test(seen.path)) return { status: 404 };
      if (!seen.headers.accept?.includes('multipart')) return holding(studies)(seen, response);
      return { headers: { 'Content-Type': DICOM_PARTS }, body: multipart(FILE) };
    };
    expect((await get(`${service.base}${INSTANCE}/rendered`)).status).toBe(406);
  });

  test.each([
    '?viewport=huge',
    '?window=1',
    '?quality=101',
    '?annotation=all',
    '?x=1',
    '?viewport=1,1&callback=a',
  ])('are not asked for with %s', async (query) => {
    const service = await serve(ANONYMOUS);
    expect((await get(`${service.base}${INSTANCE}/rendered${query}`)).status).toBe(400);
  });
});

test('transfers have a lane of their own: a full one is 503, and searches go on', async () => {
  const service = await serve(ANONYMOUS);
  archive.script = (seen, response) => {
    if (!seen.headers.accept?.includes('multipart')) return holding(studies)(seen, response);
    response.writeHead(200, { 'Content-Type': DICOM_PARTS });
    response.write(Buffer.alloc(100_000));
    return undefined;
  };
  const held3 = [1, 2, 3].map(() => get(`${service.base}/studies/1.1.1`));
  await until(() => archive.load.live === 2);
  await pause(50);
  const got = await get(`${service.base}/studies/1.1.1`);
  expect([got.status, ...codes(got)]).toEqual([503, 'pacs-busy']);
  expect(got.headers['retry-after']).toBe('2');
  expect(uids(await get(`${service.base}/studies?limit=3`))).toHaveLength(3);
  const ended = await Promise.all(held3);
  expect(ended.map(({ whole }) => whole)).toEqual([false, false, false]);
}, 20_000);

test('rows are checked by the question where the archive ignores keys', async () => {
  const service = await serve(ANONYMOUS);
  archive.script = holding(studies, { ignoresKeys: true, ignoresLimit: true });
  expect(uids(await get(`${service.base}/studies?PatientID=P2&StudyInstanceUID=1.2.7`))).toEqual([
    '1.2.7',
  ]);
  expect(uids(await get(`${service.base}/studies?StudyDate=19990101-19991231`))).toEqual([]);
  expect(uids(await get(`${service.base}/studies?PatientName=smith*`))).toEqual([]);
  expect(uids(await get(`${service.base}/studies?PatientName=D?E*&limit=3`))).toHaveLength(3);
});

test('a list of values that the archive would take for one is refused', async () => {
  const service = await serve(ANONYMOUS);
  archive.script = () => json([]);
  expect((await get(`${service.base}/studies?ModalitiesInStudy=CT,MR`)).status).toBe(400);
});
