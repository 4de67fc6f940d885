import { askJson, issuesOf, type Issue } from './client';
import { curlOf } from './curl';
import { openDialog } from './dialog';
import { copyButton, el, fill } from './dom';
import { failure, noticeList } from './notices';
import type { State } from './state';

/** `$explain` of a search, readable: what is checked, what is asked of the archive, and what came of it. */
export function explainDialog({ release }: State, question: URLSearchParams): void {
  const path = `fhir/${release.name}/ImagingStudy/$explain?${question.toString()}`;
  const body = el('div', { class: 'explain' }, el('p', { class: 'busy' }, 'Asking the archive…'));
  openDialog('What this search asks of the archive', body);
  askJson(path, release.json).then(
    (outcome) =>
      fill(
        body,
        ...explained(issuesOf(outcome)),
        copyButton('Copy as curl', () => curlOf(path, release.json)),
      ),
    (error: unknown) => fill(body, failure('The search is not explained', error)),
  );
}

function explained(issues: readonly Issue[]): (HTMLElement | undefined)[] {
  const of = (code: string) => issues.filter((issue) => issue.code === code);
  const known = ['explain-condition', 'explain-call', 'explain-check'];
  const conditions = of('explain-condition').map(({ words }) => el('li', {}, words));
  const none = el('p', {}, 'Every study matches: nothing was asked for.');
  return [
    noticeList(issues.filter(({ code }) => !known.includes(code))),
    el('h3', {}, 'Conditions'),
    conditions.length === 0 ? none : el('ul', {}, ...conditions),
    el('h3', {}, 'Calls'),
    el('ol', { class: 'calls' }, ...of('explain-call').map(({ words }) => call(words))),
    el('h3', {}, 'Check of the rows'),
    el('ul', {}, ...of('explain-check').map(({ words }) => el('li', {}, words))),
  ];
}

/** `GET /studies?PatientID=1: 3 rows, 5 ms.` as a path, its parameters one a line, and what came. */
function call(words: string): HTMLElement {
  const [, method = '', target = '', came = ''] = /^(\S+) (\S+): (.*)\.$/s.exec(words) ?? [];
  if (target === '') return el('li', {}, words);
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const parameters = query === '' ? [] : query.split('&').map(parameter);
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'call' },
      el('b', {}, method),
      ' ',
      el('code', {}, path),
      el('span', { class: 'muted' }, came),
    ),
    parameters.length > 0 && el('ul', { class: 'parameters' }, ...parameters),
  );
}

function parameter(pair: string): HTMLElement {
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  const fields = value.split(',');
  const many = name === 'includefield' && fields.length > 1;
  const shown = many
    ? el(
        'details',
        {},
        el('summary', {}, `${fields.length} attributes`),
        el('span', {}, fields.join(', ')),
      )
    : el('code', {}, value);
  return el('li', {}, el('span', { class: 'key' }, name), shown);
}
