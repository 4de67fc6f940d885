const HEADING_SIZE = 20;
const TEXT_SIZE = 11;
const LINE_HEIGHT = 17;
const TOP = 780;
const LEFT = 60;

/**
 * A PDF 1.4 document of one A4 page with the lines as text, the first as its heading, in a font every
 * reader has. Characters outside Latin-1 become question marks.
 */
export function pdfPage(lines: readonly string[]): Buffer {
  const text = pageText(lines);
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]);
}

function pageText(lines: readonly string[]): string {
  const [heading = '', ...rest] = lines.map(literal);
  const body = rest.map((line) => `0 -${LINE_HEIGHT} Td (${line}) Tj`);
  return [
    `BT /F1 ${HEADING_SIZE} Tf ${LEFT} ${TOP} Td (${heading}) Tj`,
    `/F1 ${TEXT_SIZE} Tf 0 -${LINE_HEIGHT} Td`,
    ...body,
    'ET',
  ].join('\n');
}

function literal(line: string): string {
  return line.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?').replace(/[\\()]/g, '\\$&');
}

/** Puts numbered objects, the table of their offsets and the trailer together. */
function assemble(objects: readonly string[]): Buffer {
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join('')}`;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + trailer, 'latin1');
}
