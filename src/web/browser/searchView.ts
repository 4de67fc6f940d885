import { searchForm, type SearchForm } from './searchForm';
import { copyButton, el, fill, button, plural } from './dom';
import { curlOf } from './curl';
import { explainDialog } from './explain';
import { isAbort } from './lane';
import { failure, noticeList } from './notices';
import { briefly, parametersOf, type Question } from './question';
import { resultRow } from './resultRow';
import { searchPage, type ResultPage } from './searchPage';
import { suggestions } from './suggestions';
import type { State } from './state';
import type { ShownStudy } from './study';
import { createThumbnails } from './thumbnails';

/** The search and its results. */
export interface SearchView {
  readonly element: HTMLElement;
  readonly form: SearchForm;
  search(question: Question): void;
}

/**
 * @param asked told of every question that somebody asks by the form, so that Back finds it
 */
export function searchView(state: State, asked: (question: Question) => void): SearchView {
  const thumbnails = createThumbnails();
  const results = el('ol', { class: 'results', 'aria-label': 'Studies' });
  const status = el('div', { class: 'status', role: 'status' });
  const told = el('div', { class: 'told' });
  const hints = el('div', { class: 'hints' });
  const more = el('div', { class: 'more' });
  const form = searchForm(state, asked);
  let controller = new AbortController();
  let found: ShownStudy[] = [];

  function search(question: Question): void {
    controller.abort();
    controller = new AbortController();
    thumbnails.clear();
    found = [];
    form.show(question);
    fill(results);
    fill(told);
    fill(more);
    const parameters = parametersOf(question, state.release);
    void next(parameters, briefly(parameters, state.release), controller.signal);
  }

  async function next(
    question: URLSearchParams,
    page: URLSearchParams,
    signal: AbortSignal,
  ): Promise<void> {
    results.setAttribute('aria-busy', 'true');
    fill(status, el('span', { class: 'busy' }, 'Asking the archive…'));
    fill(more);
    try {
      const came = await searchPage(state.release, page, signal);
      show(question, came, signal);
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      const what = found.length === 0 ? 'The search failed' : 'The next page could not be had';
      fill(
        status,
        found.length > 0 && `${plural(found.length, 'study', 'studies')} shown, not all`,
      );
      fill(
        more,
        failure(what, error),
        button('Try again', () => void next(question, page, signal)),
      );
    } finally {
      if (!signal.aborted) results.removeAttribute('aria-busy');
    }
  }

  function show(question: URLSearchParams, came: ResultPage, signal: AbortSignal): void {
    found = [...found, ...came.studies];
    results.append(...came.studies.map((study) => resultRow(state, study, thumbnails)));
    const notices = noticeList(came.issues);
    if (notices !== undefined) told.append(notices);
    fill(status, ...statusLine(question, came));
    if (found.length > 0 && [...question].length === 0) {
      fill(hints, ...suggestions(found, (hint) => asked(hint)));
    }
    const { next: following } = came;
    if (following !== undefined) {
      const load = () => void next(question, following, signal);
      fill(more, button('Show more studies', load, { class: 'wide' }));
    } else if (found.length === 0) {
      fill(more, el('p', { class: 'empty' }, 'The archive answered: no study matches.'));
    }
  }

  function statusLine(question: URLSearchParams, came: ResultPage) {
    const { total } = came;
    const shown = found.length.toLocaleString('en');
    const count =
      total === undefined
        ? `${shown} shown`
        : `${plural(total, 'study', 'studies')}${total > found.length ? `, ${shown} shown` : ''}`;
    const path = `fhir/${state.release.name}/ImagingStudy`;
    const query = question.toString();
    const curl = () => curlOf(query === '' ? path : `${path}?${query}`, state.release.json);
    return [
      el('b', {}, count),
      el('span', { class: 'muted' }, `${Math.round(came.milliseconds)} ms`),
      el('span', { class: 'gap' }),
      button('Explain', () => explainDialog(state, question)),
      copyButton('Copy as curl', curl),
    ];
  }

  const element = el('main', { class: 'search', id: 'main' }, form.element);
  element.append(
    el('section', { class: 'found', 'aria-label': 'Results' }, hints, status, told, results, more),
  );
  element.addEventListener('keydown', moveAmongResults);
  return {
    element,
    form,
    search,
  };
}

/** Arrow keys go from result to result. */
function moveAmongResults(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const { target } = event;
  if (step === 0 || !(target instanceof HTMLAnchorElement)) return;
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.results a')];
  const there = links[links.indexOf(target) + step];
  if (there === undefined) return;
  event.preventDefault();
  there.focus();
}
