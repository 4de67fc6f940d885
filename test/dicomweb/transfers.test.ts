import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { codesOf } from '../gateway/running';
import { until } from '../until';
import {
  byHand,
  BOUNDARY,
  DICOM_PARTS,
  INSTANCE,
  multipart,
  pour,
  startStand,
  STUDY,
  type Stand,
} from './support';
import { get, rawStatus, type Wire } from './wire';

/* Part is never whole: whatever happens to a transfer but its good end must be seen at the client. */

let stand: Stand;

beforeAll(async () => {
  stand = await startStand({
    PACS_IDLE_TIMEOUT_MS: '200',
    PACS_FIRST_BYTE_TIMEOUT_MS: '300',
    STALLED_CLIENT_MS: '1500',
  });
});

afterAll(() => stand.close());

const FILE = Buffer.alloc(200_000, 5);
const WANTED = { Accept: 'multipart/related; type="application/dicom"' };
const ask = (headers: Readonly<Record<string, string>> = WANTED, method = 'GET') =>
  get(stand.base + INSTANCE, headers, method);
const codes = ({ body }: Wire) =>
  codesOf({ status: 0, headers: new Headers(), text: body.toString() });

describe('a transfer that breaks', () => {
  const body = multipart(FILE);
  const type = `Content-Type: ${DICOM_PARTS}`;
  const chunked = (bytes: Buffer) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

  test.each<[string, () => void]>([
    [
      'cut before its announced length',
      () => {
        stand.retrieval = (_seen, response) => {
          byHand(response, [type, `Content-Length: ${body.length}`], body.subarray(0, 150_000));
          setTimeout(() => response.socket?.end(), 20);
          return undefined;
        };
      },
    ],
    [
      'reset in the middle',
      () => {
        stand.retrieval = (_seen, response) => {
          byHand(response, [type, `Content-Length: ${body.length}`], body.subarray(0, 150_000));
          setTimeout(() => response.socket?.resetAndDestroy(), 20);
          return undefined;
        };
      },
    ],
    [
      'longer than announced',
      () => {
        stand.retrieval = (_seen, response) => {
          const more = Buffer.concat([body, Buffer.alloc(500, 9)]);
          byHand(response, [type, `Content-Length: ${body.length}`], more);
          return undefined;
        };
      },
    ],
    [
      'chunked and cut without its last chunk',
      () => {
        stand.retrieval = (_seen, response) => {
          byHand(
            response,
            [type, 'Transfer-Encoding: chunked'],
            chunked(body.subarray(0, 150_000)),
          );
          setTimeout(() => response.socket?.end(), 20);
          return undefined;
        };
      },
    ],
    [
      'chunked to its end, but without a closing boundary',
      () => {
        stand.retrieval = (_seen, response) => {
          const cut = Buffer.concat([chunked(body.subarray(0, 150_000)), Buffer.from('0\r\n\r\n')]);
          byHand(response, [type, 'Transfer-Encoding: chunked'], cut);
          return undefined;
        };
      },
    ],
    [
      'ended by closing the connection, without a closing boundary',
      () => {
        stand.retrieval = (_seen, response) => {
          byHand(response, [type], body.subarray(0, 150_000));
          setTimeout(() => response.socket?.end(), 20);
          return undefined;
        };
      },
    ],
    [
      'silent for longer than the idle deadline',
      () => {
        stand.retrieval = (_seen, response) => {
          byHand(response, [type, `Content-Length: ${body.length}`], body.subarray(0, 150_000));
          return undefined;
        };
      },
    ],
  ])(
    'because it was %s looks broken at the client, as multipart and as a file',
    async (_why, set) => {
      set();
      for (const accept of [WANTED.Accept, 'application/dicom']) {
        const got = await ask({ Accept: accept });
        expect(got.status).toBe(200);
        expect(got.whole).toBe(false);
        expect(got.body.length).toBeLessThan(body.length);
      }
    },
  );

  test('is reset for a client of HTTP/1.0, whose whole answers end as a broken one would', async () => {
    stand.retrieval = (_seen, response) => {
      byHand(response, [type, 'Transfer-Encoding: chunked'], chunked(body.subarray(0, 150_000)));
      setTimeout(() => response.socket?.end(), 20);
      return undefined;
    };
    await expect(rawStatus(stand.gateway.url, `/dicom-web${INSTANCE}`, '1.0')).rejects.toThrow(
      'ECONNRESET',
    );
  });

  test('and a ZIP of it does not end', async () => {
    stand.retrieval = (_seen, response) => {
      byHand(response, [type, `Content-Length: ${body.length}`], body.subarray(0, 150_000));
      setTimeout(() => response.socket?.end(), 20);
      return undefined;
    };
    const got = await get(`${stand.base}/studies/${STUDY}`, { Accept: 'application/zip' });
    expect(got.whole).toBe(false);
  });

  test('before its first bytes is told as what it is', async () => {
    stand.retrieval = (_seen, response) => {
      byHand(response, [type, 'Content-Length: 100'], Buffer.alloc(0));
      setTimeout(() => response.socket?.end(), 20);
      return undefined;
    };
    const got = await ask();
    expect([got.status, ...codes(got)]).toEqual([502, 'pacs-broken-answer']);
  });

  test('is told with its code to the log', async () => {
    stand.retrieval = (_seen, response) => {
      byHand(response, [type, `Content-Length: ${body.length}`], body.subarray(0, 150_000));
      return undefined;
    };
    await ask();
    expect(stand.gateway.log.join('')).toContain('"code":"pacs-timeout"');
  });
});

