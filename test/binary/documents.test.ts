import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { byHand, BOUNDARY, SERIES, startStand, STUDY, type Stand } from '../dicomweb/support';
import { get, type Wire } from '../dicomweb/wire';
import { held, json, row, type Answer, type Row, type Script } from '../gateway/fakeArchive';
import { codesOf } from '../gateway/running';

/* Documents and images out of an archive that does as a test has it: what is given is whole, or looks broken. */

const PDF = '1.2.840.10008.5.1.4.1.1.104.1';
const UID = `${SERIES}.1`;
const INSTANCE = `/studies/${STUDY}/series/${SERIES}/instances/${UID}`;
const IMAGE_STUDY = '1.2.4';
const IMAGE = `${IMAGE_STUDY}.1.1`;

let stand: Stand;
beforeAll(async () => {
  const document = held(STUDY, { ModalitiesInStudy: 'DOC' }, 1, {
    SOPClassUID: PDF,
    Modality: 'DOC',
  });
  stand = await startStand({ PACS_IDLE_TIMEOUT_MS: '200' }, [document, held(IMAGE_STUDY)]);
});
afterAll(() => stand.close());

const urlOf = (uid = UID, release = 'dstu1') =>
  `${stand.gateway.url}/fhir/${release}/Binary/${uid}`;
const codes = ({ body }: Wire) =>
  codesOf({ status: 0, headers: new Headers(), text: body.toString() });

/** Metadata of the document. */
function metadata(values: Parameters<typeof row>[0], stored: object): Row {
  const identity = { StudyInstanceUID: STUDY, SeriesInstanceUID: SERIES, SOPInstanceUID: UID };
  return { ...row({ ...identity, ...values }), '00420011': { vr: 'OB', ...stored } };
}

/** An archive with this metadata, and this bulk data at its own URI of it. */
function giving(values: Parameters<typeof row>[0], bulk: Script): Script {
  return (seen, response) => {
    if (seen.path === `${INSTANCE}/metadata`) {
      const uri = `${stand.archive.url}${INSTANCE}/bulkdata/00420011`;
      return json([metadata(values, { BulkDataURI: uri })]);
    }
    return seen.path === `${INSTANCE}/bulkdata/00420011` ? bulk(seen, response) : { status: 404 };
  };
}

const TOLD = { MIMETypeOfEncapsulatedDocument: 'application/pdf' };
const OCTETS = `multipart/related; type="application/octet-stream"; boundary=${BOUNDARY}`;

