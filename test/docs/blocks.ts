import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../programs';

/*
 * The commands of the documents: every fenced block of `sh`, with the comment before it that says how it is tested.
 *
 *   <!-- run: demo -->      run as it is, in front of a demo gateway
 *   <!-- run: tools -->     the same, with the tools that `test/deploy/programs/tools` installs
 *   <!-- run: start -->     starts the gateway or something else that runs on: its settings and programs are checked
 *   <!-- check: docker -->  needs a container engine: its files and its syntax are checked
 *   <!-- check: server -->  needs another server: its files and its syntax are checked
 */

export const CLASSES = [
  'run: demo',
  'run: tools',
  'run: start',
  'check: docker',
  'check: server',
] as const;
export type BlockClass = (typeof CLASSES)[number];

export interface Block {
  /** File and line, `docs/tutorial.md:14`. */
  readonly at: string;
  /** How it is tested; undefined where nothing says so. */
  readonly kind: string | undefined;
  readonly text: string;
}

/** The documents, README and all below `docs/`, relative to the repository. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name))
    .sort(),
];

/** What the blocks of the README are, whose pages have no comments: by a piece of each. */
const README: readonly (readonly [string, BlockClass])[] = [
  ['npm ci && npm run demo', 'run: start'],
  ['PACS_URL=http://127.0.0.1:8042/dicom-web npm start', 'run: start'],
  ['AUTH_MODE=jwt', 'run: start'],
  ['/admin/cache/invalidate', 'check: server'],
];

const BLOCK = /(?:^<!-- ((?:run|check): \w+) -->\n)?^```sh\n(.*?)^```$/gms;

export const BLOCKS: readonly Block[] = DOCUMENTS.flatMap((file) => {
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  return Array.from(source.matchAll(BLOCK), ({ 1: comment, 2: text = '', index }) => {
    const line = source.slice(0, index).split('\n').length;
    const known = file === 'README.md' ? README.find(([piece]) => text.includes(piece)) : undefined;
    return { at: `${file}:${line}`, kind: comment ?? known?.[1], text };
  });
});

export function blocksOf(kind: BlockClass): readonly Block[] {
  return BLOCKS.filter((block) => block.kind === kind);
}