describe('a whole transfer', () => {
  test('ends well when it is chunked, or ended by closing after its closing boundary', async () => {
    const body = multipart(FILE);
    stand.retrieval = () => ({ headers: { 'Content-Type': DICOM_PARTS }, body });
    expect(await ask()).toMatchObject({ status: 200, whole: true, body });
    stand.retrieval = (_seen, response) => {
      byHand(response, [`Content-Type: ${DICOM_PARTS}`], body);
      setTimeout(() => response.socket?.end(), 20);
      return undefined;
    };
    expect(await ask()).toMatchObject({ status: 200, whole: true, body });
  });

  test('that nobody could see the end of is refused', async () => {
    stand.retrieval = (_seen, response) => {
      byHand(response, ['Content-Type: application/dicom'], FILE);
      setTimeout(() => response.socket?.end(), 20);
      return undefined;
    };
    const got = await ask({ Accept: 'application/dicom' });
    expect([got.status, ...codes(got)]).toEqual([502, 'pacs-broken-answer']);
  });
});

describe('what the archive refuses is translated', () => {
  test.each([
    [401, 502, 'pacs-credentials-rejected'],
    [403, 502, 'pacs-credentials-rejected'],
    [302, 502, 'pacs-redirect'],
    [404, 404, 'not-found'],
    [410, 404, 'not-found'],
    [204, 404, 'not-found'],
    [406, 406, 'not-acceptable'],
    [416, 416, 'range-not-satisfiable'],
    [500, 502, 'pacs-error'],
    [503, 503, 'pacs-busy'],
    [504, 504, 'pacs-timeout'],
    [206, 502, 'pacs-incomplete'],
  ])('%i becomes %i %s', async (theirs, status, code) => {
    stand.retrieval = () => ({
      status: theirs,
      headers: {
        'Content-Type': DICOM_PARTS,
        'WWW-Authenticate': 'Basic realm="x"',
        Location: 'http://x/',
      },
    });
    const got = await ask();
    expect([got.status, ...codes(got)]).toEqual([status, code]);
    expect(got.headers['www-authenticate']).toBeUndefined();
    expect(got.headers.location).toBeUndefined();
  });

  test('an HTML page is a failure, and nothing of it is seen', async () => {
    stand.retrieval = () => ({ headers: { 'Content-Type': 'text/html' }, body: '<html>Ward 7' });
    const got = await ask();
    expect([got.status, ...codes(got)]).toEqual([502, 'pacs-html-answer']);
    expect(got.body.toString()).not.toContain('Ward 7');
  });

  test('no headers in time is a timeout', async () => {
    stand.retrieval = () => undefined;
    const got = await ask();
    expect([got.status, ...codes(got)]).toEqual([504, 'pacs-timeout']);
  });

  test('metadata of another study breaks off, an empty list is not found', async () => {
    stand.retrieval = () => ({ body: '[{"0020000D":{"vr":"UI","Value":["9.9.9"]}}]' });
    expect((await get(`${stand.base}${INSTANCE}/metadata`)).status).toBe(502);
    stand.retrieval = () => ({ body: '[]' });
    expect((await get(`${stand.base}${INSTANCE}/metadata`)).status).toBe(404);
  });
});

