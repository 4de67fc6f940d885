import { button, el } from './dom';

/** Opens a dialog above the page; Escape and its button close it, and the focus goes back. */
export function openDialog(
  title: string,
  ...content: readonly (Node | undefined)[]
): HTMLDialogElement {
  const heading = el('h2', { id: 'dialog-title' }, title);
  const dialog = el('dialog', { 'aria-labelledby': 'dialog-title' });
  const before = document.activeElement;
  const close = button('Close', () => dialog.close(), { class: 'quiet' });
  dialog.append(
    el('header', {}, heading, close),
    el(
      'div',
      { class: 'content', tabindex: 0, role: 'region', 'aria-labelledby': 'dialog-title' },
      ...content,
    ),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
