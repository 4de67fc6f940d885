import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAuthority, type Authority } from './authority';
import { eventsIn, textOf } from './events';
import { NAMES_OF_A } from './names';
import { A_ID } from './people';
import type { Sent } from './wire';
import { startWorld, type World } from './world';

/* Wherever a client puts a credential, the audit does not keep it: whoever reads the audit could use it. */

jest.setTimeout(60_000);

let authority: Authority;
let ofA: string;
let world: World;
let folder: string;

beforeAll(async () => {
  authority = await startAuthority();
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'credentials-'));
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});
afterAll(() => authority.close());

const { study, series, instance } = NAMES_OF_A;
const PART = `/dicom-web/studies/${study}/series/${series}/instances/${instance}`;

describe('the audit never holds a credential', () => {
  const KEYS = { CAPABILITY_URLS: 'true', CAPABILITY_KEYS: 'key-of-32-characters-or-more-000' };
  const capability = 'cap'.repeat(30);

  test.each<readonly [string, (token: string) => Sent, boolean]>([
    ['in the Authorization header', () => ({ target: '/fhir/r4/ImagingStudy' }), true],
    ['that is no good', () => ({ target: '/fhir/r4/ImagingStudy' }), false],
    ['in the query', (token) => ({ target: `/fhir/r4/ImagingStudy?access_token=${token}` }), false],
    [
      'in the query of a retrieval',
      (token) => ({ target: `${PART}?access_token=${token}` }),
      false,
    ],
    [
      'in a form',
      (token) => ({
        method: 'POST',
        target: '/fhir/r4/ImagingStudy/_search',
        body: `access_token=${token}`,
      }),
      false,
    ],
    [
      'in a form, with another in the header',
      (token) => ({
        method: 'POST',
        target: '/fhir/r4/ImagingStudy/_search',
        headers: { Prefer: 'handling=lenient' },
        body: `access_token=${token}`,
      }),
      true,
    ],
    ['in a capability URL', () => ({ target: `/dicom-web/~${capability}/studies/${study}` }), true],
    ['in an escaped one', () => ({ target: `/dicom-web/%7E${capability}/studies/${study}` }), true],
    ['in one of somebody', () => ({ target: `/dicom-web/~${capability}/studies/${study}` }), false],
  ])('%s', async (_where, sentWith, authorised) => {
    const file = path.join(folder, 'audit.ndjson');
    world = await startWorld({ authority, env: { AUDIT_FILE: file, ...KEYS } });
    const [head = '', payload = '', signature = ''] = ofA.split('.');
    await world.ask(sentWith(ofA), authorised ? ofA : `${head}.${payload}.x`);
    await world.ask(sentWith(ofA), authorised ? ofA : undefined);
    const all = eventsIn(file).map(textOf).join('\n');
    expect(all).not.toContain(signature);
    expect(all).not.toContain(capability);
  });
});
