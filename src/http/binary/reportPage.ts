import { contentOf } from '../../study/content';
import type { Place } from '../../study/report/evidence';
import type { ContentItem, Report } from '../../study/report/report';
import type { ContentValue, Reference } from '../../study/report/value';
import { pathOf, type View } from '../../study/retrieval';
import { escapeXml } from '../../fhir/xml';

/*
 * A structured report as a page: HTML that is well-formed XML, so that it can stand in other documents, without
 * scripts, and with nothing from the archive as markup.
 */

/** Hides nothing: text keeps its line ends, and a page may be printed. */
const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}' +
  'th{text-align:left;font-weight:normal;padding-right:1rem}ul{padding-left:1.2rem}' +
  '.text{white-space:pre-line}';

const LAST_HEADING = 6;

/**
 * Writes a report as a page.
 *
 * @param rootUrl DICOMweb root that what the report refers to is linked below; no trailing slash
 */
export function reportPage(report: Report, rootUrl: string): string {
  const { title, language = 'en', facts, items } = report;
  const rows = facts.map(
    ([label, value]) => `<tr><th scope="row">${label}</th><td>${escapeXml(value)}</td></tr>`,
  );
  const content =
    items.length === 0 ? '<p>This report has no content.</p>' : write(items, 2, rootUrl);
  return (
    `<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"/>` +
    `<title>${escapeXml(title)}</title><style>${STYLE}</style></head><body>` +
    `<main id="item-1" lang="${escapeXml(language)}"><h1>${escapeXml(title)}</h1>` +
    `<table lang="en"><tbody>${rows.join('')}</tbody></table>${content}</main></body></html>\n`
  );
}

/** Items in their order: sections with headings, the others in lists. */
function write(items: readonly ContentItem[], level: number, rootUrl: string): string {
  let html = '';
  let list = '';
  const endList = () => {
    if (list !== '') html += `<ul>${list}</ul>`;
    list = '';
  };
  for (const item of items) {
    if (item.value.kind === 'section') {
      endList();
      html += section(item, level, rootUrl);
    } else {
      list += entry(item, item.value, level, rootUrl);
    }
  }
  endList();
  return html;
}

function section({ position, name, items }: ContentItem, level: number, rootUrl: string): string {
  const tag = `h${Math.min(level, LAST_HEADING)}`;
  const heading = name === undefined ? '' : `<${tag}>${escapeXml(name)}</${tag}>`;
  return `<section id="item-${position}">${heading}${write(items, level + 1, rootUrl)}</section>`;
}

function entry(
  { position, name, items }: ContentItem,
  value: ContentValue,
  level: number,
  rootUrl: string,
): string {
  const label = name === undefined ? '' : `<b>${escapeXml(name)}</b>: `;
  const below = write(items, level, rootUrl);
  return `<li id="item-${position}">${label}${valueHtml(value, rootUrl)}${below}</li>`;
}

function valueHtml(value: ContentValue, rootUrl: string): string {
  switch (value.kind) {
    case 'section':
      return '';
    case 'text':
      return `<span class="text">${escapeXml(value.text)}</span>`;
    case 'item':
      return `<a href="#item-${escapeXml(value.position)}">item ${escapeXml(value.position)}</a>`;
    case 'references':
      return value.to.map((each) => referenceHtml(each, rootUrl)).join(', ');
  }
}

/** A link to what is referred to; a text where nobody tells of which study it is. */
function referenceHtml({ uid, sopClass, frames, place }: Reference, rootUrl: string): string {
  const image = contentOf({ uid, ...(sopClass !== undefined && { sopClass }) })?.kind === 'image';
  const suffix = frames.length === 0 ? '' : `, frame ${frames.join(', ')}`;
  const text = escapeXml(`${image ? 'image' : 'object'} ${uid}${suffix}`);
  if (place === undefined) return text;
  const url = `${rootUrl}/${pathOf({ ...place, view: viewOf(place, image, frames) })}`;
  return `<a href="${escapeXml(url)}">${text}</a>`;
}

/** Of an image the rendering: people who follow a link want to see it. */
function viewOf(place: Place, image: boolean, frames: readonly string[]): View {
  if (!image || place.instance === undefined) return { kind: 'files' };
  const frame = Number(frames[0]);
  return { kind: 'rendered', ...(Number.isInteger(frame) && frame > 0 && { frames: [frame] }) };
}
