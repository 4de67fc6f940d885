import { archiveSettings } from '../../src/gateway/limits';
import { createArchiveClient, type ArchiveClient } from '../../src/pacs/client';
import { probeArchive, withRows } from '../../src/pacs/probe';
import { createRowSearch } from '../../src/pacs/searchRows';
import { createArchiveSource } from '../../src/pacs/source';
import { gather } from '../../src/study/gather';
import type { Call, Keys, StudySource } from '../../src/study/source';
import { settingsOf } from '../gateway/running';
import { startFakeOrthanc, type FakeOrthanc } from './fakeOrthanc';

/*
 * An Orthanc that lowers the limit of a page to LimitFindResults without a word, as 1.12.7 does: what looks like the
 * last page is not.
 */

const CALL: Call = {
  signal: new AbortController().signal,
  meter: { upstream: () => undefined, cache: () => undefined },
};
const zone = () => undefined;

let orthanc: FakeOrthanc;
let client: ArchiveClient;

beforeEach(async () => {
  orthanc = await startFakeOrthanc();
  for (let study = 1; study <= 12; study += 1) orthanc.store(`1.2.${study}`, 0);
  const settings = { ...settingsOf({}), 'pacs.url': orthanc.url };
  client = createArchiveClient(archiveSettings(settings));
});

afterEach(async () => {
  client.close();
  await orthanc.close();
});

async function probed() {
  const facts = await probeArchive(client, undefined, zone, CALL);
  return { client, facts, zone };
}

async function source(): Promise<StudySource> {
  const { facts } = await probed();
  return createArchiveSource(client, () => Promise.resolve(facts), zone);
}

const everything: Keys = new Map();
const reach = { windowRows: 200, most: 2000, from: 0 };

test('no cap is found where there is none', async () => {
  const { dialect } = (await probed()).facts;
  expect([dialect.silentCap, dialect.pageCap, dialect.instanceCap]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('its caps are found', async () => {
  orthanc.cap = 5;
  const { dialect } = (await probed()).facts;
  expect([dialect.silentCap, dialect.pageCap, dialect.instanceCap]).toEqual([undefined, 5, 5]);
});

test.each([5, 6, 11])('all studies are read through pages of %i, none is cut', async (cap) => {
  orthanc.cap = cap;
  const gathered = await gather(await source(), everything, reach, CALL);
  expect(gathered.studies).toHaveLength(12);
  expect([gathered.rest, gathered.cut, gathered.notices]).toEqual([undefined, false, []]);
});

test('an index chooses where there is no cap, and no setting says that QIDO-RS does', async () => {
  const { facts } = await probed();
  expect(facts.dialect.sketches).toBe(true);
  expect(withRows(facts, undefined).dialect.sketches).toBe(true);
  expect(withRows(facts, 'index').dialect.sketches).toBe(true);
  expect(withRows(facts, 'qido').dialect.sketches).toBe(false);
  orthanc.cap = 5;
  const capped = (await probed()).facts;
  expect(withRows(capped, 'files').dialect.sketches).toBe(false);
});

test('all studies of a list of UIDs are read', async () => {
  orthanc.cap = 5;
  const values = Array.from({ length: 12 }, (_, at) => `1.2.${at + 1}`);
  const keys: Keys = new Map([['StudyInstanceUID', { kind: 'values', values }]]);
  const gathered = await gather(await source(), keys, reach, CALL);
  expect(new Set(gathered.studies.map(({ uid }) => uid))).toEqual(new Set(values));
});

test('a search of instances that fills the cap may have more', async () => {
  orthanc.cap = 5;
  const keys: Keys = new Map([
    ['SOPClassUID', { kind: 'values', values: ['1.2.840.10008.5.1.4.1.1.2'] }],
  ]);
  const cut = await (await source()).studiesWith('instances', keys, 500, CALL);
  expect([cut?.uids.length, cut?.complete]).toEqual([5, false]);
  orthanc.cap = Infinity;
  const whole = await (await source()).studiesWith('instances', keys, 500, CALL);
  expect([whole?.uids.length, whole?.complete]).toEqual([12, true]);
});

test('a caller of QIDO-RS gets as many rows as it asks for', async () => {
  orthanc.cap = 5;
  const at = await probed();
  const rows = createRowSearch(() => Promise.resolve(at));
  const ask = async (limit: number, offset = 0) => {
    const query = {
      path: { level: 'studies' },
      conditions: [],
      fields: [],
      limit,
      offset,
    } as const;
    const found = await rows.search(query, CALL);
    return [found.rows.length, found.received, found.next];
  };
  expect(await ask(11)).toEqual([11, 11, 'maybe']);
  expect(await ask(100)).toEqual([12, 12, 'none']);
  expect(await ask(100, 10)).toEqual([2, 2, 'none']);
});
