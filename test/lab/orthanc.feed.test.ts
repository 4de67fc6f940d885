import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startGateway, studiesOf, type Running } from '../gateway/running';
import { until } from '../until';
import { lab } from './support/archive';
import { askNative, studyToChange } from './support/native';
import { startOrthanc, type OwnOrthanc } from './support/orthanc';
import { isQido, startProxy, type CountingProxy } from './support/proxy';

/* A gateway that believes study rows for an hour, because a real Orthanc tells it what changes. */

let orthanc: OwnOrthanc;
let proxy: CountingProxy;
let gateway: Running;
let uid: string;
let instance: string;
let file: ArrayBuffer;

async function instancesTold(): Promise<number | undefined> {
  const [study] = studiesOf(await gateway.get(`ImagingStudy?study=${uid}`));
  return study?.numberOfInstances;
}

/** @returns milliseconds until the gateway tells so many instances */
async function untilTold(count: number | undefined): Promise<number> {
  const started = Date.now();
  await until(async () => (await instancesTold()) === count, 10_000);
  return Date.now() - started;
}

beforeAll(async () => {
  orthanc = await startOrthanc([path.join(lab().dir, 'archive', 'dcm')]);
  const { study, ...changed } = await studyToChange(orthanc);
  uid = study.MainDicomTags.StudyInstanceUID;
  ({ instance, file } = changed);
  proxy = await startProxy(orthanc.url);
  gateway = await startGateway(`${proxy.url}/dicom-web`, {
    CACHE_STUDY_ROWS_MS: '3600000',
    CHANGES_POLL_MS: '250',
  });
  await until(() => gateway.log.join('').includes('The archive tells what changes'));
}, 120_000);

afterAll(async () => {
  await gateway.close();
  await proxy.close();
  await orthanc.stop();
}, 30_000);

test('what was read is not read again while nothing changes', async () => {
  await instancesTold();
  await pause(1000);
  await instancesTold();
  proxy.takeCalls();
  for (let at = 0; at < 5; at++) await instancesTold();
  expect(proxy.takeCalls().filter(isQido)).toEqual([]);
});

test('what is deleted, and what is stored, is told within seconds', async () => {
  const whole = await instancesTold();
  if (whole === undefined) throw new Error('the archive counts');
  await askNative(orthanc, `instances/${instance}`, { method: 'DELETE' });
  const deleted = await untilTold(whole - 1);
  await fetch(`${orthanc.url}/instances`, { method: 'POST', body: file });
  const stored = await untilTold(whole);
  process.stdout.write(`told after: deletion ${deleted} ms, storing ${stored} ms\n`);
  expect(stored).toBeLessThan(2000);
}, 30_000);
