import type { ReleaseFacts, SearchWord } from '../facts';

/** What the form asks, in words that do not depend on the release. */
export interface Question {
  readonly name: string;
  readonly patientId: string;
  readonly from: string;
  readonly to: string;
  readonly modality: string;
  readonly accession: string;
  readonly bodySite: string;
  /** Further parameters as they stand in a URL, for example `status=available&_sort=started`. */
  readonly more: string;
}

export const NOTHING: Question = {
  name: '',
  patientId: '',
  from: '',
  to: '',
  modality: '',
  accession: '',
  bodySite: '',
  more: '',
};

const WORDS: readonly Exclude<SearchWord, 'date'>[] = [
  'name',
  'patientId',
  'modality',
  'accession',
  'bodySite',
];

/** The question as search parameters of a release, in its spelling. */
export function parametersOf(question: Question, release: ReleaseFacts): URLSearchParams {
  const asked = WORDS.flatMap((word) => {
    const value = question[word].trim();
    return value === '' ? [] : [[release.asks[word], value]];
  });
  const dates = [
    ...(question.from === '' ? [] : [[release.asks.date, `${release.since}${question.from}`]]),
    ...(question.to === '' ? [] : [[release.asks.date, `${release.until}${question.to}`]]),
  ];
  const more = [...new URLSearchParams(question.more.trim().replace(/^\?/, ''))];
  return new URLSearchParams([...asked, ...dates, ...more]);
}

/**
 * What makes a page of results cheap: the elements above the series, so that the archive is asked one study query. In DSTU1,
 * which has no `_elements`, its summary is the same.
 */
export function briefly(parameters: URLSearchParams, release: ReleaseFacts): URLSearchParams {
  const brief = new URLSearchParams(parameters);
  const shaped = ['_elements', '_summary'].some((name) => brief.has(name));
  if (shaped) return brief;
  if (release.name === 'dstu1') brief.append('_summary', 'true');
  else brief.append('_elements', release.elements.join(','));
  return brief;
}
