import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Audit } from '../../src/observe/audit/audit';
import { readRequestId } from './auditServer';
import { makeFolder, openAudit, removeAll, SPOOL } from './opened';
import { JANE, JOHN, numbered, SEARCH, SECRETS } from './records';

afterEach(removeAll);

function openFile(): {
  readonly audit: Audit;
  readonly file: string;
  readonly log: readonly string[];
} {
  const file = path.join(makeFolder(), 'audit.ndjson');
  return { ...openAudit(path.dirname(file), { file }), file };
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);
const idsOf = (file: string) => linesOf(file).map(readRequestId);

describe('an audit to a file', () => {
  it('has a record on the disk when it says so, one line for each patient', async () => {
    const { audit, file } = openFile();
    await audit.record({ ...SEARCH, subjects: [JANE, JOHN] });
    expect(linesOf(file)).toHaveLength(2);
    expect(linesOf(file)[1]).toContain('P-0002');
  });

  it('keeps the order in which records were given, however many come at once', async () => {
    const { audit, file } = openFile();
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(numbers.map((number) => audit.record(numbered(number))));
    expect(idsOf(file)).toEqual(numbers.map((number) => `req-${number}`));
  });

  it('is for the eyes of its owner only', async () => {
    const { audit, file } = openFile();
    await audit.record(SEARCH);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['renames the old one', () => undefined],
    ['puts an empty one in its place', (file: string) => writeFileSync(file, '')],
  ])('goes on in a new file when somebody %s, and loses nothing', async (_what, create) => {
    const { audit, file } = openFile();
    await audit.record(numbered(1));
    renameSync(file, `${file}.1`);
    create(file);
    await audit.record(numbered(2));
    expect([idsOf(`${file}.1`), idsOf(file)]).toEqual([['req-1'], ['req-2']]);
  });

  it('appends to what an earlier process wrote, after a line that it could not finish', async () => {
    const { audit, file } = openFile();
    await audit.record(numbered(1));
    writeFileSync(file, '{"resourceType":"Audi', { flag: 'a' });
    await openAudit(path.dirname(file), { file }).audit.record(numbered(2));
    const [first, cut, second] = linesOf(file);
    expect(cut).toBe('{"resourceType":"Audi');
    expect([first, second].map((line) => readRequestId(line ?? ''))).toEqual(['req-1', 'req-2']);
  });

  it('needs no spool, and makes none', async () => {
    const { audit, file } = openFile();
    await audit.record(SEARCH);
    expect(existsSync(path.join(path.dirname(file), SPOOL))).toBe(false);
  });

  it('refuses to start when the file cannot be written, and names the setting', () => {
    const folder = makeFolder();
    expect(() => openAudit(folder, { file: path.join(folder, 'missing', 'audit.ndjson') })).toThrow(
      'AUDIT_FILE must name a file that the gateway may write (ENOENT)',
    );
  });

  describe('whose disk takes no more', () => {
    /** After the start, the path leads to a folder: nothing can be appended to it, whoever the user is. */
    function breakFile(file: string): void {
      renameSync(file, `${file}.gone`);
      mkdirSync(file);
      chmodSync(file, 0o500);
    }

    it('fail-closed, refuses the request with a failure of the catalogue that says when to come again', async () => {
      const { audit, file } = openFile();
      breakFile(file);
      await expect(audit.record(SEARCH)).rejects.toMatchObject({
        code: 'audit-unavailable',
        status: 503,
        options: { retryAfter: 30 },
      });
      expect(audit.state().lost).toBe(1);
    });

    it('fail-open, answers at once, and counts and logs the gap without a word of whom it was about', async () => {
      const file = path.join(makeFolder(), 'audit.ndjson');
      const { audit, log } = openAudit(path.dirname(file), { file, fail: 'open' });
      breakFile(file);
      await audit.record(SEARCH);
      await audit.record(SEARCH);
      await audit.close();
      expect(audit.state().lost).toBe(2);
      expect(log).toHaveLength(1);
      expect(log[0]).toContain('EISDIR');
      expect(SECRETS.filter((secret) => log.join().includes(secret))).toEqual([]);
    });

    it('works again by itself when the disk does', async () => {
      const { audit, file } = openFile();
      breakFile(file);
      await expect(audit.record(numbered(1))).rejects.toThrow();
      renameSync(file, `${file}.broken`);
      await audit.record(numbered(2));
      expect(idsOf(file)).toEqual(['req-2']);
    });
  });
});

test('without a file and a server there is no audit, and a record costs nothing', async () => {
  const folder = makeFolder();
  const { audit } = openAudit(folder, {});
  await audit.record(SEARCH);
  expect(audit.on).toBe(false);
  expect(existsSync(path.join(folder, SPOOL))).toBe(false);
});
