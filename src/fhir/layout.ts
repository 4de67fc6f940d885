/*
 * Answers laid out for people (`_pretty`): the same document with line ends and indents between elements.
 */

const TOKEN = /<[^>]*>|[^<]+/g;

/**
 * Lays out an XML document. Nothing within a narrative's `div` is touched, where white space is text, nor an
 * element that has text and no elements.
 *
 * @param xml as `FhirRelease.toXml` writes it: no comments, no CDATA, `>` escaped in attributes
 */
export function layOutXml(xml: string): string {
  const tokens = xml.match(TOKEN) ?? [];
  let text = '';
  let depth = 0;
  let divs = 0;
  tokens.forEach((token, index) => {
    const closes = token.startsWith('</');
    const opens = token.startsWith('<') && !closes && !/^<[?]|\/>$/.test(token);
    if (closes && divs === 0) depth -= 1;
    const inline = divs > 0 || !token.startsWith('<') || (closes && isText(tokens[index - 1]));
    text += inline ? token : `${index === 0 ? '' : '\n'}${'  '.repeat(depth)}${token}`;
    divs += divDepth(token, divs);
    if (opens && divs === 0) depth += 1;
  });
  return text;
}

/** Whether a token is text, or the end of a narrative: then the end tag that follows stays in its line. */
function isText(token: string | undefined): boolean {
  return token !== undefined && !token.startsWith('<');
}

/** How a token changes the number of open `div`s: the narrative's own, and those within it. */
function divDepth(token: string, open: number): number {
  if (/^<div[\s>]/.test(token) && !token.endsWith('/>')) return 1;
  return open > 0 && token === '</div>' ? -1 : 0;
}
