import { z } from 'zod';
import { integer, string } from '../../dicom/dataset';
import { Problem } from '../../errors';
import type { Question, Told } from '../../pacs/examine';
import { parseJson, type Examination } from '../examination';
import { plain, type Finding, type Probe } from '../finding';
import { subject, type Subject } from '../sample';

/** Bytes of a transfer that are read: enough to see that it began. */
const HEAD_BYTES = 65_536;
const DICOM_PARTS = 'multipart/related; type="application/dicom"';

/** One way to ask for something, by its words. */
type Way = readonly [words: string, path: string, accept: string];

/** How a way went: whether it brought what was asked for, and in which form. */
interface Went {
  readonly words: string;
  readonly works: boolean;
  readonly told: string;
}

export const files: Probe = {
  id: 'files',
  title: 'WADO-RS: files',
  asks:
    'One small instance as multipart with `transfer-syntax=*`, without it, with an unquoted `type`, as a single part, ' +
    'with `*/*`; its series and its study as multipart; `metadata` of all three. 64 KiB of each are read.',
  judges:
    'good: DICOM files come. note: a form that does not work and that the gateway does not need. warning: series, study or ' +
    'metadata do not come. unusable: the instance comes in neither of the forms that the gateway asks for.',
  async run(examination) {
    const one = await subject(examination);
    const [study, series, instance] = pathsOf(one);
    const forms: readonly Way[] = [
      ['multipart, any transfer syntax', instance, `${DICOM_PARTS}; transfer-syntax=*`],
      ['multipart', instance, DICOM_PARTS],
      ['type not quoted', instance, 'multipart/related; type=application/dicom'],
      ['single part', instance, 'application/dicom'],
      ['*/*', instance, '*/*'],
    ];
    const large: readonly Way[] = [
      ['series', series, `${DICOM_PARTS}; transfer-syntax=*`],
      ['study', study, `${DICOM_PARTS}; transfer-syntax=*`],
    ];
    const tried = await tryAll(examination, forms, isDicom);
    const single = tried[3]?.works ? 'application/dicom' : DICOM_PARTS;
    return [
      formsFinding(tried),
      largeFinding(await tryAll(examination, large, isDicom)),
      metadataFinding(await tryAll(examination, metadataWays(one), isJsonList)),
      await transferFinding(examination, instance, single),
    ];
  },
};

function pathsOf({ study, series, instance }: Subject): readonly [string, string, string] {
  const at = `/studies/${study}/series/${series}`;
  return [`/studies/${study}`, at, `${at}/instances/${instance}`];
}

async function tryAll(
  examination: Examination,
  ways: readonly Way[],
  isGood: (told: Told) => boolean,
): Promise<readonly Went[]> {
  const went: Went[] = [];
  for (const way of ways) went.push(await tryWay(examination, way, isGood));
  return went;
}

/** A way that fails says nothing of the next one. */
async function tryWay(
  examination: Examination,
  [words, path, Accept]: Way,
  isGood: (told: Told) => boolean,
): Promise<Went> {
  try {
    const question: Question = { headers: { Accept }, most: HEAD_BYTES, transfer: true };
    const told = await examination.ask(path, question);
    return { words, works: isGood(told), told: formOf(told) };
  } catch (error) {
    if (error instanceof Problem) return { words, works: false, told: error.code };
    throw error;
  }
}

/** Status, or media type where it is 200. */
function formOf(told: Told): string {
  const type = plain((told.header('content-type') ?? 'no type').split(';')[0] ?? '', 40);
  return told.status === 200 ? type : String(told.status);
}

/** `DICM` behind the preamble of a file (PS3.10 7.1), in a part or by itself. */
function isDicom({ status, body }: Told): boolean {
  return status === 200 && body.includes('DICM');
}

function wordsOf(went: readonly Went[]): string {
  return went
    .map(({ words, works, told }) => `${words}: ${works ? told : `no (${told})`}`)
    .join('; ');
}

function formsFinding(went: readonly Went[]): Finding {
  const what = 'an instance';
  const evidence = wordsOf(went);
  const [syntax, multipart, , single] = went;
  const usable = [syntax, multipart, single].some((each) => each?.works);
  if (!usable) {
    const advice =
      'Clients can have no images: see the log of the archive, and whether the account may retrieve.';
    return { what, verdict: 'unusable', evidence, advice };
  }
  return { what, verdict: went.every(({ works }) => works) ? 'good' : 'note', evidence };
}

function largeFinding(went: readonly Went[]): Finding {
  const what = 'a series and a study';
  const works = went.every((each) => each.works);
  const advice =
    'Clients that ask for whole series or studies get an error; instances can be had one by one.';
  return {
    what,
    verdict: works ? 'good' : 'warning',
    evidence: wordsOf(went),
    ...(!works && { advice }),
  };
}

function metadataWays(one: Subject): readonly Way[] {
  const [study, series, instance] = pathsOf(one);
  const type = 'application/dicom+json';
  return [
    ['instance', `${instance}/metadata`, type],
    ['series', `${series}/metadata`, type],
    ['study', `${study}/metadata`, type],
  ];
}

