import { Writable } from 'node:stream';
import pino from 'pino';
import { serveHere, type Serving } from '../../src/serving';
import { settingsOf } from '../gateway/running';
import { startArchive, type Archive } from './archive';
import { startAuthority, type Authority } from './authority';
import { A1, A_RESTRICTED, EVERYTHING, SYSTEMS } from './people';
import { exchange } from './wire';

/* Settings that are replaced while the gateway runs: nothing that was made by the old ones is shown by the new ones. */

jest.setTimeout(60_000);
jest.mock('../../src/config/given', () => ({}));

let authority: Authority;
let archive: Archive;
let serving: Serving;
beforeAll(async () => {
  authority = await startAuthority();
  archive = await startArchive(EVERYTHING);
  serving = await start();
});
afterAll(async () => {
  await serving.stop();
  await archive.close();
  await authority.close();
});

function start(): Promise<Serving> {
  const software = { name: 'gateway', version: '0', date: '2026-01-01' };
  const nowhere = new Writable({ write: (_line, _encoding, done) => done() });
  return serveHere({ settings: settings({}), software, logger: pino({}, nowhere) });
}

const map = (system: string) => JSON.stringify({ p: [{ system, value: 'PAT-1' }] });
const HIDDEN = JSON.stringify([{ studies: [A_RESTRICTED.uid], allow: ['system'] }]);

function settings(env: Readonly<Record<string, string>>) {
  const all = {
    ...authority.env,
    AUTH_MODE: 'jwt',
    PORT: '0',
    PATIENT_BINDING: 'map',
    PATIENT_MAP: map(SYSTEMS.HOSP ?? ''),
    ISSUERS: JSON.stringify(SYSTEMS),
    ...env,
  };
  return { ...settingsOf(all), 'pacs.url': archive.url };
}

const TARGETS = [
  '/fhir/r4/ImagingStudy?_count=100',
  '/fhir/r4/ImagingStudy?_count=100&_summary=true',
  '/fhir/dstu1/ImagingStudy?_count=100',
  '/fhir/r4/Patient?_count=100',
  `/fhir/r4/ImagingStudy/${A_RESTRICTED.uid}`,
  `/fhir/r4/ImagingStudy/${A1.uid}`,
  '/dicom-web/studies',
  `/dicom-web/studies/${A_RESTRICTED.uid}/series`,
  `/dicom-web/studies/${A_RESTRICTED.uid}/metadata`,
];

/** Everything that a token is shown, asked twice, so that the second time it may be what was kept. */
async function shown(token: string): Promise<string> {
  const texts: string[] = [];
  for (const target of [...TARGETS, ...TARGETS]) {
    const { body } = await exchange(serving.url, {
      target,
      headers: { Authorization: `Bearer ${token}` },
    });
    texts.push(body.toString('latin1'));
  }
  return texts.join('\n');
}

test('a study that a new rule restricts is gone from what was kept, and there for whom the rule allows', async () => {
  const ofP = await authority.sign({ scope: 'patient/*.rs', patient: 'p', client_id: 'app' });
  const ofSystem = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  serving.reload(settings({}));
  expect(await shown(ofP)).toMatch(/ACC-R-3|BYTES-OF-R/);
  serving.reload(settings({ RESTRICTED_STUDIES: HIDDEN }));
  const after = await shown(ofP);
  expect(after).toContain('ACC-A-1');
  expect(after).not.toMatch(/ACC-R-3|-OF-R/);
  expect(await shown(ofSystem)).toContain('ACC-R-3');
  serving.reload(settings({}));
  expect(await shown(ofP)).toContain('ACC-R-3');
});

test('a token whose patient a new map makes another one sees that one alone', async () => {
  const ofP = await authority.sign({ scope: 'patient/*.rs', patient: 'p', client_id: 'app' });
  serving.reload(settings({}));
  expect(await shown(ofP)).toContain('Alderbrook');
  serving.reload(settings({ PATIENT_MAP: map(SYSTEMS.CLINIC ?? '') }));
  const after = await shown(ofP);
  expect(after).toContain('Birkenfeld');
  expect(after).not.toMatch(/Alderbrook|ACC-A-|OF-A/);
  serving.reload(settings({ PATIENT_MAP: '{}' }));
  expect(await shown(ofP)).not.toMatch(/Alderbrook|Birkenfeld|ACC-/);
});

test('an answer that is being made by the old rules is given to nobody who asks by the new ones', async () => {
  const ofP = await authority.sign({ scope: 'patient/*.rs', patient: 'p', client_id: 'app' });
  const headers = { Authorization: `Bearer ${ofP}` };
  const ask = () => exchange(serving.url, { target: '/fhir/r4/ImagingStudy?_count=77', headers });
  // Nothing of before is remembered, so that the archive is asked.
  await serving.stop();
  serving = await start();
  const before = archive.seen.length;
  const running = ask();
  while (archive.seen.length === before) await new Promise((resolve) => setImmediate(resolve));
  serving.reload(settings({ RESTRICTED_STUDIES: HIDDEN }));
  const after = await ask();
  expect((await running).status).toBe(200);
  expect(after.body.toString()).toContain('ACC-A-1');
  expect(after.body.toString()).not.toMatch(/ACC-R-3|-OF-R/);
});
