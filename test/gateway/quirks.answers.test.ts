import { gzipSync } from 'node:zlib';
import { PROBLEMS, type ProblemCode } from '../../src/errors';
import { holding, held, json, startFakeArchive, type Answer, type Script } from './fakeArchive';
import type { FakeArchive } from './fakeArchive';
import { bundleOf, codesOf, startGateway, studyOf, uidsOf, type Running } from './running';

/* What archives, and what stands in front of them, answer instead of a list of studies. */

const HONEST = holding([held('1.2.3')]);
const LOGIN = '<!DOCTYPE html><html><body>Please log in, Jane Doe</body></html>';

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(HONEST);
  running = await startGateway(archive.url, {
    PACS_DIALECT: 'generic',
    PACS_SEARCH_TIMEOUT_MS: '400',
    PACS_CONNECT_TIMEOUT_MS: '400',
    PACS_MAX_ANSWER_BYTES: '100000',
  });
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

/** Once it has been found to be an archive, it answers study searches so. */
function answerStudies(answer: Answer | Script): void {
  archive.script = (seen, response) => {
    if (seen.path !== '/studies' || seen.query.get('limit') === '1') return HONEST(seen, response);
    return typeof answer === 'function' ? answer(seen, response) : answer;
  };
}

describe('nothing found', () => {
  test.each<[string, Answer]>([
    ['204 without a body', { status: 204 }],
    ['200 without a body', { body: '' }],
    ['200 with an empty list', json([])],
    ['200 with null', json(null)],
    [
      '200 with an empty list and no content type',
      { ...json([]), headers: { 'Content-Type': '' } },
    ],
  ])('%s is a search that found nothing', async (_, answer) => {
    archive.script = () => answer;
    const bundle = bundleOf(await running.get('ImagingStudy'));
    expect([bundle.totalResults, bundle.entry]).toEqual([0, []]);
  });

  test('a read of a study that is not there is 404', async () => {
    const got = await running.get('ImagingStudy/9.9');
    expect([got.status, codesOf(got)]).toEqual([404, ['not-found']]);
  });
});

const BROKEN: readonly (readonly [string, ProblemCode, Answer])[] = [
  ['an HTML page with 200', 'pacs-html-answer', html({ 'Content-Type': 'text/html' })],
  ['an HTML page that claims to be JSON', 'pacs-html-answer', html({})],
  ['XML', 'pacs-not-dicom-json', { body: '<?xml version="1.0"?><NativeDicomModel/>' }],
  ['multipart', 'pacs-not-dicom-json', multipart()],
  ['JSON cut short', 'pacs-broken-answer', { body: '[{"0020000D":{"vr":"UI","Val' }],
  ['a JSON object', 'pacs-broken-answer', json({ error: 'Jane Doe' })],
  ['a JSON text', 'pacs-broken-answer', json('Jane Doe')],
  ['a list of Orthanc ids', 'pacs-wrong-root', json(['b6589fc6-ab0dc82c', '356a192b-7913b04c'])],
  ['401', 'pacs-credentials-rejected', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } }],
  ['403', 'pacs-credentials-rejected', { status: 403 }],
  ['302 to a login', 'pacs-redirect', { status: 302, headers: { Location: 'http://sso.test/' } }],
  ['404', 'pacs-error', { status: 404 }],
  ['500 with a stack trace', 'pacs-error', { status: 500, body: 'java.lang.Error: Jane Doe' }],
  ['504 of a proxy', 'pacs-timeout', { status: 504 }],
  ['200 with more bytes than allowed', 'pacs-answer-too-large', json('x'.repeat(200_000))],
  ['200 with a gzip bomb', 'pacs-answer-too-large', gzipped(Buffer.alloc(50_000_000, ' '))],
  ['200 with what is no gzip', 'pacs-broken-answer', broken(gzipSync('[]').subarray(0, 12))],
];

function html(headers: Readonly<Record<string, string>>): Answer {
  return { body: LOGIN, headers };
}

function multipart(): Answer {
  return { body: '--x\r\n\r\n--x--', headers: { 'Content-Type': 'multipart/related; boundary=x' } };
}

function gzipped(body: string | Buffer): Answer {
  return broken(gzipSync(body));
}

function broken(body: Buffer): Answer {
  return { body, headers: { 'Content-Encoding': 'gzip' } };
}

describe.each(BROKEN)('an archive that answers %s', (_, code, answer) => {
  test(`is ${code}, nothing of the answer is passed on, and nothing is remembered`, async () => {
    answerStudies(answer);
    const got = await running.get('ImagingStudy');
    expect([got.status, codesOf(got)]).toEqual([PROBLEMS[code].status, [code]]);
    expect(got.headers.get('WWW-Authenticate')).toBeNull();
    expect(got.headers.get('Location')).toBeNull();
    expect(got.text).not.toMatch(/Jane|sso|Orthanc ids/);
    archive.script = HONEST;
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
  });
});

