import { setTimeout as pause } from 'node:timers/promises';
import { followChanges, type ChangeFeed } from '../../src/pacs/changeFeed';
import { createArchiveClient } from '../../src/pacs/client';
import { DIALECTS } from '../../src/pacs/dialects';
import { archiveSettings } from '../../src/gateway/limits';
import { settingsOf, startGateway, studiesOf, type Running } from '../gateway/running';
import { until } from '../until';
import { startFakeDcm4chee, type FakeDcm4chee } from './fakeDcm4chee';

/* What a dcm4chee tells of changes while all its studies are listed again and again. */

const POLL_MS = 20;

let archive: FakeDcm4chee;
beforeEach(async () => {
  archive = await startFakeDcm4chee();
});
afterEach(() => archive.close());

describe('a dcm4chee that is followed', () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  function follow() {
    const told: (readonly string[] | undefined)[] = [];
    const alive: boolean[] = [];
    const client = createArchiveClient(
      archiveSettings({ ...settingsOf({}), 'pacs.url': archive.url }),
    );
    const facts = { dialect: DIALECTS.dcm4chee, product: 'dcm4chee', native: false };
    const feed: ChangeFeed = followChanges(client, () => Promise.resolve(facts), {
      pollMs: POLL_MS,
      meter: { upstream: () => undefined, cache: () => undefined },
      onChange: (uids) => told.push(uids),
      onAlive: (now) => alive.push(now),
    });
    open.push(feed, client);
    return { told, alive, feed };
  }

  /** Two sweeps that began from now on are over. */
  async function twoSweeps(): Promise<void> {
    const before = archive.sweeps();
    await until(() => archive.sweeps() >= before + 3);
  }

  test.each<[string, (of: FakeDcm4chee) => void, string]>([
    ['is new', (of) => of.store('1.3'), '1.3'],
    ['has grown', (of) => of.store('1.1', 'P1', 2), '1.1'],
    ['was given to another patient, as a merge does', (of) => of.correct('1.2', 'P1'), '1.2'],
    ['is gone', (of) => of.remove('1.2'), '1.2'],
  ])('tells of a study that %s', async (_what, change, uid) => {
    archive.store('1.1');
    archive.store('1.2', 'P2');
    const { told, feed } = follow();
    await until(() => feed.isAlive());
    expect(told).toEqual([undefined]);
    change(archive);
    await until(() => told.length > 1);
    await twoSweeps();
    expect(told).toEqual([undefined, [uid]]);
    expect(feed.age()).toBeLessThan(2000);
  });

  test('tells nothing while studies are only looked at, by this gateway perhaps', async () => {
    archive.store('1.1');
    const { told, feed } = follow();
    await until(() => feed.isAlive());
    archive.access('1.1');
    await twoSweeps();
    expect(told).toEqual([undefined]);
  });

  test('of a release that does not tell looks from changes tells too much rather than too little', async () => {
    archive.tellsModified = false;
    archive.store('1.1');
    const { told, feed } = follow();
    await until(() => feed.isAlive());
    archive.access('1.1');
    await until(() => told.length > 1);
    archive.correct('1.1', 'P1');
    await until(() => told.length > 2);
  });

  test('is read to its end where that takes more than one page', async () => {
    archive.most = 3;
    for (let at = 1; at <= 7; at++) archive.store(`1.${at}`);
    const { told, feed } = follow();
    await until(() => feed.isAlive());
    archive.correct('1.5', 'P2');
    archive.remove('1.7');
    await until(() => told.length > 1);
    await twoSweeps();
    expect(told.slice(1).flat().toSorted()).toEqual(['1.5', '1.7']);
  });

  test('is not alive, and is let alone, when listing its studies takes it too long', async () => {
    archive.store('1.1');
    archive.hinder = async () => {
      await pause(1600);
      return undefined;
    };
    const { told, alive } = follow();
    await until(() => alive.length > 0);
    await pause(10 * POLL_MS);
    expect([alive, told, archive.sweeps()]).toEqual([[false], [], 1]);
  });

  test('is alive again after a failure, and nobody knows then what changed meanwhile', async () => {
    archive.store('1.1');
    const { told, alive, feed } = follow();
    await until(() => feed.isAlive());
    archive.hinder = () => Promise.resolve({ status: 400 });
    await until(() => alive.length > 1);
    archive.hinder = undefined;
    await until(() => feed.isAlive());
    expect([alive, told]).toEqual([
      [true, false, true],
      [undefined, undefined],
    ]);
  });
});

describe('a gateway in front of a dcm4chee that believes rows for long', () => {
  let gateway: Running;
  afterEach(() => gateway.close());

  const uids = async () =>
    studiesOf(await gateway.get('ImagingStudy?subject.identifier=P1&_summary=true'))
      .map(({ uid }) => uid?.replace('urn:oid:', ''))
      .sort();
  const searches = () => archive.count(/^\/studies$/) - archive.sweeps();

  test('answers out of memory, and anew at once when a merge brings the patient a study', async () => {
    archive.store('1.1');
    archive.store('1.2', 'P2');
    gateway = await startGateway(archive.url, {
      PACS_DIALECT: 'dcm4chee',
      CACHE_STUDY_ROWS_MS: '3600000',
      CHANGES_POLL_MS: String(POLL_MS),
    });
    await until(() => gateway.log.join('').includes('The archive tells what changes'));
    expect(await uids()).toEqual(['1.1']);
    const before = searches();
    for (let at = 0; at < 3; at++) expect(await uids()).toEqual(['1.1']);
    expect(searches()).toBe(before);
    archive.correct('1.2', 'P1');
    await until(async () => (await uids()).length === 2);
  });
});
