import { cpSync, statSync } from 'node:fs';

/* Brings what tsc leaves out of the build into it: the files of `src/` that are not TypeScript. */
cpSync('src', 'dist', {
  recursive: true,
  filter: (from) => statSync(from).isDirectory() || !from.endsWith('.ts'),
});
