import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Where `npm run build` puts the page; the same seen from `src` and from `dist`. */
const BUILT = path.join(__dirname, '..', '..', 'dist', 'page');

/** The files of the page and their media types; nothing else is served. */
export const ASSETS = {
  'page.html': 'text/html; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export type AssetName = keyof typeof ASSETS;

/** @returns the bytes of a file of the page; undefined where it was not built */
export function readAsset(name: AssetName): Buffer | undefined {
  try {
    return readFileSync(path.join(BUILT, name));
  } catch {
    return undefined;
  }
}
