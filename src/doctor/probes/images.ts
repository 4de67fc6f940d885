import { z } from 'zod';
import { integer } from '../../dicom/dataset';
import { JSON_ROWS, parseJson, type Examination } from '../examination';
import type { Finding, Probe } from '../finding';
import { subject, type Subject } from '../sample';
import { HEAD_BYTES, pathsOf, tryAll, wordsOf, type Way, type Went } from '../ways';

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
    headers: JSON_ROWS,
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
  const at = first.indexOf(`/studies/${one.study}/`);
  if (at < 0 || first.includes('..'))
    return { what, verdict: 'note', evidence: `${links.length} links, of another form` };
  const octets = { Accept: 'multipart/related; type="application/octet-stream"' };
  const { status } = await examination.ask(first.slice(at), { headers: octets, most: HEAD_BYTES });
  const evidence = `${links.length} links; the first, below the root, answers ${status}`;
  return { what, verdict: status === 200 ? 'good' : 'note', evidence };
}
