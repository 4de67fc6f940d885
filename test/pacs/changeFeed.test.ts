import { setTimeout as pause } from 'node:timers/promises';
import { followChanges, type ChangeFeed } from '../../src/pacs/changeFeed';
import type { ArchiveClient } from '../../src/pacs/client';
import { DIALECTS, type DialectName } from '../../src/pacs/dialects';
import { startGateway, studiesOf, type Running } from '../gateway/running';
import { until } from '../until';
import { startFakeOrthanc, type FakeOrthanc } from './fakeOrthanc';

/* What an Orthanc tells of changes while it is followed, and what a gateway believes that follows it. */

const START = Date.UTC(2026, 0, 5, 8, 0, 0);
const POLL_MS = 20;

let orthanc: FakeOrthanc;
beforeEach(async () => {
  orthanc = await startFakeOrthanc();
});
afterEach(() => orthanc.close());

describe('an archive that is followed', () => {
  let feed: ChangeFeed | undefined;
  afterEach(() => feed?.close());

  function follow(name: DialectName = 'orthanc') {
    const told: (readonly string[] | undefined)[] = [];
    const alive: boolean[] = [];
    const unused = () => Promise.reject(new Error('not used'));
    const client: ArchiveClient = {
      search: unused,
      metadata: unused,
      native: async (path, body, { signal }) => {
        const method = body === undefined ? 'GET' : 'POST';
        const init = { method, signal, ...(body && { body: JSON.stringify(body) }) };
        const answer = await fetch(new URL(path, orthanc.url), init);
        if (!answer.ok) throw new Error(`${answer.status}`);
        return answer.json();
      },
      close: () => undefined,
    };
    const facts = { dialect: DIALECTS[name], product: name, native: true };
    feed = followChanges(client, () => Promise.resolve(facts), {
      pollMs: POLL_MS,
      meter: { upstream: () => undefined, cache: () => undefined },
      onChange: (uids) => told.push(uids),
      onAlive: (now) => alive.push(now),
    });
    return { told, alive, feed };
  }

  test('tells the studies that change from then on, and that nobody knows of those before', async () => {
    orthanc.store('1', START);
    const { told, feed: followed } = follow();
    await until(() => followed.isAlive());
    expect(told).toEqual([undefined]);
    orthanc.store('2', START);
    await until(() => told.length > 1);
    orthanc.store('1', START);
    orthanc.store('3', START);
    await until(() => told.length > 2);
    await pause(5 * POLL_MS);
    expect(told.slice(1).flat()).toEqual(expect.arrayContaining(['1', '2', '3']));
    expect(told.slice(1).flat()).not.toContain(undefined);
    const before = told.length;
    await pause(5 * POLL_MS);
    // The counts are looked at less often than the log, and may tell once more that something changed.
    expect(told.slice(before).flat()).toEqual([]);
  });

  test('tells that something is gone, although its log does not', async () => {
    const instance = orthanc.store('1', START);
    const { told, feed: followed } = follow();
    await until(() => followed.isAlive());
    orthanc.remove(instance);
    await until(() => told.length > 1);
    expect(told).toEqual([undefined, []]);
  });

  test('tells that something happened when its log was emptied', async () => {
    const { told, feed: followed } = follow();
    await until(() => followed.isAlive());
    orthanc.store('1', START);
    orthanc.clearLog();
    await until(() => told.length > 1);
  });

  test('is not known when it is set up anew', async () => {
    for (const uid of ['1', '2']) orthanc.store(uid, START);
    const { told, feed: followed } = follow();
    await until(() => followed.isAlive());
    orthanc.reset();
    await until(() => told.length > 1);
    expect(told).toEqual([undefined, undefined]);
  });

  test('is not alive while it does not answer, and tells what changed meanwhile', async () => {
    const { told, alive } = follow();
    await until(() => alive.length === 1);
    orthanc.native = false;
    await until(() => alive.length === 2);
    orthanc.store('1', START);
    orthanc.native = true;
    await until(() => alive.length === 3);
    expect(alive).toEqual([true, false, true]);
    expect(told).toEqual([undefined, ['1']]);
  });

  test('is asked for nothing when it keeps no log, nor after it is no longer followed', async () => {
    const { feed: followed, alive } = follow('generic');
    await pause(5 * POLL_MS);
    expect([followed.isAlive(), followed.tellsUpdates(), alive]).toEqual([false, false, [false]]);
    expect(orthanc.take()).toEqual([]);
    followed.close();
    const { feed: other } = follow();
    await until(() => other.isAlive());
    other.close();
    await pause(2 * POLL_MS);
    orthanc.take();
    await pause(5 * POLL_MS);
    expect(orthanc.take()).toEqual([]);
  });
});

describe('a gateway that believes rows for long', () => {
  let gateway: Running;
  afterEach(() => gateway.close());

  const uids = async () =>
    studiesOf(await gateway.get('ImagingStudy?subject.identifier=P1&_summary=true'))
      .map(({ uid }) => uid?.replace('urn:oid:', ''))
      .sort();
  const searches = () =>
    orthanc.take().filter((each) => each.includes('/dicom-web/studies?PatientID')).length;

  test('answers out of memory until the archive tells of a change, and anew at once then', async () => {
    orthanc.store('1.1', START);
    gateway = await startGateway(orthanc.url, {
      PACS_DIALECT: 'orthanc',
      CACHE_STUDY_ROWS_MS: '3600000',
      CHANGES_POLL_MS: String(POLL_MS),
    });
    await until(() => gateway.log.join('').includes('The archive tells what changes'));
    expect(await uids()).toEqual(['1.1']);
    await pause(5 * POLL_MS);
    expect(searches()).toBeGreaterThan(0);
    for (let at = 0; at < 3; at++) expect(await uids()).toEqual(['1.1']);
    expect(searches()).toBe(0);
    orthanc.store('1.2', START);
    await until(async () => (await uids()).length === 2);
  });

  test('believes nothing that it had when the archive stops telling', async () => {
    orthanc.store('1.1', START);
    gateway = await startGateway(orthanc.url, {
      PACS_DIALECT: 'orthanc',
      CACHE_STUDY_ROWS_MS: '3600000',
      CHANGES_POLL_MS: String(POLL_MS),
    });
    await until(() => gateway.log.join('').includes('The archive tells what changes'));
    await uids();
    searches();
    orthanc.native = false;
    await until(() => gateway.log.join('').includes('The archive does not tell what changes'));
    await gateway.get('ImagingStudy?subject.identifier=P1&_summary=true');
    expect(searches()).toBeGreaterThan(0);
  });

  test('does not follow the archive where rows live shortly', async () => {
    gateway = await startGateway(orthanc.url, { CHANGES_POLL_MS: String(POLL_MS) });
    await pause(10 * POLL_MS);
    expect(orthanc.take()).toEqual([]);
  });
});