test('links in metadata lead to the gateway or are gone, wherever they stand', async () => {
  const bulk = (uri: string) => ({ vr: 'OB', BulkDataURI: uri });
  const own = `http://elsewhere.example/pacs/rs${INSTANCE}/bulkdata/7FE00010`;
  const row = {
    '0020000D': { vr: 'UI', Value: [STUDY] },
    '00081190': { vr: 'UR', Value: ['http://elsewhere.example/any'] },
    '0040E010': { vr: 'UR', Value: ['http://elsewhere.example/wado?x'] },
    '7FE00010': bulk(own),
    '00420011': bulk('http://169.254.169.254/latest/meta-data'),
    '00431028': bulk('file:///etc/passwd'),
    '00282000': bulk(own.replace(`/studies/${STUDY}/`, '/studies/9.9.9/')),
    '54001010': bulk(`${own}/../../../../../secret`),
    '00091010': bulk(`${own}?token=1`),
    '00089215': { vr: 'SQ', Value: [{ '00091011': bulk('bulkdata/1') }] },
  };
  stand.retrieval = () => ({ body: JSON.stringify([row]) });
  const got = await get(`${stand.base}${INSTANCE}/metadata`);
  const [written] = JSON.parse(got.body.toString()) as [Record<string, unknown>];
  expect(written).toEqual({
    '0020000D': row['0020000D'],
    '00081190': { vr: 'UR', Value: [`${stand.base}${INSTANCE}`] },
    '7FE00010': bulk(`${stand.base}${INSTANCE}/bulkdata/7FE00010`),
    ...Object.fromEntries(
      ['00420011', '00431028', '00282000', '54001010', '00091010'].map((tag) => [
        tag,
        { vr: 'OB' },
      ]),
    ),
    '00089215': {
      vr: 'SQ',
      Value: [{ '00091011': bulk(`${stand.base}${INSTANCE}/bulkdata/1`) }],
    },
  });
});

describe('headers', () => {
  test('pass by a list, both ways', async () => {
    const body = multipart(FILE);
    stand.retrieval = () => ({
      status: 206,
      headers: {
        'Content-Type': DICOM_PARTS,
        'Content-Length': String(body.length),
        'Content-Range': `bytes 0-${body.length - 1}/999999`,
        'Accept-Ranges': 'bytes',
        ETag: '"v1"',
        'Last-Modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
        'Set-Cookie': 'session=1',
        Server: 'Secret/1.0',
        'Access-Control-Allow-Origin': 'http://elsewhere.example',
        'X-Powered-By': 'a PACS',
      },
      body,
    });
    const sent = {
      ...WANTED,
      Range: `bytes=0-${body.length - 1}`,
      'If-Range': '"v1"',
      Authorization: 'Bearer clients-own',
      Cookie: 'a=b',
      'X-Forwarded-For': '1.2.3.4',
      'X-Custom': 'y',
    };
    const got = await ask(sent);
    expect(got.status).toBe(206);
    expect(got.headers).toMatchObject({
      'content-type': DICOM_PARTS,
      'content-length': String(body.length),
      'content-range': `bytes 0-${body.length - 1}/999999`,
      'accept-ranges': 'bytes',
      etag: '"v1"',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    });
    for (const name of ['set-cookie', 'server', 'access-control-allow-origin', 'x-powered-by']) {
      expect(got.headers[name]).toBeUndefined();
    }
    const seen = stand.archive.seen.at(-1)?.headers ?? {};
    expect(seen).toMatchObject({
      range: sent.Range,
      'if-range': '"v1"',
      'accept-encoding': 'identity',
    });
    for (const name of ['authorization', 'cookie', 'x-forwarded-for', 'x-custom']) {
      expect(seen[name]).toBeUndefined();
    }
    expect(seen.accept).toBe('multipart/related; type="application/dicom"; transfer-syntax=*');
  });

  test('304 passes for a validator that the client has', async () => {
    stand.retrieval = ({ headers }) =>
      headers['if-none-match'] === '"v1"'
        ? { status: 304, headers: { ETag: '"v1"' } }
        : { status: 500 };
    const got = await ask({ ...WANTED, 'If-None-Match': '"v1"' });
    expect([got.status, got.headers.etag, got.body.length]).toEqual([304, '"v1"', 0]);
  });

  test('HEAD is a GET of the archive that ends with its headers', async () => {
    let poured = { sent: 0 };
    stand.retrieval = (_seen, response) => {
      response.writeHead(200, { 'Content-Type': DICOM_PARTS, 'Content-Length': 300e6 });
      poured = pour(response, 300e6);
      return undefined;
    };
    const got = await ask(WANTED, 'HEAD');
    expect(got.headers['content-length']).toBe(String(300e6));
    await until(() => stand.archive.load.live === 0, 2000);
    expect(stand.archive.seen.at(-1)?.method).toBe('GET');
    expect(poured.sent).toBeLessThan(50e6);
  });
});