/** The beginning of a list of data sets. */
function isJsonList({ status, body }: Told): boolean {
  return status === 200 && /^\s*\[\s*\{/.test(body.toString('latin1', 0, 64));
}

function metadataFinding(went: readonly Went[]): Finding {
  const what = 'metadata';
  const evidence = wordsOf(went);
  if (went.every(({ works }) => works)) return { what, verdict: 'good', evidence };
  const advice =
    'What searches leave out stays out, and viewers cannot open such studies: see the log of the archive.';
  return { what, verdict: 'warning', evidence, advice };
}

/** What eases transfers and may be missing: none of it is mandatory. */
async function transferFinding(
  examination: Examination,
  path: string,
  Accept: string,
): Promise<Finding> {
  const range: Question = { headers: { Accept, Range: 'bytes=0-99' }, most: HEAD_BYTES };
  const head: Question = { method: 'HEAD', headers: { Accept } };
  const zipped: Question = {
    headers: { Accept: 'application/dicom+json', 'Accept-Encoding': 'gzip' },
  };
  const [ranged, headed] = [
    await examination.ask(path, range),
    await tryHead(examination, path, head),
  ];
  const rows = await examination.ask('/studies?limit=20', zipped);
  const told = [
    `Range: ${ranged.status === 206 ? 'yes' : `no (${ranged.status})`}`,
    `HEAD: ${headed === 200 ? 'yes' : `no (${headed})`}`,
    `gzip of searches: ${rows.header('content-encoding') === 'gzip' ? 'yes' : 'no'}`,
  ];
  return { what: 'Range, HEAD, gzip', verdict: 'good', evidence: told.join(', ') };
}

/** Conquest closes the connection on a HEAD. */
async function tryHead(
  examination: Examination,
  path: string,
  question: Question,
): Promise<number | string> {
  try {
    return (await examination.ask(path, question)).status;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

export const images: Probe = {
  id: 'images',
  title: 'WADO-RS: images',
  asks: 'Of a small instance with pixels: frame 1, `rendered` as JPEG and PNG, `thumbnail` of instance, series and study, bulk data.',
  judges:
    'good: all of it. note: something is missing; the gateway renders images itself where the archive does not. unknown: no ' +
    'instance with pixels was found.',
  async run(examination) {
    const one = await subject(examination);
    const [study, series, instance] = pathsOf(one);
    if (!one.isImage && integer(one.row, 'NumberOfFrames') === undefined) {
      return [
        { what: 'images', verdict: 'unknown', evidence: 'no study of the sample has images' },
      ];
    }
    const octets = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
    const ways: readonly Way[] = [
      ['frame', `${instance}/frames/1`, octets],
      ['rendered JPEG', `${instance}/rendered`, 'image/jpeg'],
      ['rendered PNG', `${instance}/rendered`, 'image/png'],
      ['rendered frame', `${instance}/frames/1/rendered`, 'image/jpeg'],
      ['thumbnail', `${instance}/thumbnail`, 'image/jpeg'],
      ['thumbnail of the series', `${series}/thumbnail`, 'image/jpeg'],
      ['thumbnail of the study', `${study}/thumbnail`, 'image/jpeg'],
    ];
    const went = await tryAll(
      examination,
      ways,
      ({ status, body }) => status === 200 && body.length > 0,
    );
    return [imagesFinding(went), await bulkFinding(examination, one)];
  },
};

function imagesFinding(went: readonly Went[]): Finding {
  const missing = went.filter(({ works }) => !works);
  const evidence = wordsOf(went);
  const what = 'frames and pictures';
  if (missing.length === 0) return { what, verdict: 'good', evidence };
  const frame = missing.some(({ words }) => words === 'frame');
  const advice = frame
    ? 'Viewers that ask for frames get an error: see which transfer syntaxes the archive can give.'
    : 'The gateway renders what the archive does not, up to RENDER_MAX_BYTES a file.';
  return { what, verdict: frame ? 'warning' : 'note', evidence, advice };
}

const metadata = z.array(z.record(z.string(), z.unknown()));
const linked = z.object({ BulkDataURI: z.string() });

/** A link is followed only below the root that was asked (an archive may name any host), and only one of them. */
async function bulkFinding(examination: Examination, one: Subject): Promise<Finding> {
  const what = 'bulk data';
  const [, , path] = pathsOf(one);
  const told = await examination.ask(`${path}/metadata`, {
    headers: { Accept: 'application/dicom+json' },
  });
  const parsed = metadata.safeParse(parseJson(told.body));
  const [dataSet = {}] = parsed.success ? parsed.data : [];
  const links = Object.values(dataSet).flatMap((element) => {
    const link = linked.safeParse(element);
    return link.success ? [link.data.BulkDataURI] : [];
  });
  const [first] = links;
  if (first === undefined)
    return { what, verdict: 'unknown', evidence: 'its metadata links to none' };
  const at = first.indexOf(`/studies/${string(one.studyRow, 'StudyInstanceUID') ?? ''}/`);
  if (at < 0) return { what, verdict: 'note', evidence: `${links.length} links, of another form` };
  const octets = { Accept: 'multipart/related; type="application/octet-stream"' };
  const { status } = await examination.ask(first.slice(at), { headers: octets, most: HEAD_BYTES });
  const evidence = `${links.length} links; the first, below the root, answers ${status}`;
  return { what, verdict: status === 200 ? 'good' : 'note', evidence };
}
