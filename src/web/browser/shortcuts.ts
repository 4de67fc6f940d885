import { openDialog } from './dialog';
import { el } from './dom';

/** What the keys do, for the list of them. */
const SHORTCUTS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'search: go to the patient name'],
  ['↑ ↓', 'results, tree: go from one to the next'],
  ['Enter', 'open what is in focus'],
  ['→ ←', 'tree: open and close a series'],
  ['v', 'go to the viewer'],
  ['t', 'go to the tree'],
  ['↑ ↓ ← →', 'viewer: scroll; Page keys by ten, Home and End to the ends'],
  ['Space', 'viewer: play and pause'],
  ['r', 'choose the release'],
  ['Esc', 'study: back to the studies'],
  ['?', 'this list'],
];

export function shortcutsDialog(): void {
  const rows = SHORTCUTS.map(([keys, what]) =>
    el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, keys)), el('td', {}, what)),
  );
  openDialog('Keyboard', el('table', { class: 'shortcuts' }, el('tbody', {}, ...rows)));
}

/** Acts on single keys, but not while somebody types or a dialog is open. */
export function onShortcut(actions: Readonly<Record<string, () => void>>): void {
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    const typing = target instanceof HTMLElement && target.matches('input, textarea, select');
    const busy = document.querySelector('dialog[open]') !== null;
    if (typing || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actions[key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
