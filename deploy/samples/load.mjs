import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { loadSettings } from '../../dist/config.js';
import { startDemoArchive } from '../../dist/demo/archive.js';

/*
 * Stores the studies of the demo archive in the archive at PACS_URL by STOW-RS (PS3.18 10.5), and ends: invented
 * patients with real pictures, for those who have no studies yet. It waits for an archive that is still starting, and
 * may be run again: the archive has each instance once. PACS_USERNAME, PACS_PASSWORD and PACS_TOKEN as in the gateway.
 */

const WAIT_MS = 10 * 60_000;
const PAUSE_MS = 2_000;

const config = new URL('../../config', import.meta.url).pathname;
const settings = loadSettings(config, { ...process.env, HOST: '127.0.0.1' });
const archive = settings['pacs.url'];
if (archive === undefined) throw new Error('PACS_URL is missing: the DICOMweb root to store in');

const samples = await startDemoArchive({ host: '127.0.0.1', port: 0 });
try {
  await untilItAnswers();
  const studies = await json(`${samples.url}/studies`, {});
  let stored = 0;
  for (const [index, study] of studies.entries()) {
    stored += await storeStudy(study['0020000D'].Value[0]);
    process.stdout.write(`${index + 1} of ${studies.length} studies, ${stored} instances\n`);
  }
} finally {
  await samples.close();
}

/** An archive in a container of its own may take minutes to start. */
async function untilItAnswers() {
  const latest = Date.now() + WAIT_MS;
  for (;;) {
    const status = await fetch(`${archive}/studies?limit=1`, { headers: asked() }).then(
      (response) => response.status,
      (error) => error.cause?.code ?? error.message,
    );
    if (status === 200 || status === 204) return;
    const hopeless = status === 401 || status === 403;
    if (hopeless || Date.now() > latest) throw new Error(`${archive} does not answer: ${status}`);
    process.stdout.write(`waiting for ${archive}: ${status}\n`);
    await pause(PAUSE_MS);
  }
}

/** Stores the instances of a study; gives how many. */
async function storeStudy(uid) {
  const study = `${samples.url}/studies/${uid}`;
  const instances = await json(`${study}/instances`, {});
  for (const row of instances) {
    const [series, instance] = ['0020000E', '00080018'].map((tag) => row[tag].Value[0]);
    await store(`${study}/series/${series}/instances/${instance}`);
  }
  return instances.length;
}

/** Stores one instance: the only part of a multipart body, which is all that every archive takes. */
async function store(url) {
  const file = await fetch(url, { headers: { Accept: 'application/dicom' } });
  if (!file.ok) throw new Error(`the sample ${url} cannot be read: ${file.status}`);
  const boundary = randomUUID();
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    Buffer.from(await file.arrayBuffer()),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
  const headers = { ...asked(), 'Content-Type': type };
  const answer = await json(`${archive}/studies`, { method: 'POST', headers, body });
  // Orthanc answers 200, and names nothing, where it did not take a part (Referenced SOP Sequence, PS3.18 10.5.3).
  if (answer['00081199']?.Value?.length !== 1) throw new Error(`the archive did not store ${url}`);
}

async function json(url, init) {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

function asked() {
  const { 'pacs.username': name, 'pacs.password': password, 'pacs.token': token } = settings;
  const basic = Buffer.from(`${name ?? ''}:${password ?? ''}`).toString('base64');
  const accept = { Accept: 'application/dicom+json' };
  if (token !== undefined) return { ...accept, Authorization: `Bearer ${token}` };
  return name === undefined ? accept : { ...accept, Authorization: `Basic ${basic}` };
}
