import { el, fill } from './dom';

/** Views of which one is seen (WAI-ARIA "Tabs" pattern); each is made when it is first chosen. */
export function tabs(
  views: readonly (readonly [name: string, make: () => HTMLElement])[],
): HTMLElement {
  const made = new Map<string, HTMLElement>();
  const panel = el('div', { role: 'tabpanel', id: 'tab-panel' });
  const list = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views of the study' });
  const buttons = views.map(([name, make], index) => {
    const tab = el(
      'button',
      { type: 'button', role: 'tab', id: `tab-${index}`, 'aria-controls': 'tab-panel' },
      name,
    );
    tab.addEventListener('click', () => choose(index));
    return { name, make, tab };
  });

  function choose(index: number): void {
    buttons.forEach(({ name, make, tab }, at) => {
      const chosen = at === index;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (!chosen) return;
      const view = made.get(name) ?? make();
      made.set(name, view);
      panel.setAttribute('aria-labelledby', tab.id);
      fill(panel, view);
    });
  }

  list.addEventListener('keydown', ({ key }) => {
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    const at = buttons.findIndex(({ tab }) => tab === document.activeElement);
    const next = (at + step + buttons.length) % buttons.length;
    if (step === 0 || at < 0) return;
    choose(next);
    buttons[next]?.tab.focus();
  });
  list.append(...buttons.map(({ tab }) => tab));
  choose(0);
  return el('div', { class: 'tabbed' }, list, panel);
}
