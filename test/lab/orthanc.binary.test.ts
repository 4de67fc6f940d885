import { randomBytes } from 'node:crypto';
import { encodeFile } from '../../src/demo/encode';
import { contentOf } from '../../src/study/content';
import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import { inParallel } from './support/parallel';
import { readTruth, type TrueInstance } from './support/truth';

/* Every image, document and report of a real archive opens; what Orthanc shows by its own API tells what can. */

let gateway: Running;
let openable: readonly Openable[];

interface Openable {
  readonly instance: TrueInstance;
  readonly kind: 'image' | 'document' | 'report';
}

/** Images of one series that are opened: the lab's generated series are all alike. */
const OF_A_SERIES = 4;

/** The real files hold no documents: these are made, and taken away again. */
const DOCUMENTS = [
  documentFile(1, '104.1', 'application/pdf', Buffer.from('%PDF-1.4\nodd in length\n%%EOF'), true),
  documentFile(
    2,
    '104.1',
    'application/pdf',
    Buffer.from('%PDF-1.4\nits length is not told\n%%EOF\n'),
  ),
  documentFile(
    3,
    '104.1',
    'application/pdf',
    Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(3_000_001)]),
    true,
  ),
  documentFile(4, '104.2', 'text/XML', Buffer.from('<ClinicalDocument xmlns="urn:hl7-org:v3"/>\n')),
  documentFile(
    5,
    '104.3',
    'model/stl',
    Buffer.concat([Buffer.from('solid'), Buffer.alloc(179)]),
    true,
  ),
  documentFile(6, '104.1', 'text/html', Buffer.from('<script>alert(1)</script>'), true),
];

beforeAll(async () => {
  const { orthanc } = lab();
  for (const { file } of DOCUMENTS) {
    const body = new Uint8Array(file);
    expect((await fetch(`${orthanc}/instances`, { method: 'POST', body })).status).toBe(200);
  }
  gateway = await startGateway(`${orthanc}/dicom-web`, { CACHE_STUDY_ROWS_MS: '600000' });
  const series = (await readTruth(orthanc)).flatMap((study) => study.series);
  const found = series.flatMap(({ instances }) =>
    instances.slice(0, OF_A_SERIES).flatMap((instance) => {
      const { uid, sopClass } = instance;
      const content = contentOf({ uid, sopClass });
      return content === undefined ? [] : [{ instance, kind: content.kind }];
    }),
  );
  const all = series.flatMap(({ instances }) => instances.map(({ uid }) => uid));
  const times = (uid: string) => all.filter((each) => each === uid).length;
  openable = found.filter(({ instance }) => times(instance.uid) === 1);
}, 120_000);

afterAll(async () => {
  await gateway.close();
  const own = openable.filter(({ instance }) => DOCUMENTS.some(({ uid }) => uid === instance.uid));
  await inParallel(own, ({ instance }) => fetch(instance.path, { method: 'DELETE' }));
});

interface Opened {
  readonly uid: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
}

