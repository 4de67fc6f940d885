import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { held } from '../gateway/fakeArchive';
import { BLOCKED } from './blocked';
import { document, rowsOf, type Measured } from './document';
import { NAMES } from './names';
import { NOT_RUN } from './notRun';
import { REDIS } from './redis';
import { search, startStand, stopStand, type Row } from './rows';
import { PROCESSES, prepareProgram, removeProgram } from './processes';
import { SEARCHES } from './searches';
import { TRANSFERS } from './transfers';

/*
 * The fault list as a suite: each fault is brought about over real sockets. `UPDATE_DOCS=1 npx jest test/faults`
 * writes docs/faults.md anew, with the times and the memory of that run.
 */

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'faults.md');
const ROWS: readonly Row[] = [
  ...SEARCHES,
  ...TRANSFERS,
  ...PROCESSES,
  ...NAMES,
  ...BLOCKED,
  ...REDIS,
];
const measured = new Map<string, Measured>();

jest.setTimeout(30_000);

beforeAll(prepareProgram, 60_000);

afterAll(() => {
  removeProgram();
  if (process.env.UPDATE_DOCS === '1') writeFileSync(DOCUMENT, document(ROWS, measured));
});

test.each(ROWS.map((row) => [row.id, row.fault, row] as const))(
  '%s, %s',
  async (_id, _fault, row) => {
    const stand = await startStand(row.env);
    try {
      const before = process.memoryUsage.rss();
      const started = performance.now();
      const answer = await row.run(stand);
      const milliseconds = performance.now() - started;
      const megabytes = Math.max(0, process.memoryUsage.rss() - before) / 2 ** 20;
      measured.set(row.id, { milliseconds, megabytes });
      expect(answer).toBe(row.answer);
      expect(milliseconds).toBeLessThan(row.withinMs);
      if (row.withinMb !== undefined) expect(megabytes).toBeLessThan(row.withinMb);
      if (row.cached !== 'nothing') return;
      // Whatever was remembered of the fault would show in the answer of an archive that is well and holds more.
      stand.archive.fault = undefined;
      stand.archive.studies.push(held('1.2.4'));
      expect(await search(stand)).toBe(
        `200, ${stand.archive.studies.length} of ${stand.archive.studies.length}`,
      );
    } finally {
      await stopStand(stand);
    }
  },
);

test('docs/faults.md has the rows of the table', () => {
  expect(existsSync(DOCUMENT)).toBe(true);
  expect(rowsOf(readFileSync(DOCUMENT, 'utf8'))).toEqual(rowsOf(document(ROWS, measured)));
});

test('the fault list is told of from its first number to its last', () => {
  const told = [...ROWS.map(({ id }) => id), ...NOT_RUN.map(([id]) => id)];
  const numbers = Array.from({ length: 42 }, (_, index) => `F${index + 1}`);
  const missing = numbers.filter((id) => !told.some((each) => each.replace(/[a-z]$/, '') === id));
  expect(missing).toEqual([]);
});
