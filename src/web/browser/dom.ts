/*
 * Elements are made by name and filled with text: nothing from an archive is ever read as markup.
 */

type Child = Node | string | number | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element. An attribute that is true is there without a value, one that is false or undefined is not. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...shown(children));
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Puts children in place of what an element holds. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...shown(children));
}

function shown(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) =>
    child === undefined || child === false || child === ''
      ? []
      : [typeof child === 'number' ? String(child) : child],
  );
}

export function button(
  label: string,
  press: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', press);
  return made;
}

/** A choice among few. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  value: string,
  choose: (value: string) => void,
  attributes: Attributes = {},
): HTMLSelectElement {
  const made = el('select', { 'aria-label': label, title: label, ...attributes });
  for (const [each, words] of options) {
    made.append(el('option', { value: each, selected: each === value }, words));
  }
  made.addEventListener('change', () => choose(made.value));
  return made;
}

/** Says something to those who do not see the page, and for a moment at its edge to those who do. */
function announce(words: string): void {
  const place = document.querySelector('#announcements');
  if (place === null) return;
  const said = el('p', {}, words);
  fill(place, said);
  setTimeout(() => said.remove(), 4000);
}

/** A button that copies what it is given when pressed. */
export function copyButton(label: string, content: () => string): HTMLButtonElement {
  const made: HTMLButtonElement = button(label, () => {
    navigator.clipboard.writeText(content()).then(
      () => announce('Copied'),
      () => announce('The browser did not allow copying'),
    );
  });
  return made;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
