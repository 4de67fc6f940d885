import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { startGateway, type Running } from '../gateway/running';
import { lab } from './support/archive';
import { askNative, nativeStudies, studyToChange, type NativeStudy } from './support/native';
import { startOrthanc, type OwnOrthanc } from './support/orthanc';
import { isQido, startProxy, type CountingProxy } from './support/proxy';

/* meta.lastUpdated and _lastUpdated at a real Orthanc, whose server stands in a zone that is not UTC. */

const bundle = z.object({
  entry: z
    .array(
      z.object({
        resource: z.object({
          resourceType: z.string(),
          id: z.string().optional(),
          meta: z.object({ lastUpdated: z.string() }).optional(),
        }),
      }),
    )
    .default([]),
});

let orthanc: OwnOrthanc;
let proxy: CountingProxy;
let gateway: Running;
let study: NativeStudy;
let file: ArrayBuffer;

/** Ids of a search with their lastUpdated. */
async function updated(query: string): Promise<Record<string, string>> {
  const url = `${gateway.url}/fhir/r4/ImagingStudy?_elements=id,meta&_count=100&${query}`;
  const { entry } = bundle.parse(await (await fetch(url)).json());
  const studies = entry.map(({ resource }) => resource);
  return Object.fromEntries(
    studies
      .filter(({ resourceType }) => resourceType === 'ImagingStudy')
      .map(({ id = '', meta }) => [id, meta?.lastUpdated ?? '']),
  );
}

const since = (time: number) => `_lastUpdated=gt${new Date(time).toISOString()}`;
const nextSecond = () => pause(1100);

beforeAll(async () => {
  const own = process.env.TZ;
  process.env.TZ = 'America/New_York';
  orthanc = await startOrthanc([path.join(lab().dir, 'archive', 'dcm')]);
  if (own === undefined) delete process.env.TZ;
  else process.env.TZ = own;
  const { instance, ...changed } = await studyToChange(orthanc);
  ({ study, file } = changed);
  await askNative(orthanc, `instances/${instance}`, { method: 'DELETE' });
  proxy = await startProxy(orthanc.url);
  gateway = await startGateway(`${proxy.url}/dicom-web`);
  await gateway.gateway.probe();
}, 120_000);

afterAll(async () => {
  await gateway.close();
  await proxy.close();
  await orthanc.stop();
}, 30_000);

test('lastUpdated is when Orthanc last stored an instance, in UTC', async () => {
  const all = await nativeStudies(orthanc);
  const told = await updated('');
  expect(Object.keys(told).length).toBe(all.length);
  for (const { LastUpdate, MainDicomTags } of all) {
    const value = told[MainDicomTags.StudyInstanceUID] ?? '';
    expect(value.replace(/[-:]/g, '')).toBe(`${LastUpdate}.999Z`);
    expect(Math.abs(Date.parse(value) - Date.now())).toBeLessThan(10 * 60_000);
  }
});

test('a study that gets an instance, and no other, is found by _lastUpdated', async () => {
  const { StudyInstanceUID: uid } = study.MainDicomTags;
  const before = (await updated(''))[uid] ?? '';
  await nextSecond();
  const asOf = Date.now();
  expect(await updated(since(asOf))).toEqual({});
  const stored = await fetch(`${orthanc.url}/instances`, { method: 'POST', body: file });
  expect(stored.status).toBe(200);
  proxy.takeCalls();
  const found = await updated(since(asOf));
  const calls = proxy.takeCalls();
  process.stdout.write(`${calls.map((call) => call.slice(0, 60)).join('\n')}\n`);
  expect(Object.keys(found)).toEqual([uid]);
  expect((found[uid] ?? '') > before).toBe(true);
  expect(calls.filter(isQido)).toHaveLength(1);
  expect(calls.find(isQido)).toContain(`StudyInstanceUID=${uid}`);
});

test('a study that is stored again is found while the time is within what was read before', async () => {
  await nextSecond();
  const asOf = Date.now();
  await fetch(`${orthanc.url}/instances`, { method: 'POST', body: file });
  expect(Object.keys(await updated(since(asOf)))).toEqual([study.MainDicomTags.StudyInstanceUID]);
  await nextSecond();
  expect(await updated(since(Date.now()))).toEqual({});
});

test('a search that reaches back beyond the log is as whole as any', async () => {
  const all = await nativeStudies(orthanc);
  expect(Object.keys(await updated('_lastUpdated=gt2020'))).toHaveLength(all.length);
});

test('a log that was cleared loses nothing', async () => {
  await fetch(`${orthanc.url}/changes`, { method: 'DELETE' });
  await nextSecond();
  const asOf = Date.now();
  await fetch(`${orthanc.url}/instances`, { method: 'POST', body: file });
  expect(Object.keys(await updated(since(asOf)))).toEqual([study.MainDicomTags.StudyInstanceUID]);
});
