import { string, type DataSet } from '../../dicom/dataset';
import { readDate } from '../../dicom/values';
import type { Examination } from '../examination';
import { share, type Finding, type Probe, Unanswered } from '../finding';
import { sampleRows } from '../sample';

/** Rows of a range that are looked at. */
const SOME = 50;

export const dates: Probe = {
  id: 'dates',
  title: 'Dates',
  asks: 'The date of a study of the sample: by itself, as a closed range around it, as a range open to each side.',
  judges:
    'good: studies come, all within the range. note: an open range that does not work, or brings studies without a date; ' +
    'the gateway sends closed ranges. warning: the date or a closed range does not work.',
  async run(examination) {
    const rows = await sampleRows(examination);
    const day = rows
      .map((row) => string(row, 'StudyDate') ?? '')
      .find((date) => /^\d{8}$/.test(date));
    if (day === undefined) throw new Unanswered('no study of the sample has a date');
    const results = new Map<string, RangeResult>();
    for (const [words, range, within] of rangesAround(day)) {
      results.set(words, await tryRange(examination, range, within));
    }
    return [exactFinding(results), openFinding(results), oldFinding(rows)];
  },
};

type RangeResult =
  'works' | 'finds nothing' | 'finds others' | 'brings undated studies' | 'refused';
type Within = (date: string) => boolean;

/** Four ways to ask for the same day, with what may come of each. */
function rangesAround(day: string): readonly (readonly [string, string, Within])[] {
  const year = Number(day.slice(0, 4));
  const [from, to] = [`${year}0101`, `${year}1231`];
  return [
    ['one day', day, (date) => date === day],
    ['closed', `${from}-${to}`, (date) => date >= from && date <= to],
    ['open end', `${from}-`, (date) => date >= from],
    ['open start', `-${to}`, (date) => date <= to],
  ];
}

async function tryRange(
  examination: Examination,
  range: string,
  within: Within,
): Promise<RangeResult> {
  const answer = await examination.tryQuery('/studies', `StudyDate=${range}&limit=${SOME}`);
  if (answer === undefined) return 'refused';
  if (answer.rows.length === 0) return 'finds nothing';
  const told = answer.rows.map((row) => readDate(string(row, 'StudyDate'))?.replaceAll('-', ''));
  if (told.some((date) => date !== undefined && !within(date))) return 'finds others';
  return told.includes(undefined) ? 'brings undated studies' : 'works';
}

function exactFinding(results: ReadonlyMap<string, RangeResult>): Finding {
  const what = 'a day and a closed range';
  const both = [results.get('one day'), results.get('closed')];
  const evidence = `one day: ${both[0] ?? 'not asked'}, closed range: ${both[1] ?? 'not asked'}`;
  if (both.every((result) => result === 'works')) return { what, verdict: 'good', evidence };
  const advice =
    'Searches by date may miss studies. The rows are checked, so that none come that do not match.';
  return { what, verdict: 'warning', evidence, advice };
}

function openFinding(results: ReadonlyMap<string, RangeResult>): Finding {
  const what = 'open ranges';
  const [end, start] = [results.get('open end'), results.get('open start')];
  const evidence = `open end: ${end ?? 'not asked'}, open start: ${start ?? 'not asked'}`;
  const works = end === 'works' && start === 'works';
  if (works) return { what, verdict: 'good', evidence };
  return { what, verdict: 'note', evidence, advice: 'Nothing: the gateway sends closed ranges.' };
}

/** ACR-NEMA's spelling of a date, which a comparison of texts puts before all days of its year. */
function oldFinding(rows: readonly DataSet[]): Finding {
  const what = 'spelling of dates';
  const spelled = (form: RegExp) => rows.filter((row) => form.test(string(row, 'StudyDate') ?? ''));
  const [plain, old] = [spelled(/^\d{8}$/), spelled(/^\d{4}\.\d\d\.\d\d$/)];
  const evidence = `YYYYMMDD in ${share(plain, rows)} rows, YYYY.MM.DD in ${old.length}`;
  if (old.length === 0) return { what, verdict: 'good', evidence };
  const advice = 'Such studies are found by dates only with PACS_DIALECT=orthanc.';
  return { what, verdict: 'note', evidence, advice };
}
