import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adoptSpools } from '../../src/observe/audit/spoolFolders';
import { openSpool } from '../../src/observe/audit/spool';

/* Audit records that workers have left which are no more. */

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'gateway-spools-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ROOM = 16_777_216;

async function leave(at: string, line: string): Promise<void> {
  mkdirSync(at, { recursive: true });
  const spool = openSpool(at, ROOM);
  await spool.keep([line]);
  await spool.close();
}

test('with fewer workers than before, the first sends what the others have left', async () => {
  await leave(folder, 'of the first');
  await leave(path.join(folder, 'worker-2'), 'of the second');
  await leave(path.join(folder, 'worker-3'), 'of the third');
  writeFileSync(path.join(folder, 'worker-3', 'refused.ndjson'), 'for people\n');
  adoptSpools(folder, 2);
  const spool = openSpool(folder, ROOM);
  const lines: string[] = [];
  for (let parcel = await spool.oldest(); parcel !== undefined; parcel = await spool.oldest()) {
    lines.push(...parcel.lines);
    await spool.leave(parcel, []);
  }
  await spool.close();
  expect(lines.sort()).toEqual(['of the first', 'of the third']);
  expect(openSpool(path.join(folder, 'worker-2'), ROOM).size().parcels).toBe(1);
  expect(readdirSync(path.join(folder, 'worker-3'))).toEqual(['refused.ndjson']);
});

test('a spool that is not there yet is nothing to adopt', () => {
  expect(() => adoptSpools(path.join(folder, 'none'), 1)).not.toThrow();
});
