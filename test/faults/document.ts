import { NOT_RUN } from './notRun';
import type { Row } from './rows';

/** What a run of a row took. */
export interface Measured {
  readonly milliseconds: number;
  readonly megabytes: number;
}

const HEAD = `# What the gateway does when things go wrong

Written by the suite in \`test/faults\` (\`UPDATE_DOCS=1 npx jest test/faults\`), which brings each fault about over real
sockets and compares the answer with this table. Deadlines are shortened for it. Time and memory are those of the
last recorded run, and include the archive, which runs in the same process. "nothing" under "remembered" was tried:
the next answer of the archive, well again, is a fresh one. "the answer" is a good one, and lives as long as any.
`;

/** The document, as Markdown. */
export function document(rows: readonly Row[], measured: ReadonlyMap<string, Measured>): string {
  const lines = rows.map((row) => {
    const { milliseconds, megabytes } = measured.get(row.id) ?? {};
    const cells = [
      row.id,
      row.fault,
      row.answer,
      milliseconds === undefined ? '' : `${Math.round(milliseconds)} ms`,
      `${row.withinMs} ms`,
      megabytes === undefined ? '' : `${Math.round(megabytes)} MB`,
      row.withinMb === undefined ? '' : `${row.withinMb} MB`,
      row.cached,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const not = NOT_RUN.map(([id, fault, reason]) => `| ${id} | ${fault} | ${reason} |`);
  return [
    HEAD,
    '| # | fault | answer | time | at most | memory | at most | remembered |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    '## Not in this suite',
    '',
    '| # | fault | why |',
    '| --- | --- | --- |',
    ...not,
    '',
  ].join('\n');
}

/** Number, fault and answer of each row of a document, however its columns are aligned. */
export function rowsOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\| F\d/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, 4)
        .map((cell) => cell.trim())
        .join(' | '),
    );
}
