import { z } from 'zod';
import { string } from '../../dicom/dataset';
import { readUpdateTime } from '../../pacs/updateTime';
import { parseJson, type Examination } from '../examination';
import { type Finding, type Probe } from '../finding';
import { besideAs, KNOWN_FAULTS, product } from '../product';

export const versions: Probe = {
  id: 'product',
  title: 'Product and version',
  asks:
    '`system` and `plugins/dicom-web` beside the root, where Orthanc tells its versions; the path, by which dcm4chee is known; ' +
    'the Server header.',
  judges:
    'good: known, without known faults. note or warning: a known fault of that version. unknown: it does not say.',
  async run(examination) {
    const known = await product(examination);
    const faults = KNOWN_FAULTS.filter((fault) => fault.of === known.name && fault.has(known));
    const verdict = known.name === 'other' ? 'unknown' : 'good';
    return [
      { what: 'product', verdict, evidence: known.words },
      ...faults.map(({ severity, says, advice }): Finding => ({
        what: 'known fault',
        verdict: severity,
        evidence: says,
        advice,
      })),
    ];
  },
};

const changes = z.object({ Last: z.number() });
const rows = z.array(z.unknown());

export const updates: Probe = {
  id: 'updates',
  title: 'Rows and changes of its own API',
  asks:
    "Orthanc's `tools/bulk-content` (for no resource) and `changes?last`; the update time among the attributes of " +
    '`includefield=all`, which dcm4chee has.',
  judges:
    'good: told. note: not told, so that `meta.lastUpdated` is since when the gateway has seen a study so.',
  async run(examination) {
    const { name } = await product(examination);
    return name === 'Orthanc' ? orthancUpdates(examination) : [await attributeUpdates(examination)];
  },
};

async function orthancUpdates(examination: Examination): Promise<readonly Finding[]> {
  const feed = await besideAs(examination, 'changes?last', changes);
  const nothing = JSON.stringify({ Resources: [], Level: 'Instance', Metadata: true });
  const bulk = await examination.beside('tools/bulk-content', { method: 'POST', data: nothing });
  const usable = bulk.status === 200 && rows.safeParse(parseJson(bulk.body)).success;
  return [
    {
      what: 'rows of its own API (PACS_ROWS)',
      verdict: usable ? 'good' : 'note',
      evidence: usable
        ? 'tools/bulk-content answers: files and index can be used'
        : `tools/bulk-content: ${bulk.status}: only qido can be used`,
    },
    {
      what: 'log of changes',
      verdict: feed === undefined ? 'note' : 'good',
      evidence:
        feed === undefined
          ? 'changes does not answer'
          : `changes answers, the last is number ${feed.Last}`,
      found: { updateTime: feed === undefined ? 'untold' : 'native' },
    },
  ];
}

/** Without a zone of the archive: what is no instant by itself is none that can be relied on. */
async function attributeUpdates(examination: Examination): Promise<Finding> {
  const what = 'update time';
  const answer = await examination.tryQuery('/studies', 'includefield=all&limit=5');
  const found = answer?.rows ?? [];
  const told = found.filter((row) => readUpdateTime(row, () => undefined) !== undefined);
  const evidence = `told in ${told.length} of ${found.length} rows`;
  if (found.length === 0) return { what, verdict: 'unknown', evidence };
  const all = told.length === found.length;
  return {
    what,
    verdict: all ? 'good' : 'note',
    evidence,
    ...(!all && { advice: 'Nothing: CACHE_STUDY_ROWS_MS says how soon a change is seen.' }),
    found: { updateTime: all ? 'attribute' : 'untold' },
  };
}

export const links: Probe = {
  id: 'links',
  title: 'RetrieveURL',
  asks: 'The RetrieveURL of the rows of the sample.',
  judges:
    'good: it begins with the root. note: another one, or none. The gateway never uses it and never hands it out.',
  async run(examination) {
    const { rows: sample } = await examination.search('/studies', [['limit', '5']]);
    const roots = sample.flatMap((row) => string(row, 'RetrieveURL')?.split('/studies/')[0] ?? []);
    const what = 'the RetrieveURL and the root';
    const advice = 'Nothing: clients of the gateway get URLs below PUBLIC_BASE_URL.';
    if (roots.length === 0) return [{ what, verdict: 'note', evidence: 'rows have none', advice }];
    const own = roots.filter((root) => root === examination.root);
    if (own.length === roots.length) return [{ what, verdict: 'good', evidence: 'the same' }];
    const evidence = `${roots.length - own.length} of ${roots.length} lead elsewhere: ${originsOf(roots)}`;
    return [{ what, verdict: 'note', evidence, advice }];
  },
};

/** Host and port only: paths may name studies. */
function originsOf(roots: readonly string[]): string {
  const origins = roots.map((root) =>
    URL.canParse(root) ? new URL(root).origin : 'no absolute URL',
  );
  return [...new Set(origins)].join(', ').slice(0, 200);
}
