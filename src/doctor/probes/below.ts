import { string } from '../../dicom/dataset';
import type { Examination } from '../examination';
import { type Finding, type Probe, Unanswered } from '../finding';
import { smallStudies } from '../sample';
import { nobodysUid } from './safety';

export const below: Probe = {
  id: 'below',
  title: 'Searches below the study',
  asks:
    '`/series` and `/instances` across studies, by the UID of a study of the sample and by a random one; `series` and ' +
    '`instances` within a study, and `instances` within a series.',
  judges:
    'good: they bring the rows of that study, and none for the random UID. note: a path that is not there, which the ' +
    'gateway goes round. warning: rows of other studies come. unusable: none of the paths within a study works.',
  async run(examination) {
    const [row] = await smallStudies(examination);
    const study = string(row ?? new Map(), 'StudyInstanceUID');
    if (study === undefined) throw new Unanswered('the archive shows no study');
    const within = await withinStudy(examination, study);
    const [series, instances] = [
      await across(examination, '/series', study),
      await across(examination, '/instances', study),
    ];
    return [within, acrossFinding(series, instances)];
  },
};

type AcrossResult = 'works' | 'ignores the study' | 'not there' | 'finds nothing';

async function across(
  examination: Examination,
  path: string,
  study: string,
): Promise<AcrossResult> {
  const answer = await examination.tryQuery(path, `StudyInstanceUID=${study}&limit=20`);
  const nobody = await examination.tryQuery(path, `StudyInstanceUID=${nobodysUid()}&limit=5`);
  if (answer === undefined || nobody === undefined) return 'not there';
  const strangers = answer.rows.some((row) => (string(row, 'StudyInstanceUID') ?? study) !== study);
  if (strangers || nobody.received > 0) return 'ignores the study';
  return answer.received > 0 ? 'works' : 'finds nothing';
}

function acrossFinding(series: AcrossResult, instances: AcrossResult): Finding {
  const works = series === 'works' && instances === 'works';
  const strangers = [series, instances].includes('ignores the study');
  const advice = strangers
    ? 'The gateway checks the rows, but each such search lists the archive.'
    : 'The gateway asks study by study instead, and can search by series attributes in what it lists only.';
  return {
    what: '/series and /instances across studies',
    verdict: works ? 'good' : strangers ? 'warning' : 'note',
    evidence: `/series ${series}, /instances ${instances}`,
    ...(!works && { advice }),
    found: { searchesBelowStudies: works },
  };
}

async function withinStudy(examination: Examination, study: string): Promise<Finding> {
  const what = 'searches within a study';
  const series = await examination.tryQuery(`/studies/${study}/series`, 'limit=5');
  const instances = await examination.tryQuery(`/studies/${study}/instances`, 'limit=5');
  const first = series?.rows.map((row) => string(row, 'SeriesInstanceUID')).find((uid) => uid);
  const own =
    first === undefined
      ? undefined
      : await examination.tryQuery(`/studies/${study}/series/${first}/instances`, 'limit=5');
  const words = ['series', 'instances', 'instances of a series'].map((name, at) => {
    const answer = [series, instances, own][at];
    return `${name}: ${answer === undefined ? 'not there' : `${answer.received} rows`}`;
  });
  const evidence = words.join(', ');
  const some = (rows: { readonly received: number } | undefined) => (rows?.received ?? 0) > 0;
  if (some(series) && some(instances) && some(own)) return { what, verdict: 'good', evidence };
  if (some(instances) || some(own)) return { what, verdict: 'note', evidence };
  const advice = 'The gateway cannot tell series and instances of any study.';
  return { what, verdict: 'unusable', evidence, advice };
}