function parts(...bodies: readonly Buffer[]): Answer {
  const pieces = bodies.flatMap((body) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\r\n`),
    body,
    Buffer.from('\r\n'),
  ]);
  const end = Buffer.from(`--${BOUNDARY}--\r\n`);
  return { headers: { 'Content-Type': OCTETS }, body: Buffer.concat([...pieces, end]) };
}

describe('a document', () => {
  test.each([
    ['is cut to the length it tells', '%PDF-odd\0', 8, '%PDF-odd', '8'],
    ['of even length is as it is', '%PDF-even!', 10, '%PDF-even!', '10'],
    [
      'that tells no length loses the byte that fills it up',
      '%PDF-odd\0',
      undefined,
      '%PDF-odd',
      undefined,
    ],
    [
      'that tells no length keeps its own last byte',
      '%PDF-even!',
      undefined,
      '%PDF-even!',
      undefined,
    ],
  ])('%s', async (_what, stored, length, given, told) => {
    const values = { ...TOLD, EncapsulatedDocumentLength: length };
    stand.retrieval = giving(values, () => parts(Buffer.from(stored, 'latin1')));
    const got = await get(urlOf());
    expect([got.status, got.body.toString('latin1'), got.whole]).toEqual([200, given, true]);
    expect(got.headers['content-length']).toBe(told);
  });

  test('that is in the metadata itself is taken from there', async () => {
    const inline = Buffer.from('%PDF-inline').toString('base64');
    stand.retrieval = () => json([metadata(TOLD, { InlineBinary: inline })]);
    const got = await get(urlOf());
    expect([got.body.toString(), got.headers['content-type']]).toEqual([
      '%PDF-inline',
      'application/pdf',
    ]);
  });

  test('whose length cannot be true is given as it is stored', async () => {
    const inline = Buffer.from('%PDF-inline!').toString('base64');
    const values = { ...TOLD, EncapsulatedDocumentLength: 3 };
    stand.retrieval = () => json([metadata(values, { InlineBinary: inline })]);
    expect((await get(urlOf())).body.toString()).toBe('%PDF-inline!');
  });

  test('comes by itself from an archive that sends no parts', async () => {
    stand.retrieval = giving(TOLD, ({ headers }) =>
      headers.accept === '*/*'
        ? { headers: { 'Content-Type': 'application/pdf' }, body: '%PDF-alone' }
        : { status: 406 },
    );
    expect((await get(urlOf())).body.toString()).toBe('%PDF-alone');
  });

  test.each([
    ['text/html', 'application/octet-stream'],
    ['image/svg+xml', 'application/octet-stream'],
    ['application/pdf; x="\r\nSet-Cookie: a=b"', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
    ['text/XML', 'text/xml'],
    ['APPLICATION/PDF', 'application/pdf'],
    ['model/stl', 'model/stl'],
  ])('that says it is %s is given as %s', async (mime, type) => {
    stand.retrieval = giving({ MIMETypeOfEncapsulatedDocument: mime }, () =>
      parts(Buffer.from('x')),
    );
    const { headers } = await get(urlOf());
    expect([headers['content-type'], headers['set-cookie']]).toEqual([type, undefined]);
    expect(headers['x-content-type-options']).toBe('nosniff');
    const sandboxed = (headers['content-security-policy'] ?? '').includes('sandbox');
    expect(sandboxed).toBe(type !== 'application/pdf');
  });

  test('streams: it is not read before the client reads', async () => {
    const chunk = Buffer.alloc(65_536, 0x20);
    let sent = 0;
    stand.retrieval = giving(TOLD, (_seen, response) => {
      response.writeHead(200, { 'Content-Type': 'application/pdf' });
      const more = () => {
        while (!response.destroyed && sent < 1_000_000_000) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
      return undefined;
    });
    const leave = new AbortController();
    const got = await fetch(urlOf(), { signal: leave.signal });
    await pause(300);
    expect([got.status, sent < 50_000_000]).toEqual([200, true]);
    leave.abort();
  });
});

describe('a transfer that breaks', () => {
  const whole = parts(Buffer.alloc(200_000, 0x41));
  const body = Buffer.isBuffer(whole.body) ? whole.body : Buffer.alloc(0);
  const cutIn = (end: (response: ServerResponse) => void): Script =>
    giving({ ...TOLD, EncapsulatedDocumentLength: 200_000 }, (_seen, response) => {
      const head = [`Content-Type: ${OCTETS}`, `Content-Length: ${body.length}`];
      byHand(response, head, body.subarray(0, 150_000));
      setTimeout(() => end(response), 20);
      return undefined;
    });

  test.each<[string, Script]>([
    ['cut', cutIn((response) => response.socket?.end())],
    ['reset', cutIn((response) => response.socket?.resetAndDestroy())],
    ['stalled', cutIn(() => undefined)],
    [
      'shorter than the document says',
      giving({ ...TOLD, EncapsulatedDocumentLength: 300_000 }, () => whole),
    ],
    [
      'longer than the document says',
      giving({ ...TOLD, EncapsulatedDocumentLength: 100_000 }, () => whole),
    ],
    ['of two documents', giving(TOLD, () => parts(Buffer.alloc(99_999), Buffer.alloc(9)))],
  ])('by being %s looks broken, as content and as a resource', async (_how, script) => {
    stand.retrieval = script;
    const native = await get(urlOf());
    expect(native.status === 200 && native.whole).toBe(false);
    const resource = await get(`${urlOf(UID, 'r4')}?_format=json`);
    expect(resource.status === 200 && resource.whole).toBe(false);
  });
});

describe('what the archive does not give is a failure', () => {
  const text = (type: string, body: string): Script =>
    giving(TOLD, () => ({ headers: { 'Content-Type': type }, body }));

  test.each<[string, Script, number, string]>([
    ['no bulk data', giving(TOLD, () => ({ status: 404 })), 404, 'not-found'],
    ['no metadata', () => ({ status: 404 }), 404, 'not-found'],
    ['an error', giving(TOLD, () => ({ status: 500 })), 502, 'pacs-error'],
    ['a login page', text('text/html', '<html>login</html>'), 502, 'pacs-html-answer'],
    [
      'refused credentials',
      giving(TOLD, () => ({ status: 401 })),
      502,
      'pacs-credentials-rejected',
    ],
    ['metadata without the document', () => json([metadata(TOLD, {})]), 502, 'pacs-incomplete'],
    [
      'a link to another host’s file',
      () => json([metadata(TOLD, { BulkDataURI: 'http://169.254.169.254/latest' })]),
      502,
      'pacs-incomplete',
    ],
    [
      'a link into another study',
      () => json([metadata(TOLD, { BulkDataURI: '/dicom-web/studies/9.9/bulkdata/00420011' })]),
      502,
      'pacs-incomplete',
    ],
    [
      'metadata of another instance',
      () =>
        json([{ ...metadata(TOLD, { InlineBinary: 'eA==' }), ...row({ SOPInstanceUID: '9.9' }) }]),
      502,
      'pacs-broken-answer',
    ],
  ])('%s', async (_what, script, status, code) => {
    stand.retrieval = script;
    const got = await get(urlOf());
    expect([got.status, codes(got)]).toEqual([status, [code]]);
  });
});

describe('an image', () => {
  const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex');
  const rendered =
    (type: string): Script =>
    (seen) =>
      seen.path.endsWith('/rendered')
        ? { headers: { 'Content-Type': type }, body: JPEG }
        : { status: 404 };

  test('is the archive’s rendering, asked for without parameters', async () => {
    stand.retrieval = rendered('image/jpeg');
    const got = await get(`${urlOf(IMAGE, 'r4')}?_pretty=true`);
    expect([got.status, got.body.equals(JPEG)]).toEqual([200, true]);
    const asked = stand.archive.seen.findLast(({ path }) => path.endsWith('/rendered'));
    expect([asked?.rawQuery, asked?.headers.accept]).toEqual(['', 'image/jpeg']);
  });

  test('that the archive renders as something else is a broken answer', async () => {
    stand.retrieval = rendered('image/gif');
    const got = await get(urlOf(`${IMAGE_STUDY}.1.2`));
    expect([got.status, codes(got)]).toEqual([502, ['pacs-broken-answer']]);
  });

  test('that nobody can render is not acceptable', async () => {
    stand.retrieval = () => ({ status: 406 });
    const got = await get(urlOf(`${IMAGE_STUDY}.1.2`));
    expect([got.status, codes(got)]).toEqual([406, ['not-acceptable']]);
  });
});

describe('an instance', () => {
  test('whose UID is in two series is not chosen', async () => {
    const twice = held('1.2.5', {}, 1, { SOPInstanceUID: '1.2.5.9' });
    const again = held('1.2.6', {}, 1, { SOPInstanceUID: '1.2.5.9' });
    const own = await startStand({}, [twice, again]);
    const got = await get(`${own.gateway.url}/fhir/dstu1/Binary/1.2.5.9`);
    expect([got.status, codes(got), own.retrieved()]).toEqual([409, ['ambiguous-study'], []]);
    await own.close();
  });

  test('that is fetched from slow storage is waited for', async () => {
    const slow = held('1.2.7', { InstanceAvailability: 'NEARLINE' }, 1);
    const own = await startStand({}, [slow]);
    const got = await get(`${own.gateway.url}/fhir/dstu1/Binary/1.2.7.1.1`);
    expect([got.status, codes(got)]).toEqual([503, ['study-warming']]);
    expect(Number(got.headers['retry-after'])).toBeGreaterThan(0);
    await own.close();
  });

  test('with a UID that is no id is found by its escaped one', async () => {
    const odd = held('1.2.8', {}, 1, { SOPInstanceUID: 'odd_uid' });
    const own = await startStand({}, [odd]);
    own.retrieval = (seen) =>
      seen.path.endsWith('/odd_uid/rendered')
        ? { headers: { 'Content-Type': 'image/jpeg' }, body: Buffer.from('ffd8', 'hex') }
        : { status: 404 };
    const read = await own.gateway.get('ImagingStudy/1.2.8?_format=json');
    const [, reference = ''] = /"attachment":\{"reference":"([^"]+)"/.exec(read.text) ?? [];
    expect(reference).toBe(`Binary/x-${Buffer.from('odd_uid').toString('hex')}`);
    expect((await get(`${own.gateway.fhir}/${reference}`)).status).toBe(200);
    await own.close();
  });
});
