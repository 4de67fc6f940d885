import { startDemoArchive, type DemoArchive } from '../../src/demo/archive';
import { INSTANCE, startStand } from '../dicomweb/support';
import { startGateway, type Running } from '../gateway/running';
import { startAuthority, type Authority } from '../security/authority';
import { openPage, type Page } from './page';
import { firstInstance, studyOf, studyWith } from './studies';

/* What pages of other origins are let see of the images, and what viewers in them still miss. */

const ORIGIN = 'https://viewer.example';
const CORS = { CORS_ORIGINS: ORIGIN };

let archive: DemoArchive;
let authority: Authority;

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  authority = await startAuthority();
});

afterAll(async () => {
  await authority.close();
  await archive.close();
});

describe('what a page of another origin sees', () => {
  let gateway: Running;

  beforeAll(async () => {
    gateway = await startGateway(archive.url, { ...CORS, ...authority.env, AUTH_MODE: 'jwt' });
  });
  afterAll(() => gateway.close());

  const url = () => `${gateway.url}/dicom-web/studies/${studyOf('900100').uid}`;

  test('without a token: why, so that it can have its user sign in', async () => {
    const seen = await openPage(ORIGIN).get(`${url()}/metadata`);
    expect(seen.status).toBe(401);
    expect(seen.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
  });

  test('of an origin that is not allowed: nothing', async () => {
    const page = openPage('https://other.example');
    await expect(page.get(`${url()}/metadata`)).rejects.toThrow('may not see');
    await expect(page.get(`${url()}/metadata`, { Authorization: 'Bearer x' })).rejects.toThrow(
      'may not see',
    );
  });

  test('of a file: its name, whatever conditions and ranges it sends', async () => {
    const token = await authority.sign({ scope: 'user/*.rs' });
    const instance = `${gateway.url}/dicom-web${firstInstance(studyOf('900100'))}`;
    const page = openPage(ORIGIN);
    const seen = await page.get(instance, {
      Authorization: `Bearer ${token}`,
      Accept: 'application/dicom',
      Range: 'bytes=0-99,200-',
      'If-None-Match': '"x"',
      'If-Range': '"x"',
    });
    expect(seen.status).toBe(200);
    expect(seen.headers.get('Content-Disposition')).toMatch(/filename="[\d.]+\.dcm"/);
    expect(seen.headers.get('X-Request-Id')).toMatch(/./);
    expect(page.preflights).toEqual([instance]);
  });
});

test('of a range, a page sees where it lies in the whole, and by what to ask for the rest', async () => {
  const stand = await startStand(CORS);
  stand.retrieval = () => ({
    status: 206,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Range': 'bytes 0-3/9',
      'Accept-Ranges': 'bytes',
      ETag: '"v1"',
    },
    body: 'abcd',
  });
  const sent = { Accept: 'application/octet-stream', Range: 'bytes=0-3' };
  const seen = await openPage(ORIGIN).get(`${stand.base}${INSTANCE}/frames/1`, sent);
  await stand.close();
  const told = ['Content-Range', 'Accept-Ranges', 'ETag'].map((name) => seen.headers.get(name));
  expect([seen.status, ...told]).toEqual([206, 'bytes 0-3/9', 'bytes', '"v1"']);
  expect(seen.body.toString()).toBe('abcd');
});

describe('what viewers ask for in several forms, or as it is', () => {
  let gateway: Running;
  let page: Page;
  let root: string;

  beforeAll(async () => {
    gateway = await startGateway(archive.url, CORS);
    root = `${gateway.url}/dicom-web`;
    page = openPage(ORIGIN);
  });
  afterAll(() => gateway.close());

  // OHIF without `singlepart`, and older releases of Slim: the first of several that the archive has.
  test.each([
    ['a document as PDF or as bytes', 'DOC', '/bulkdata/00420011', 'application/pdf'],
    ['a frame as JPEG-LS or as bytes', 'CT', '/frames/1', 'image/jls'],
  ])('%s', async (_what, modality, view, first) => {
    const ranges = [first, 'application/octet-stream'].map(
      (type) => `multipart/related; type="${type}"`,
    );
    const seen = await page.get(`${root}${firstInstance(studyWith(modality))}${view}`, {
      Accept: ranges.join(', '),
    });
    expect(seen.status).toBe(200);
  });

  // OHIF with `singlepart: 'pdf'` shows what is at this URL in a frame.
  test('an encapsulated PDF rendered, which is the PDF', async () => {
    const seen = await page.get(`${root}${firstInstance(studyWith('DOC'))}/rendered`);
    expect(seen.headers.get('Content-Type')).toBe('application/pdf');
  });
});