describe('paths that two parties may read as different ones', () => {
  test.each([
    `/dicom-web/studies/${STUDY}%2f..%2f9.9.9`,
    `/dicom-web/studies/${STUDY}%5c..%5c9.9.9`,
    `/dicom-web/studies/${STUDY}\\..\\9.9.9`,
    `/dicom-web/studies/%2e%2e/9.9.9`,
    `/dicom-web/studies/${STUDY}/../9.9.9`,
    `/dicom-web/studies/${STUDY}/bulkdata/../../9.9.9`,
    `/dicom-web/studies/${STUDY}/bulkdata/%252e%252e/x`,
    `/dicom-web/studies/${STUDY}%09/metadata`,
    `/dicom-web/studies/${STUDY}%00`,
    `/dicom-web/studies/1.2.*`,
    `/dicom-web/studies/${STUDY}?/series/x`.replace('?', '%3f'),
    `/dicom-web//studies/${STUDY}`,
    `/dicom-web${INSTANCE}/frames/0`,
    `/dicom-web${INSTANCE}/frames/1,x`,
    `/dicom-web/studies/${'1'.repeat(65)}`,
    `/dicom-web/studies/１.２.３`,
  ])('%s is refused, and nothing of it reaches the archive', async (target) => {
    const before = stand.archive.seen.length;
    expect(await rawStatus(stand.gateway.url, target)).toBe(400);
    expect(stand.archive.seen.length).toBe(before);
  });

  test.each([
    '/studies/1.2.3/secret',
    `${INSTANCE}/frames`,
    '/instances/1',
    '/studies/1.2.3/series/1/x/2',
  ])('what is not in the table is not there: %s', async (path) => {
    const before = stand.archive.seen.length;
    expect((await get(stand.base + path)).status).toBe(404);
    expect(stand.archive.seen.length).toBe(before);
  });
});

describe('pace', () => {
  const endless = (total: number) => {
    const told = { poured: { sent: 0 }, closedAfter: -1 };
    stand.retrieval = (_seen, response) => {
      const started = { at: 0 };
      response.writeHead(200, { 'Content-Type': DICOM_PARTS, 'Content-Length': String(total) });
      told.poured = pour(response, total);
      response.on('close', () => (told.closedAfter = performance.now() - started.at));
      return undefined;
    };
    return told;
  };

  test('a client that leaves stops the archive’s transfer at once', async () => {
    const told = endless(1e9);
    const socket = await openSlowly(stand, INSTANCE);
    await until(() => told.poured.sent > 1e6);
    const left = performance.now();
    socket.resetAndDestroy();
    await until(() => stand.archive.load.live === 0, 2000);
    expect(performance.now() - left).toBeLessThan(200);
  });

  test('a client that does not read holds the archive back, and silence of its making is no stall', async () => {
    const told = endless(300e6);
    const socket = await openSlowly(stand, INSTANCE);
    socket.pause();
    await until(() => told.poured.sent > 1e6);
    await pause(600);
    expect(told.poured.sent).toBeLessThan(60e6);
    expect(stand.archive.load.live).toBe(1);
    socket.destroy();
    await until(() => stand.archive.load.live === 0, 2000);
  });

  test('a client that never reads is left after a while, and its place is free', async () => {
    const told = endless(300e6);
    const socket = await openSlowly(stand, INSTANCE);
    socket.pause();
    await until(() => told.poured.sent > 1e6);
    await until(() => stand.archive.load.live === 0, 8000);
    socket.destroy();
  }, 10_000);

  test('memory does not grow with the size of a transfer', async () => {
    endless(300e6);
    const before = process.memoryUsage.rss();
    let most = 0;
    let bytes = 0;
    const socket = await openSlowly(stand, INSTANCE);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      most = Math.max(most, process.memoryUsage.rss());
    });
    await until(() => bytes > 290e6, 20_000);
    socket.destroy();
    expect((most - before) / 1e6).toBeLessThan(150);
  }, 30_000);
});

/** A request over a plain socket whose answer is read, or not, as the test likes. */
function openSlowly({ gateway }: Stand, path: string): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET /dicom-web${path} HTTP/1.1\r\nHost: localhost\r\nAccept: multipart/related; type="application/dicom"\r\n\r\n`,
      );
      resolve(socket);
    });
    socket.on('error', (error) => {
      if (!socket.destroyed) reject(error);
    });
  });
}

test(`the boundary is kept as the archive wrote it (${BOUNDARY})`, async () => {
  const type = `multipart/related; boundary="${BOUNDARY}"; type="application/dicom"`;
  stand.retrieval = () => ({ headers: { 'Content-Type': type }, body: multipart(FILE) });
  expect((await ask()).headers['content-type']).toBe(type);
});