function open(kind: Openable['kind'], release = 'dstu1'): Promise<Opened[]> {
  const wanted = openable.filter((each) => each.kind === kind);
  return inParallel(wanted, async ({ instance: { uid, path } }) => {
    const response = await fetch(`${gateway.url}/fhir/${release}/Binary/${uid}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('Content-Type') ?? '';
    return { uid, path, status: response.status, type, bytes };
  });
}

test('every document is what was put into its file, byte for byte, as what it may be', async () => {
  const opened = await open('document');
  for (const { uid, content, type } of DOCUMENTS) {
    const one = opened.find((each) => each.uid === uid);
    expect([uid, one?.status, one?.type]).toEqual([uid, 200, type]);
    expect([uid, one?.bytes.equals(content)]).toEqual([uid, true]);
  }
  expect(opened.filter(({ status }) => status !== 200)).toEqual([]);
}, 60_000);

test('every report is a page with its title and its texts', async () => {
  const opened = await open('report');
  expect(opened.length).toBeGreaterThan(0);
  for (const { uid, path, status, type, bytes } of opened) {
    const page = bytes.toString();
    expect([uid, status, type]).toEqual([uid, 200, 'text/html; charset=utf-8']);
    const simple = (await (await fetch(`${path}/simplified-tags`)).json()) as Tags;
    const title = textsOf(simple.ConceptNameCodeSequence, 'CodeMeaning')[0] ?? 'no title';
    expect(page).toContain(`<h1>${escaped(title)}</h1>`);
    const words = ['TextValue', 'CodeMeaning'].flatMap((name) =>
      textsOf(simple.ContentSequence, name),
    );
    const numbers = textsOf(simple.ContentSequence, 'NumericValue').map((each) =>
      String(Number(each)),
    );
    const texts = [...words, ...numbers];
    const missing = texts.filter((text) => text !== 'no units' && !page.includes(escaped(text)));
    expect([uid, missing]).toEqual([uid, []]);
  }
}, 60_000);

test('every image that Orthanc itself can show is a JPEG', async () => {
  const opened = await open('image');
  expect(opened.length).toBeGreaterThan(100);
  const refused = opened.filter(({ status }) => status !== 200);
  const shown = await inParallel(refused, async ({ path }) => {
    const preview = await fetch(`${path}/preview`);
    return preview.status === 200 && (await preview.arrayBuffer()).byteLength > 0;
  });
  expect(
    refused.filter((_, index) => shown[index]).map(({ uid, status }) => [uid, status]),
  ).toEqual([]);
  expect(refused.filter(({ status }) => status !== 406)).toEqual([]);
  const jpegs = opened.filter(({ status }) => status === 200);
  for (const { uid, type, bytes } of jpegs) {
    expect([uid, type, bytes.readUInt16BE(0)]).toEqual([uid, 'image/jpeg', 0xffd8]);
  }
}, 300_000);

test('is the same in the resource of a release', async () => {
  const [document] = openable.filter(({ kind }) => kind === 'document');
  const url = `${gateway.url}/fhir/r4/Binary/${document?.instance.uid ?? ''}`;
  const native = Buffer.from(await (await fetch(url)).arrayBuffer());
  const resource = (await (await fetch(`${url}?_format=json`)).json()) as { data: string };
  expect(Buffer.from(resource.data, 'base64').equals(native)).toBe(true);
});

/** A DICOM file with a document, whose length it may tell. */
function documentFile(
  number: number,
  sopClass: string,
  mime: string,
  content: Buffer,
  tellsLength = false,
) {
  const uid = `2.25.7700${number}`;
  const attributes = {
    SOPClassUID: `1.2.840.10008.5.1.4.1.1.${sopClass}`,
    SOPInstanceUID: uid,
    PatientID: 'LAB-DOCUMENTS',
    Modality: 'DOC',
    StudyInstanceUID: '2.25.77',
    SeriesInstanceUID: `2.25.770.${number}`,
    MIMETypeOfEncapsulatedDocument: mime,
  };
  const file = encodeFile(attributes, { tag: '00420011', vr: 'OB', bytes: () => content });
  // Encapsulated Document Length (0042,0015), a UL that is the last attribute of the file.
  const length = Buffer.from('42001500554c0400', 'hex');
  const value = Buffer.alloc(4);
  value.writeUInt32LE(content.length);
  const type = mime === 'text/html' ? 'application/octet-stream' : mime.toLowerCase();
  return { uid, content, type, file: tellsLength ? Buffer.concat([file, length, value]) : file };
}

type Tags = Readonly<Record<string, unknown>>;

/** All values of an attribute within a sequence, at any depth. */
function textsOf(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === name && typeof each === 'string' && each.trim() !== ''
      ? [each.trim()]
      : textsOf(each, name),
  );
}

function escaped(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
    '\t': '&#9;',
    '\n': '&#10;',
    '\r': '&#13;',
  };
  return text.replace(/[&<>"'\t\n\r]/g, (character) => escapes[character] ?? '');
}
