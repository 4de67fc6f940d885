import type { PageFacts, SopClassFacts } from '../facts';
import { el, plural } from './dom';
import { mayHavePictures } from './resultRow';
import type { ShownInstance, ShownSeries, ShownStudy } from './study';
import type { Thumbnails } from './thumbnails';

/** Instances listed at once below a series. */
const LISTED = 200;

/** What somebody chose in the tree. */
export interface Chosen {
  readonly series: ShownSeries;
  readonly instance: ShownInstance | undefined;
}

/** The series and instances of a study as a tree (WAI-ARIA "Tree View" pattern). */
export function studyTree(
  facts: PageFacts,
  study: ShownStudy,
  thumbnails: Thumbnails,
  choose: (chosen: Chosen) => void,
): HTMLElement {
  const tree = el('ul', { class: 'tree', role: 'tree', 'aria-label': 'Series and instances' });
  for (const series of study.series) tree.append(seriesItem(series));
  tree.addEventListener('keydown', (event) => onKey(tree, event));
  tree.addEventListener('focusin', (event) => rove(tree, event.target));
  items(tree)[0]?.setAttribute('tabindex', '0');
  return tree;

  function seriesItem(series: ShownSeries): HTMLElement {
    const { uid, modality, description } = series;
    const drawn = facts.images && mayHavePictures(facts, [modality]);
    const path =
      study.uid === undefined || uid === undefined || !drawn
        ? undefined
        : `dicom-web/studies/${study.uid}/series/${uid}`;
    const below = el('ul', { role: 'group', hidden: true });
    const twisty = el('span', { class: 'twisty', 'aria-hidden': 'true' }, '▸');
    const row = el(
      'div',
      { class: 'tree-row' },
      twisty,
      thumbnails.picture(path, modality || '?'),
      el(
        'span',
        { class: 'tree-words' },
        el('b', {}, description ?? `Series ${series.number ?? ''}`),
        el('span', { class: 'muted' }, factsOf(series)),
      ),
    );
    const item = treeItem(row, { 'aria-expanded': 'false' });
    item.append(below);
    twisty.addEventListener('click', (event) => {
      event.stopPropagation();
      expand(item, item.getAttribute('aria-expanded') !== 'true');
    });
    row.addEventListener('click', () => select(item, { series, instance: undefined }));
    item.addEventListener('expand', () => {
      if (below.childElementCount === 0) list(below, series, 0);
    });
    return item;
  }

  function list(below: HTMLElement, series: ShownSeries, from: number): void {
    const shown = series.instances.slice(from, from + LISTED);
    below.append(...shown.map((instance) => instanceItem(series, instance)));
    const left = series.instances.length - from - shown.length;
    if (left <= 0) return;
    const more = treeItem(
      el('div', { class: 'tree-row muted' }, `${plural(left, 'more instance')}…`),
    );
    more.addEventListener('click', () => {
      more.remove();
      list(below, series, from + shown.length);
    });
    below.append(more);
  }

  function instanceItem(series: ShownSeries, instance: ShownInstance): HTMLElement {
    const { name } = sopClassOf(facts, instance);
    const words = instance.title ?? name;
    const row = el(
      'div',
      { class: 'tree-row', title: name },
      el('span', { class: 'number' }, instance.number ?? '·'),
      el('span', { class: 'tree-words' }, words),
    );
    const item = treeItem(row);
    row.addEventListener('click', () => select(item, { series, instance }));
    return item;
  }

  function select(item: HTMLElement, chosen: Chosen): void {
    for (const each of tree.querySelectorAll('[aria-selected=true]')) {
      each.setAttribute('aria-selected', 'false');
    }
    item.setAttribute('aria-selected', 'true');
    item.focus({ preventScroll: true });
    choose(chosen);
  }
}

/** What an instance is; one of a SOP class that the gateway does not know is something else. */
export function sopClassOf(facts: PageFacts, { sopClass }: ShownInstance): SopClassFacts {
  return facts.sopClasses[sopClass] ?? { name: sopClass || 'Unknown SOP class', kind: 'other' };
}

/** Number, modality, body site and counts; that fewer instances came than are counted is said. */
function factsOf({ number, modality, bodySite, counted, instances }: ShownSeries): string {
  const came = instances.length;
  const count =
    counted !== undefined && counted !== came
      ? `${came} of ${plural(counted, 'instance')}`
      : plural(came, 'instance');
  return [number === undefined ? undefined : `#${number}`, modality, bodySite, count]
    .filter((each) => each !== undefined && each !== '')
    .join(' · ');
}

function treeItem(
  row: HTMLElement,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  return el('li', { role: 'treeitem', tabindex: -1, 'aria-selected': 'false', ...attributes }, row);
}

function items(tree: Element): HTMLElement[] {
  return [...tree.querySelectorAll<HTMLElement>('[role=treeitem]')].filter(
    (item) => item.closest('[role=group][hidden]') === null,
  );
}

/** One item of the tree is in the order of Tab; the arrows lead to the others. */
function rove(tree: Element, target: EventTarget | null): void {
  if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'treeitem') return;
  for (const each of tree.querySelectorAll('[tabindex="0"]')) each.setAttribute('tabindex', '-1');
  target.setAttribute('tabindex', '0');
}

function expand(item: HTMLElement, open: boolean): void {
  if (!item.hasAttribute('aria-expanded')) return;
  item.setAttribute('aria-expanded', String(open));
  const below = item.querySelector<HTMLElement>('[role=group]');
  if (below !== null) below.hidden = !open;
  if (open) item.dispatchEvent(new Event('expand'));
}

function onKey(tree: HTMLElement, event: KeyboardEvent): void {
  const { target } = event;
  if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'treeitem') return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keyActions(tree, target)[event.key];
  if (act === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function keyActions(tree: HTMLElement, item: HTMLElement): Readonly<Record<string, () => void>> {
  const all = items(tree);
  const to = (there: HTMLElement | null | undefined) => there?.focus();
  const open = item.getAttribute('aria-expanded');
  const press = () => (item.querySelector<HTMLElement>('.tree-row') ?? item).click();
  return {
    ArrowDown: () => to(all[all.indexOf(item) + 1]),
    ArrowUp: () => to(all[all.indexOf(item) - 1]),
    Home: () => to(all[0]),
    End: () => to(all.at(-1)),
    ArrowRight: () =>
      open === 'true' ? to(item.querySelector<HTMLElement>('[role=treeitem]')) : expand(item, true),
    ArrowLeft: () =>
      open === 'true'
        ? expand(item, false)
        : to(item.parentElement?.closest<HTMLElement>('[role=treeitem]')),
    Enter: press,
    ' ': press,
  };
}
