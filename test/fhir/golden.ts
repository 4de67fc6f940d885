import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const GOLDEN = join(__dirname, '../golden');

/**
 * The text kept in test/golden under a name. UPDATE_GOLDEN=1 writes the given one first; read the
 * difference in git before believing it.
 */
export function golden(name: string, actual: string): string {
  const path = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  if (!existsSync(path)) throw new Error(`${path} is missing: run with UPDATE_GOLDEN=1`);
  return readFileSync(path, 'utf8');
}

/** XML with one element a line, for people to read and to compare. */
export function lines(xml: string): string {
  return `${xml.replace(/></g, '>\n<')}\n`;
}
