import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROBES } from '../../src/doctor/probes';
import { doctorDocument } from './writeDocument';

/* docs/doctor.md says what the list of probes says. `UPDATE_DOCS=1 npx jest test/doctor/document` writes it anew. */

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'doctor.md');
/** How lines are broken and columns aligned is the formatter's. */
const words = (text: string) => text.replaceAll(/-{3,}/g, '---').split(/\s+/).filter(Boolean);

test('the document is that of the probes', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(DOCUMENT, doctorDocument());
  expect(words(readFileSync(DOCUMENT, 'utf8'))).toEqual(words(doctorDocument()));
});

test('probes have ids of their own', () => {
  expect(new Set(PROBES.map(({ id }) => id)).size).toBe(PROBES.length);
});
