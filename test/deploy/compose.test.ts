import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { PROJECTS, type Project, type Service } from './composeFiles';
import {
  madeSecrets,
  SECRETS,
  startSettingsCheck,
  VARIABLES,
  type SettingsCheck,
} from './settings';

/* What the compose files promise, as far as it can be told without a container engine. */

const GATEWAY_IMAGE = 'dicomweb-fhir-gateway:0.1.0';
const MOUNTED = '/run/secrets/';

let secrets: string;
let settings: SettingsCheck;
beforeAll(() => {
  secrets = madeSecrets();
  settings = startSettingsCheck();
});
afterAll(async () => {
  await settings.stop();
  rmSync(secrets, { recursive: true, force: true });
});

type Case = readonly [string, Project, Service];
const all: Case[] = PROJECTS.flatMap((project) =>
  Object.entries(project.services).map(
    ([name, service]) => [`${project.name} ${name}`, project, service] as const,
  ),
);
const own = all.filter(([, , { image }]) => image === GATEWAY_IMAGE);
const gateways = own.filter(([, , { command }]) => command === undefined);

test('there is a file for each set-up that is promised', () => {
  expect(PROJECTS.map(({ name }) => name).sort()).toEqual(
    ['dcm4chee', 'keycloak', 'ohif', 'orthanc', 'replicas'].map((name) => `${name}.yaml`),
  );
  expect(gateways).toHaveLength(7);
});

describe.each(all)('%s', (_, project, service) => {
  test('has an image of one version, a bound of memory, and gains no privileges', () => {
    expect(service.image).toMatch(/:v?\d+(\.\d+)+(-\w+(\.\d+)?)?$/);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  test('publishes its ports on this machine only', () => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('has its secrets from files that make-secrets.sh makes', () => {
    for (const { source } of service.secrets) {
      const file = path.join(secrets, project.secrets[source] ?? 'none');
      expect([source, existsSync(file)]).toEqual([source, true]);
    }
  });

  test('keeps what it keeps in named volumes, and has files of this repository for the rest', () => {
    for (const volume of service.volumes) {
      const [from = '', , mode] = volume.split(':');
      const named = project.volumes.includes(from);
      expect([volume, named ? 'named' : mode]).toEqual([volume, named ? 'named' : 'ro']);
    }
  });
});

describe.each(own)('%s', (_, __, service) => {
  test('runs without root, privileges and a disk to write on', () => {
    expect(service).toMatchObject({ user: '1000:1000', read_only: true, cap_drop: ['ALL'] });
  });

  test('has only settings of the gateway in its environment, and no secret but by its file', () => {
    const names = Object.keys(service.environment);
    expect(names.filter((name) => !VARIABLES.has(name))).toEqual([]);
    expect(names.filter((name) => SECRETS.has(name) && name !== 'PACS_USERNAME')).toEqual([]);
  });
});

describe.each(gateways)('%s', (_, __, service) => {
  test('is asked by its own command whether it lives', () => {
    expect(service.healthcheck?.test).toEqual(['CMD', 'node', 'dist/main.js', 'health']);
  });

  test('would start with these settings and these secrets', async () => {
    const files = service.secrets.map(({ source }) => MOUNTED + source);
    const env = Object.entries(service.environment).map(([name, value]) => {
      if (name.endsWith('_FILE')) expect(files).toContain(value);
      return [name, value.replace(MOUNTED, `${secrets}/`)];
    });
    const given = Object.fromEntries(env) as Record<string, string>;
    expect(await settings.problemsOf(given)).toBe('');
  });
});

describe('make-secrets.sh', () => {
  test('makes one password for both ends, in a folder for its owner only', () => {
    const read = (name: string) => readFileSync(path.join(secrets, name), 'utf8').trim();
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    expect(JSON.parse(read('orthanc-users.json'))).toEqual({
      RegisteredUsers: { gateway: read('pacs-password') },
    });
    expect(read('redis-url')).toBe(`redis://:${read('redis-password')}@redis:6379/0`);
    expect(read('redis-password.conf')).toBe(`requirepass ${read('redis-password')}`);
    expect(read('paging-key')).toMatch(/^[0-9a-f]{64}$/);
    expect(read('paging-key')).not.toBe(read('redis-key'));
  });
});
