import type { Question, Told } from '../../pacs/examine';
import { Problem } from '../../errors';
import type { Examination } from '../examination';
import type { Finding, Probe } from '../finding';
import { subject, type Subject } from '../sample';
import { HEAD_BYTES, pathsOf, tryAll, wordsOf, type Way, type Went } from '../ways';

const DICOM_PARTS = 'multipart/related; type="application/dicom"';

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

/** `DICM` behind the preamble of a file (PS3.10 7.1), in a part or by itself. */
function isDicom({ status, body }: Told): boolean {
  return status === 200 && body.includes('DICM');
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
