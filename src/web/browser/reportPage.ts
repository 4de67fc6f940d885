import { el } from './dom';

/** Elements of a report's page that are shown; others give what they hold. */
const SHOWN = [
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'p',
  'ul',
  'li',
  'b',
  'span',
  'section',
  'table',
  'tbody',
  'tr',
  'th',
  'td',
] as const;
type Shown = (typeof SHOWN)[number];

/**
 * A structured report from the gateway's page of it, rebuilt element by element: neither its style nor a link or script
 * that somebody may have brought into it is taken over.
 */
export function reportFrom(html: string): HTMLElement {
  // Even a document that is never shown has its style refused, and reported, by the policy.
  const bare = html.replace(/<style>.*?<\/style>/s, '');
  const page = new DOMParser().parseFromString(bare, 'text/html');
  const report = el('article', { class: 'report', tabindex: 0 });
  for (const child of (page.querySelector('main') ?? page.body).childNodes) {
    report.append(...copied(child));
  }
  return report;
}

function copied(node: Node): (Node | string)[] {
  if (node instanceof Text) return [node.data];
  if (!(node instanceof Element)) return [];
  const inner = [...node.childNodes].flatMap(copied);
  const name = SHOWN.find((each): each is Shown => each === node.localName);
  if (name === undefined) return ['style', 'script'].includes(node.localName) ? [] : inner;
  const scope = name === 'th' ? 'row' : undefined;
  const copy = el(name, { scope, class: node.classList.contains('text') ? 'text' : undefined });
  copy.append(...inner);
  return [copy];
}
