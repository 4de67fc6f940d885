import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { z } from 'zod';
import { readScopes } from '../../src/auth/scopes';
import { demoStudies } from '../../src/demo/studies';
import { readablePatientIds } from '../../src/study/identity';
import { DEPLOY, PROJECTS, type Service } from './composeFiles';
import { SECRETS, startSettingsCheck, VARIABLES } from './settings';

/* The files beside the compose files agree with them and with the gateway. */

const text = (...names: string[]) => readFileSync(path.join(DEPLOY, ...names), 'utf8');
const serviceOf = (project: string, name: string): Service => {
  const found = PROJECTS.find((one) => one.name === `${project}.yaml`)?.services[name];
  if (found === undefined) throw new Error(`${project} has no ${name}`);
  return found;
};
/** JSON with lines of comment, as Orthanc reads it. */
const orthanc = z
  .looseObject({
    AuthenticationEnabled: z.boolean(),
    LimitFindResults: z.number(),
    LimitFindInstances: z.number(),
    RegisteredUsers: z.undefined().optional(),
    DicomWeb: z.looseObject({ Enable: z.boolean(), Root: z.string() }),
  })
  .parse(JSON.parse(text('orthanc', 'orthanc.json').replace(/^\s*\/\/.*$/gm, '')));

test('Orthanc authenticates, cuts nothing, and has DICOMweb where the gateway asks', () => {
  expect(orthanc).toMatchObject({
    AuthenticationEnabled: true,
    LimitFindResults: 0,
    LimitFindInstances: 0,
    DicomWeb: { Enable: true },
  });
  const { environment } = serviceOf('orthanc', 'gateway');
  expect(new URL(`${environment.PACS_URL ?? ''}/`).pathname).toBe(orthanc.DicomWeb.Root);
});

test('OHIF asks the gateway, whose answers its page may read', () => {
  const source = z.object({
    configuration: z.looseObject({ qidoRoot: z.string(), wadoRoot: z.string() }),
  });
  const window: { config?: unknown } = {};
  runInNewContext(text('ohif', 'app-config.js'), { window });
  const { dataSources } = z.object({ dataSources: z.array(source).length(1) }).parse(window.config);
  const base = serviceOf('ohif', 'gateway').environment.PUBLIC_BASE_URL ?? '';
  expect(dataSources[0]?.configuration).toMatchObject({
    qidoRoot: `${base}/dicom-web`,
    wadoRoot: `${base}/dicom-web`,
  });
  // http://localhost:*, which CORS_ORIGINS allows unless it says otherwise.
  expect(serviceOf('ohif', 'ohif').ports).toEqual(['127.0.0.1:3000:80']);
});

test('HAProxy is given every variable that it reads', () => {
  const read = Array.from(text('haproxy.cfg').matchAll(/"\$\{(\w+)\}"/g), ([, name]) => name);
  expect(Object.keys(serviceOf('replicas', 'haproxy').environment).sort()).toEqual(read.sort());
});

describe('the realm of Keycloak', () => {
  const mapper = z.looseObject({
    protocolMapper: z.string(),
    config: z.record(z.string(), z.string()),
  });
  const realm = z
    .looseObject({
      realm: z.string(),
      clientScopes: z.array(
        z.looseObject({ name: z.string(), protocolMappers: z.array(mapper).default([]) }),
      ),
      clients: z.array(
        z.looseObject({ clientId: z.string(), optionalClientScopes: z.array(z.string()) }),
      ),
      users: z.array(
        z.looseObject({
          username: z.string(),
          attributes: z.record(z.string(), z.array(z.string())).optional(),
        }),
      ),
    })
    .parse(JSON.parse(text('keycloak', 'imaging-realm.json')));
  const { environment } = serviceOf('keycloak', 'gateway');
  const names = realm.clientScopes.map(({ name }) => name);

  test('has scopes that the gateway reads, and clients that ask for no others', () => {
    const smart = names.filter((name) => name.includes('/') && name !== 'launch/patient');
    expect(smart.map((name) => [name, readScopes(name).length])).toEqual(
      smart.map((name) => [name, 1]),
    );
    for (const client of realm.clients) {
      expect(client.optionalClientScopes.filter((name) => !names.includes(name))).toEqual([]);
    }
  });

  test('is the issuer of the gateway, and its tokens are for it', () => {
    const mappers = realm.clientScopes.flatMap(({ protocolMappers }) => protocolMappers);
    const audience = mappers.find((one) => one.protocolMapper === 'oidc-audience-mapper');
    expect(environment.AUTH_ISSUER).toMatch(new RegExp(`/realms/${realm.realm}$`));
    expect(audience?.config['included.custom.audience']).toBe(environment.AUTH_AUDIENCE);
  });

  test('has a patient who is one of the samples', () => {
    const [id = ''] =
      realm.users.find(({ username }) => username === 'patient')?.attributes?.patient ?? [];
    const patient = readablePatientIds.decode(id);
    expect(demoStudies().some(({ patient: { id: known } }) => known === patient?.value)).toBe(true);
  });

  test('has no secret in it', () => {
    const values = JSON.stringify(realm).matchAll(/"(?:secret|value)":"([^"]*)"/g);
    for (const [, value] of values) expect(value).toMatch(/^\$\{REALM_\w+\}$/);
  });
});

describe('the values of the chart', () => {
  const chart = (...names: string[]) => text('helm', 'dicomweb-fhir-gateway', ...names);
  const values = z.looseObject({
    config: z.record(z.string(), z.string()),
    secretFiles: z
      .record(z.string(), z.object({ secret: z.string(), key: z.string() }))
      .default({}),
  });
  const given = readdirSync(path.join(DEPLOY, 'helm', 'dicomweb-fhir-gateway', 'ci'));
  const read = (file: string) => values.parse(parse(chart(...file.split('/'))));

  test.each(['values.yaml', ...given.map((name) => `ci/${name}`)])(
    'in %s are settings, and secrets only by reference',
    (file) => {
      const { config, secretFiles } = read(file);
      const names = Object.keys(config);
      expect(names.filter((name) => !VARIABLES.has(name) || SECRETS.has(name))).toEqual([]);
      expect(Object.keys(secretFiles).filter((name) => !SECRETS.has(name))).toEqual([]);
    },
  );

  const settings = startSettingsCheck();
  afterAll(() => settings.stop());

  test.each(given)('of ci/%s are settings that the gateway starts with', async (name) => {
    const { config, secretFiles } = read(`ci/${name}`);
    const secret = (key: string) => (key === 'REDIS_URL' ? 'redis://redis:6379' : 'x'.repeat(40));
    const secrets = Object.keys(secretFiles).map((key) => [key, secret(key)]);
    const env = {
      ...read('values.yaml').config,
      ...config,
      ...Object.fromEntries(secrets),
      HOST: '0.0.0.0',
    } as Record<string, string>;
    expect(await settings.problemsOf(env)).toBe('');
  });
});
