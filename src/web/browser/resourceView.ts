import { ask } from './client';
import { curlOf } from './curl';
import { button, copyButton, el, fill, select } from './dom';
import { isAbort } from './lane';
import { parseJson } from './json';
import { jsonLines, xmlLines, type Line } from './lines';
import { failure } from './notices';
import { originsIn } from './origins';
import { releaseNamed, shortTitle, studyPath, type State } from './state';

/** Lines shown at once; a study of thousands of instances has a hundred thousand. */
const LINES = 1500;

type Format = 'json' | 'xml';

/** The resource in two releases or formats side by side, each element with where it came from. */
export function resourceView(state: State, id: string): HTMLElement {
  const panes = [resourcePane(state, id, 'json', 'Left'), resourcePane(state, id, 'xml', 'Right')];
  const view = el('div', { class: 'resources' }, ...panes);
  const why = el('input', { type: 'checkbox', checked: true });
  why.addEventListener('change', () => view.classList.toggle('why', why.checked));
  view.classList.add('why');
  return el(
    'div',
    { class: 'resource-view' },
    el('label', { class: 'switch' }, why, 'Why is this here: the DICOM attribute of each element'),
    view,
  );
}

function resourcePane(state: State, id: string, first: Format, side: string): HTMLElement {
  const { facts } = state;
  let { release } = state;
  let format = first;
  let content = '';
  let controller = new AbortController();
  const body = el('div', {
    class: 'code',
    tabindex: 0,
    role: 'region',
    'aria-label': `${side} resource`,
  });
  const accept = () => release[format];
  const curl = () => curlOf(studyPath(release, id), accept());

  async function load(): Promise<void> {
    controller.abort();
    controller = new AbortController();
    const { signal } = controller;
    content = '';
    fill(body, el('p', { class: 'busy' }, 'Reading…'));
    try {
      const response = await ask(`${studyPath(release, id)}?_pretty=true`, accept(), signal);
      content = await response.text();
      showLines(body, linesOf(content));
    } catch (error) {
      if (!isAbort(error)) fill(body, failure('The resource could not be read', error));
    }
  }

  function linesOf(text: string): readonly Line[] {
    if (format === 'xml') return xmlLines(text, originsIn(facts, release));
    const resource = parseJson(text);
    return jsonLines(resource, originsIn(facts, release, resource));
  }

  const releases = facts.releases.map((each) => [each.name, shortTitle(each)] as const);
  const chooseRelease = (name: string) => {
    release = releaseNamed(facts, name);
    void load();
  };
  const chooseFormat = (value: string) => {
    format = value === 'xml' ? 'xml' : 'json';
    void load();
  };
  const formats = [
    ['json', 'JSON'],
    ['xml', 'XML'],
  ] as const;
  const head = el(
    'div',
    { class: 'pane-head' },
    select(`${side}: FHIR release`, releases, release.name, chooseRelease),
    select(`${side}: format`, formats, format, chooseFormat),
    el('span', { class: 'gap' }),
    copyButton('Copy', () => content),
    copyButton('Copy as curl', curl),
  );
  void load();
  return el('section', { class: 'pane', 'aria-label': `${side} pane` }, head, body);
}

function showLines(body: HTMLElement, lines: readonly Line[]): void {
  const list = el('div', { class: 'lines' });
  let shown = 0;
  const more = button('', () => show(), { class: 'wide' });
  const show = () => {
    list.append(...lines.slice(shown, shown + LINES).map(lineElement));
    shown = Math.min(shown + LINES, lines.length);
    more.textContent = `Show more: ${(lines.length - shown).toLocaleString('en')} lines are left`;
    more.hidden = shown === lines.length;
  };
  show();
  fill(body, list, more);
}

function lineElement({ indent, parts, origins }: Line): HTMLElement {
  const code = el('code', {}, ...parts.map(([kind, words]) => el('span', { class: kind }, words)));
  // Depth is a class and not a style: the page's policy allows no inline style.
  const depth = Math.min(indent, 12);
  const origin = origins.join(' · or · ');
  const note = origin === '' ? undefined : el('span', { class: 'origin' }, origin);
  return el('div', { class: `line depth-${depth}` }, code, note);
}
