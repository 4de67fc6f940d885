import { archiveSettings } from '../../src/gateway/limits';
import { createArchiveClient, type ArchiveClient } from '../../src/pacs/client';
import { DIALECTS } from '../../src/pacs/dialects';
import { limitCountsMatches } from '../../src/pacs/indexed';
import { probeArchive } from '../../src/pacs/probe';
import { createRowSearch } from '../../src/pacs/searchRows';
import { createArchiveSource } from '../../src/pacs/source';
import type { Call, Keys } from '../../src/study/source';
import { settingsOf } from '../gateway/running';
import { startFakeOrthanc, type FakeOrthanc } from './fakeOrthanc';

/*
 * Orthanc 1.12.7 counts rows of its index against `limit` before it matches what only files tell: what it answers by
 * such a key and a limit is no answer.
 */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const INDEX = {
  Patient: '0010,0010;0010,0020;0010,0030;0010,0040',
  Study: '0008,0020;0008,0050;0020,000d;0020,0010',
  Series: '0008,0060;0018,0015;0020,000e',
  Instance: '0008,0018;0020,0013',
};
const BY_CLASS: Keys = new Map([
  ['SOPClassUID', { kind: 'values', values: ['1.2.840.10008.5.1.4.1.1.2'] }],
]);
const zone = () => undefined;

let orthanc: FakeOrthanc;
let client: ArchiveClient;

beforeEach(async () => {
  orthanc = await startFakeOrthanc();
  for (let study = 1; study <= 12; study += 1) orthanc.store(`1.2.${study}`, 0);
  client = createArchiveClient(archiveSettings({ ...settingsOf({}), 'pacs.url': orthanc.url }));
});

afterEach(async () => {
  client.close();
  await orthanc.close();
});

async function probed() {
  const facts = await probeArchive(client, undefined, zone, CALL);
  orthanc.take();
  return { client, facts, zone };
}

async function source() {
  const { facts } = await probed();
  return createArchiveSource(client, () => Promise.resolve(facts), zone);
}

test.each([
  ['studies', 'PatientID', true],
  ['studies', 'ModalitiesInStudy', true],
  ['studies', 'IssuerOfPatientID', false],
  ['studies', 'Modality', false],
  ['series', 'Modality', true],
  ['series', 'SOPInstanceUID', false],
  ['instances', 'SOPInstanceUID', true],
  ['instances', 'SOPClassUID', false],
] as const)('a limit of %s by %s counts what matches: %s', async (level, key, counts) => {
  orthanc.index = INDEX;
  const { dialect } = (await probed()).facts;
  expect(limitCountsMatches(level, [key], dialect)).toBe(counts);
  expect(limitCountsMatches(level, [key], DIALECTS.orthanc)).toBe(true);
});

test('instances are not searched by their class, which is checked study by study', async () => {
  expect((await (await source()).studiesWith('instances', BY_CLASS, 500, CALL))?.uids).toHaveLength(
    12,
  );
  orthanc.index = INDEX;
  const other = await source();
  expect(await other.studiesWith('instances', BY_CLASS, 500, CALL)).toBeUndefined();
  expect(orthanc.take()).toEqual([]);
});

test('a caller of QIDO-RS gets its stretch out of the whole answer', async () => {
  orthanc.index = INDEX;
  const at = await probed();
  const rows = createRowSearch(() => Promise.resolve(at));
  const conditions = [{ keyword: 'SOPClassUID', value: '1.2.840.10008.5.1.4.1.1.2' }] as const;
  const query = { path: { level: 'instances' }, conditions, fields: [], limit: 5 } as const;
  const found = await rows.search({ ...query, offset: 4 }, CALL);
  expect([found.rows.length, found.received, found.next]).toEqual([5, 5, 'maybe']);
  const last = await rows.search({ ...query, offset: 8 }, CALL);
  expect([last.rows.length, last.received, last.next]).toEqual([4, 4, 'none']);
  expect(orthanc.take().filter((call) => /limit|offset/.test(call))).toEqual([]);
});

test.each([
  ['muller', true],
  ['достоевск', false],
])('a find by the name %s has a limit: %s', async (text, limited) => {
  orthanc.index = INDEX;
  const at = await source();
  const keys: Keys = new Map([['PatientName', { kind: 'name', text }]]);
  await at.studies(keys, { limit: 20, offset: 0 }, CALL);
  const [find = ''] = orthanc.finds.filter((body) => body.includes('PatientName'));
  expect(find.includes('"Limit"')).toBe(limited);
});
