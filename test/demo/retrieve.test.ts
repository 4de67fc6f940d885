import { decode } from 'jpeg-js';
import { PNG } from 'pngjs';
import type { DemoArchive } from '../../src/demo/archive';
import { demoStudies, type DemoSeries, type DemoStudy } from '../../src/demo/studies';
import { isRecord, readDataSet, sequence, string, type DataSet } from '../../src/dicom/dataset';
import { bytesOf, partsOf, readPart10, startArchive, textOf } from './reading';

const studies = demoStudies();
let archive: DemoArchive;

beforeAll(async () => {
  archive = await startArchive();
});
afterAll(() => archive.close());

interface Found {
  readonly study: DemoStudy;
  readonly series: DemoSeries;
  readonly path: string;
  readonly instance: string;
}

/** The first series of a modality, with its path and that of its first instance. */
function find(modality: string): Found {
  for (const study of studies) {
    const series = study.series.find((entry) => entry.modality === modality);
    const first = series?.instances[0];
    if (!series || !first) continue;
    const path = `/studies/${study.uid}/series/${series.uid}`;
    return { study, series, path, instance: `${path}/instances/${first.uid}` };
  }
  throw new Error(`no ${modality}`);
}

function get(path: string, accept?: string): Promise<Response> {
  return fetch(archive.url + path, accept === undefined ? {} : { headers: { accept } });
}

async function metadata(path: string): Promise<DataSet[]> {
  const json: unknown = await (await get(`${path}/metadata`)).json();
  if (!Array.isArray(json)) throw new Error('no array');
  return json.map(readDataSet).filter((row) => row !== undefined);
}

describe('DICOM files', () => {
  it('of a study come one a part, each a well-formed file in Explicit VR Little Endian', async () => {
    const { study } = find('KO');
    const response = await get(`/studies/${study.uid}`);
    expect(response.headers.get('content-type')).toContain('type="application/dicom"');
    const parts = await partsOf(response);
    const files = parts.map(({ body }) => readPart10(body));
    const wanted = study.series.flatMap(({ instances }) => instances.map(({ uid }) => uid));
    expect(files.map((file) => textOf(file, '00080018'))).toEqual(wanted);
    expect(new Set(files.map((file) => textOf(file, '00020010')))).toEqual(
      new Set(['1.2.840.10008.1.2.1']),
    );
  });

  it('of a series are those of the series', async () => {
    const { series, path } = find('SR');
    expect(await partsOf(await get(path))).toHaveLength(series.instances.length);
  });

  it.each(['CT', 'MR', 'CR', 'US', 'SR', 'KO', 'PR', 'DOC', 'ECG'])(
    'of one %s instance can be had plain',
    async (modality) => {
      const { study, series, instance } = find(modality);
      const response = await get(instance, 'application/dicom');
      expect(response.headers.get('content-type')).toBe('application/dicom');
      const file = readPart10(await bytesOf(response));
      expect(textOf(file, '00080005')).toBe('ISO_IR 192');
      expect(textOf(file, '00080060')).toBe(modality);
      expect(textOf(file, '00100010')).toBe(study.patient.name);
      expect(textOf(file, '00080016')).toBe(textOf(file, '00020002'));
      expect(textOf(file, '00080016')).toBe(series.instances[0]?.sopClass);
      expect(file.has('00080056')).toBe(false);
    },
  );

  it('have as many pixels as they say', async () => {
    for (const modality of ['CT', 'CR', 'US']) {
      const file = readPart10(
        await bytesOf(await get(find(modality).instance, 'application/dicom')),
      );
      const number = (tag: string) => file.get(tag)?.bytes.readUInt16LE() ?? 0;
      const frames = Number(textOf(file, '00280008') ?? 1);
      const size =
        number('00280010') * number('00280011') * number('00280002') * (number('00280100') / 8);
      expect(file.get('7FE00010')?.bytes.length).toBe(size * frames);
    }
  });

  it('are refused in a transfer syntax or media type that the archive has not', async () => {
    const { instance, path } = find('CT');
    const jpeg =
      'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50';
    expect((await get(instance, jpeg)).status).toBe(406);
    expect(
      (
        await get(
          instance,
          `${jpeg}, multipart/related; type="application/dicom"; transfer-syntax=*`,
        )
      ).status,
    ).toBe(200);
    expect((await get(path, 'application/dicom')).status).toBe(406);
    expect((await get(path, 'image/jpeg')).status).toBe(406);
  });
});

