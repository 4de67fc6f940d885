import { Failed, type Issue } from './client';
import { el } from './dom';

/** What the gateway told beside an answer, each with its code: nobody is to take a part for the whole. */
export function noticeList(issues: readonly Issue[]): HTMLElement | undefined {
  if (issues.length === 0) return undefined;
  return el('ul', { class: 'notices', role: 'status' }, ...issues.map(notice));
}

function notice({ severity, code, words }: Issue): HTMLElement {
  const kind = severity === 'information' ? 'note' : severity === 'warning' ? 'warning' : 'error';
  return el('li', { class: `notice ${kind}` }, el('b', {}, kind), ' ', words, codeTag(code));
}

function codeTag(code: string): HTMLElement | undefined {
  return code === '' ? undefined : el('code', {}, code);
}

/** A failure in place of what was wanted. It never looks like an empty answer. */
export function failure(what: string, error: unknown): HTMLElement {
  const failed = error instanceof Failed ? error : undefined;
  const words = error instanceof Error ? error.message : String(error);
  return el(
    'div',
    { class: 'failure', role: 'alert' },
    el('h2', {}, what),
    el('p', {}, words),
    el(
      'p',
      { class: 'muted' },
      failed !== undefined && failed.status > 0 && `HTTP ${failed.status}`,
      ...(failed?.issues ?? []).map(({ code }) => codeTag(code)),
    ),
  );
}
