import type { SopClassFacts } from '../facts';
import { ask } from './client';
import { el, fill } from './dom';
import { failure } from './notices';
import { reportFrom } from './reportPage';
import type { State } from './state';
import type { ShownInstance } from './study';

/** What shows documents and reports: an encapsulated PDF, CDA or STL, a structured report. */
export interface DocumentView {
  readonly element: HTMLElement;
  show(instance: ShownInstance, of: SopClassFacts): void;
  close(): void;
}

export function documentView(state: State): DocumentView {
  const element = el('section', { class: 'document', 'aria-label': 'Document' });
  let url: string | undefined;
  let controller = new AbortController();

  function forget(): void {
    controller.abort();
    controller = new AbortController();
    if (url !== undefined) URL.revokeObjectURL(url);
    url = undefined;
  }

  async function load(uid: string, signal: AbortSignal): Promise<void> {
    fill(element, el('p', { class: 'busy' }, 'Reading…'));
    try {
      const path = `fhir/${state.release.name}/Binary/${encodeURIComponent(uid)}`;
      const accept = 'application/pdf, text/html, text/xml, */*;q=0.1';
      const response = await ask(path, accept, signal);
      const blob = await response.blob();
      if (signal.aborted) return;
      url = URL.createObjectURL(blob);
      fill(element, ...(await shown(blob, url, uid)));
    } catch (error) {
      if (!signal.aborted) fill(element, failure('The document could not be had', error));
    }
  }

  return {
    element,
    show(instance, { name, kind }) {
      forget();
      if (kind === 'other' || instance.uid === undefined) fill(element, notShown(name));
      else void load(instance.uid, controller.signal);
    },
    close: forget,
  };
}

/** A document by its media type, with a link to it; what no browser shows can be saved. */
async function shown(blob: Blob, url: string, uid: string): Promise<HTMLElement[]> {
  const [type = ''] = blob.type.split(';');
  if (type === 'text/html') return [reportFrom(await blob.text())];
  const link = (words: string, attributes: Readonly<Record<string, string>>) =>
    el('p', { class: 'document-link' }, el('a', { href: url, ...attributes }, words));
  if (type === 'application/pdf') {
    const frame = el('iframe', { src: url, title: 'PDF document' });
    return [link('Open the PDF in a tab', { target: '_blank', rel: 'noopener' }), frame];
  }
  const save = link(`Save (${type || 'unknown type'})`, { download: uid });
  return /xml|^text\//.test(type) ? [save, el('pre', { tabindex: 0 }, await blob.text())] : [save];
}

function notShown(name: string): HTMLElement {
  const words =
    'Browsers have no form to show this. Retrieve it by WADO-RS; the Resource tab has its URL.';
  return el('div', { class: 'empty' }, el('h2', {}, name), el('p', {}, words));
}