describe('metadata', () => {
  it('of a study, a series and an instance are their data sets with pixels as a link', async () => {
    const { study, series, path, instance } = find('MR');
    const all = study.series.flatMap(({ instances }) => instances);
    expect(await metadata(`/studies/${study.uid}`)).toHaveLength(all.length);
    expect(await metadata(path)).toHaveLength(series.instances.length);
    const json: unknown = await (await get(`${instance}/metadata`)).json();
    expect(json).toEqual([
      expect.objectContaining({
        '7FE00010': { vr: 'OW', BulkDataURI: `${archive.url}${instance}/bulkdata/7FE00010` },
      }),
    ]);
  });

  it('link to the same bytes as are in the file', async () => {
    for (const [modality, tag] of [
      ['CT', '7FE00010'],
      ['DOC', '00420011'],
    ] as const) {
      const { instance } = find(modality);
      const file = readPart10(await bytesOf(await get(instance, 'application/dicom')));
      const bulk = await bytesOf(
        await get(`${instance}/bulkdata/${tag}`, 'application/octet-stream'),
      );
      expect(file.get(tag)?.bytes.subarray(0, bulk.length).equals(bulk)).toBe(true);
    }
  });

  it('link to a waveform inside its sequence', async () => {
    const { instance } = find('ECG');
    const json: unknown = await (await get(`${instance}/metadata`)).json();
    expect(JSON.stringify(json)).toContain(
      `"BulkDataURI":"${archive.url}${instance}/bulkdata/54001010"`,
    );
    expect(
      (await bytesOf(await get(`${instance}/bulkdata/54001010`, 'application/octet-stream')))
        .length,
    ).toBe(120_000);
  });

  it('of a report have its order and its text', async () => {
    const [report] = await metadata(find('SR').instance);
    if (!report) throw new Error('no report');
    const [order] = sequence(report, 'ReferencedRequestSequence');
    expect(order && string(order, 'PlacerOrderNumberImagingServiceRequest')).toBe('PL-88123');
    expect(JSON.stringify(Object.fromEntries(report))).toContain('No midline shift.');
  });

  it('of key objects and presentation states refer to instances that exist', async () => {
    const known = new Set(
      studies.flatMap(({ series }) =>
        series.flatMap(({ instances }) => instances.map(({ uid }) => uid)),
      ),
    );
    for (const modality of ['KO', 'PR']) {
      const json: unknown = await (await get(`${find(modality).instance}/metadata`)).json();
      const referenced = referencesIn(json);
      expect(referenced.length).toBeGreaterThan(0);
      for (const uid of referenced) expect(known).toContain(uid);
    }
  });
});

/** Every Referenced SOP Instance UID (0008,1155) at any depth. */
function referencesIn(json: unknown): unknown[] {
  if (Array.isArray(json)) return json.flatMap(referencesIn);
  if (!isRecord(json)) return [];
  const here = json['00081155'];
  const own = isRecord(here) && Array.isArray(here.Value) ? (here.Value as unknown[]) : [];
  return [...own, ...Object.values(json).flatMap(referencesIn)];
}

describe('rendered images', () => {
  it.each(['CT', 'MR', 'CR', 'US'])(
    'of %s are JPEG pictures that show something',
    async (modality) => {
      const response = await get(`${find(modality).instance}/rendered`);
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      const image = decode(await bytesOf(response));
      expect(new Set(image.data).size).toBeGreaterThan(50);
    },
  );

  it('come as PNG when asked and within a viewport', async () => {
    const { instance } = find('CR');
    const response = await get(`${instance}/rendered?viewport=100,60`, 'image/png');
    expect(response.headers.get('content-type')).toBe('image/png');
    const image = PNG.sync.read(await bytesOf(response));
    expect([image.width, image.height]).toEqual([60, 60]);
    expect((await get(`${instance}/rendered?viewport=big`)).status).toBe(400);
  });

  it('of a cine loop differ from frame to frame', async () => {
    const study = studies.find(
      ({ attributes }) => attributes.StudyDescription === 'Echocardiography',
    );
    const series = study?.series[0];
    const instance = `/studies/${study?.uid ?? ''}/series/${series?.uid ?? ''}/instances/${series?.instances[0]?.uid ?? ''}`;
    const [first, tenth] = await Promise.all(
      [1, 10].map(async (frame) => bytesOf(await get(`${instance}/frames/${frame}/rendered`))),
    );
    expect(tenth?.equals(first ?? Buffer.alloc(0))).toBe(false);
    expect((await get(`${instance}/frames/25/rendered`)).status).toBe(404);
    const frames = await partsOf(await get(`${instance}/frames/1,2,24`));
    expect(frames.map(({ body }) => body.length)).toEqual([65536, 65536, 65536]);
  });

  it('of an encapsulated document are the document', async () => {
    const response = await get(`${find('DOC').instance}/rendered`);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    const pdf = (await bytesOf(response)).toString('latin1');
    expect(pdf.startsWith('%PDF-1.4')).toBe(true);
    const [, offset = ''] = /startxref\n(\d+)\n%%EOF/.exec(pdf) ?? [];
    expect(pdf.slice(Number(offset), Number(offset) + 4)).toBe('xref');
    expect(pdf).toContain('Arztbrief Radiologie');
    expect((await get(`${find('DOC').instance}/rendered`, 'image/jpeg')).status).toBe(406);
  });

  it.each(['SR', 'KO', 'PR', 'ECG'])('do not exist of %s', async (modality) => {
    expect((await get(`${find(modality).instance}/rendered`)).status).toBe(406);
  });
});

describe('thumbnails', () => {
  it('of a study, a series and an instance are small', async () => {
    const { study, path, instance } = find('MR');
    for (const resource of [`/studies/${study.uid}`, path, instance]) {
      const image = decode(await bytesOf(await get(`${resource}/thumbnail`)));
      expect([image.width, image.height]).toEqual([128, 128]);
    }
  });

  it('of a study without images do not exist', async () => {
    expect((await get(`/studies/${find('ECG').study.uid}/thumbnail`)).status).toBe(404);
  });
});

describe('what is not there', () => {
  it.each([
    '/studies/1.2.3',
    '/studies/1.2.3/metadata',
    '/patients',
    '/studies/{study}/series/1.2.3',
    '/studies/{study}/nonsense',
    '/studies/{study}/series/{series}/instances/1.2.3',
  ])('is a 404 in JSON at %s', async (template) => {
    const { study, series } = find('CT');
    const response = await get(
      template.replace('{study}', study.uid).replace('{series}', series.uid),
    );
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/json',
    ]);
    expect(await response.json()).toHaveProperty('error');
  });

  it.each(['frames/0', 'frames/x', 'frames/1,'])('is a 400 for %s', async (frames) => {
    expect((await get(`${find('CT').instance}/${frames}`)).status).toBe(400);
  });
});
