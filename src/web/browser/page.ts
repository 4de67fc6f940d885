import { button, el, fill, select } from './dom';
import { failure } from './notices';
import { createSearch } from './search';
import { token } from './session';
import { onShortcut, shortcutsDialog } from './shortcuts';
import { finishLaunch } from './smart';
import { chooseRelease, loadState, shortTitle, type State } from './state';
import { studyView, type StudyView } from './studyView';
import { themeSwitch } from './theme';
import { tokenDialog } from './tokenDialog';

/*
 * The page. The address tells which study is open, and nothing else: a fragment is never sent, and what somebody
 * searched for, names above all, stays out of it and in the entry of the tab's history.
 */

const app = el('div', { class: 'app' });
const banner = el('div', { class: 'banner-place' });

async function main(): Promise<void> {
  document.body.prepend(el('a', { class: 'skip', href: '#main' }, 'Skip to the content'), app);
  try {
    const state = await loadState();
    run(state, await launched(state));
  } catch (error) {
    fill(app, failure('The page could not start', error));
  }
}

/** @returns what went wrong when the page was opened by a launch that failed */
async function launched(state: State): Promise<HTMLElement | undefined> {
  try {
    await finishLaunch(state);
    return undefined;
  } catch (error) {
    return failure('Signing in failed', error);
  }
}

function run(state: State, trouble: HTMLElement | undefined): void {
  const search = createSearch(state);
  let study: StudyView | undefined;
  const content = el('div', { class: 'view' });
  const tokenState = button('', () => tokenDialog(state, again), { class: 'token-state' });
  const releases = releaseSwitch(state, again);
  // Beside the banner, which is filled anew as soon as a search is refused for want of a token.
  fill(app, header(state, releases, tokenState), trouble, banner, content);

  function show(): void {
    study?.close();
    study = undefined;
    tellToken(state, tokenState, again);
    const id = openStudy();
    document.title = id === undefined ? 'Studies' : 'Study';
    if (id === undefined) {
      fill(content, search.element);
      search.resume();
    } else {
      search.pause();
      study = studyView(state, id);
      fill(content, study.element);
    }
  }

  /** After a change of release or token nothing that was seen counts any more. */
  function again(): void {
    trouble?.remove();
    search.forget();
    show();
  }

  addEventListener('popstate', show);
  document.addEventListener('token-wanted', () => fill(banner, wanted(state, again)));
  onShortcut({
    '/': () => {
      if (openStudy() !== undefined) goToStudies();
      search.focus();
    },
    '?': shortcutsDialog,
    v: () => document.querySelector<HTMLElement>('.stage')?.focus(),
    t: () => document.querySelector<HTMLElement>('.tree [tabindex="0"]')?.focus(),
    r: () => releases.focus(),
    Escape: goToStudies,
  });
  show();

  function goToStudies(): void {
    if (openStudy() === undefined) return;
    history.pushState(null, '', '#');
    show();
  }
}

function tellToken(state: State, tokenState: HTMLElement, changed: () => void): void {
  const missing = token() === undefined;
  tokenState.textContent = missing ? 'No token' : 'Token in use';
  tokenState.classList.toggle('missing', missing);
  fill(banner, state.facts.authorises && missing && wanted(state, changed));
}

/** The id of the study in the address. */
function openStudy(): string | undefined {
  const [, id] = /^#ImagingStudy\/([^/]+)$/.exec(location.hash) ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}

function header(state: State, releases: HTMLElement, tokenState: HTMLElement): HTMLElement {
  const { facts } = state;
  const link = (href: string, words: string) =>
    el('a', { href, target: '_blank', rel: 'noopener' }, words);
  return el(
    'header',
    { class: 'top' },
    el(
      'a',
      { class: 'brand', href: '#' },
      el('img', { src: 'page/icon.svg', alt: '', width: 20, height: 20 }),
      'Imaging over FHIR',
    ),
    el('label', { class: 'release' }, el('span', {}, 'FHIR'), releases),
    el('span', { class: 'gap' }),
    el(
      'nav',
      { 'aria-label': 'About this gateway' },
      link('doctor', 'Doctor'),
      link('openapi.json', 'OpenAPI'),
      link(`fhir/${state.release.name}/metadata?_pretty=true`, 'Metadata'),
    ),
    facts.authorises ? tokenState : el('span', { class: 'open muted' }, 'No authorisation'),
    themeSwitch(),
    button('?', shortcutsDialog, { 'aria-label': 'Keyboard shortcuts', class: 'quiet' }),
  );
}

function releaseSwitch(state: State, changed: () => void): HTMLSelectElement {
  const names = state.facts.releases.map((each) => [each.name, shortTitle(each)] as const);
  return select('FHIR release', names, state.release.name, (name) => {
    chooseRelease(state, name);
    const metadata = document.querySelector('.top nav a:last-child');
    metadata?.setAttribute('href', `fhir/${name}/metadata?_pretty=true`);
    changed();
  });
}

function wanted(state: State, changed: () => void): HTMLElement {
  return el(
    'div',
    { class: 'banner', role: 'status' },
    'This gateway wants an access token. ',
    button('Authorise', () => tokenDialog(state, changed), { class: 'primary' }),
  );
}

void main();
