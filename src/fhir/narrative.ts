import type { Members } from './elements';
import { writable } from './elements';

/*
 * The text of a resource for people (FHIR page "Narrative"): XHTML of the few elements that every release
 * allows, made from the resource's own content and escaped here, so that nothing from an archive is markup.
 */

/** A piece of finished XHTML. */
export interface Xhtml {
  readonly xhtml: string;
}

/**
 * The `text` element.
 *
 * @param fromExtensions whether part of the text comes from extensions; then the status must say so
 */
export function narrative(parts: readonly Xhtml[], fromExtensions = false): Members {
  const body = parts.map((part) => part.xhtml).join('');
  return {
    status: fromExtensions ? 'extensions' : 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${body}</div>`,
  };
}

/** A paragraph. */
export function paragraph(text: string): Xhtml {
  return { xhtml: `<p>${escapeXhtml(text)}</p>` };
}

/** A paragraph in bold, in place of a heading. */
export function title(text: string): Xhtml {
  return { xhtml: `<p><b>${escapeXhtml(text)}</b></p>` };
}

/** A table of labels and values; rows without a value are left out. */
export function table(rows: readonly (readonly [string, string | undefined])[]): Xhtml {
  const lines = rows.map(([label, value]) =>
    value ? `<tr><td>${escapeXhtml(label)}</td><td>${escapeXhtml(value)}</td></tr>` : '',
  );
  const body = lines.join('');
  return { xhtml: body && `<table><tbody>${body}</tbody></table>` };
}

/** A text as it can stand between XHTML tags. */
function escapeXhtml(text: string): string {
  return writable(text)
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