test('a DICOMweb root without studies is a wrong root, and the answer says what to set', async () => {
  archive.script = () => ({ status: 404 });
  const got = await running.get('ImagingStudy');
  expect([got.status, codesOf(got)]).toEqual([502, ['pacs-wrong-root']]);
  expect(got.text).toContain('PACS_URL');
});

test('the first answer of a wrong root is told when the gateway starts', async () => {
  archive.script = () => json(['b6589fc6-ab0dc82c']);
  await expect(running.gateway.probe()).rejects.toMatchObject({ code: 'pacs-wrong-root' });
});

describe('an archive that is busy', () => {
  const at = new Date(Date.now() + 90_000).toUTCString();
  test.each([
    [503, '17', 17, 17],
    [429, '2', 2, 2],
    [503, at, 85, 91],
    [503, '86400', 300, 300],
    [503, 'Thu, 01 Jan 1970 00:00:00 GMT', 1, 1],
    [429, '', 1, 60],
    [503, 'soon', 1, 60],
  ])('%i with Retry-After %p is 503 and tells when to try again', async (status, value, a, b) => {
    answerStudies({ status, headers: value === '' ? {} : { 'Retry-After': value } });
    const got = await running.get('ImagingStudy');
    expect([got.status, codesOf(got)]).toEqual([503, ['pacs-busy']]);
    const wait = Number(got.headers.get('Retry-After'));
    expect(wait).toBeGreaterThanOrEqual(a);
    expect(wait).toBeLessThanOrEqual(b);
  });
});

describe('an archive whose connection fails', () => {
  test('refused: 503 within a second, with Retry-After, and well again when it is back', async () => {
    await archive.close();
    const before = performance.now();
    const got = await running.get('ImagingStudy');
    expect(performance.now() - before).toBeLessThan(1000);
    expect([got.status, codesOf(got)]).toEqual([503, ['pacs-unreachable']]);
    expect(got.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(got.text).not.toContain(new URL(archive.url).port);
  });

  test('silent: 504 within the deadline', async () => {
    answerStudies(() => undefined);
    const before = performance.now();
    const got = await running.get('ImagingStudy');
    expect(performance.now() - before).toBeLessThan(1500);
    expect([got.status, codesOf(got)]).toEqual([504, ['pacs-timeout']]);
  });

  test('dripping, a byte now and then: 504 within the deadline', async () => {
    let timer: NodeJS.Timeout | undefined;
    answerStudies((_, response) => {
      response.write('[');
      timer = setInterval(() => response.write(' '), 50);
      return undefined;
    });
    const before = performance.now();
    const got = await running.get('ImagingStudy');
    clearInterval(timer);
    expect(performance.now() - before).toBeLessThan(1500);
    expect([got.status, codesOf(got)]).toEqual([504, ['pacs-timeout']]);
  });

  test('reset in the middle of the body: 502, never a part of the answer', async () => {
    answerStudies((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' }).write('[{}');
      setTimeout(() => response.destroy(), 20);
      return undefined;
    });
    const got = await running.get('ImagingStudy');
    expect([got.status, codesOf(got)]).toEqual([502, ['pacs-broken-answer']]);
  });

  test('a kept connection that is closed as it is used again costs the client nothing', async () => {
    const used = new Set<unknown>();
    archive.script = (seen, response) => {
      const { socket } = response;
      if (used.has(socket)) {
        socket?.destroy();
        return undefined;
      }
      used.add(socket);
      return HONEST(seen, response);
    };
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
  });
});

describe('encodings', () => {
  test('a compressed answer is read', async () => {
    answerStudies((seen, response) => {
      const answer = HONEST(seen, response) as Answer;
      return gzipped(answer.body ?? '');
    });
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
  });

  test('bytes that are no UTF-8 are read as Latin-1', async () => {
    const { study } = held('1.2.3', { PatientName: 'M\u00fcller^J\u00fcrgen' });
    answerStudies(() => ({ body: Buffer.from(JSON.stringify([study]), 'latin1') }));
    const { subject } = studyOf(await running.get('ImagingStudy'));
    expect(subject.display).toBe('J\u00fcrgen M\u00fcller');
  });

  test('a byte order mark is not in the way', async () => {
    answerStudies(() => ({ body: `\ufeff${JSON.stringify([held('1.2.3').study])}` }));
    expect(uidsOf(await running.get('ImagingStudy'))).toEqual(['1.2.3']);
  });
});
