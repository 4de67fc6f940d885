import type { Express } from 'express';
import { isRecord } from '../../src/dicom/dataset';
import { startAuthority, type Authority } from './authority';
import { BASES, fhirRoutes, OWN_ROUTES } from './fhirRoutes';
import { OPERATED, OPERATORS, PAGE } from './operatorRoutes';
import { DICOMWEB } from './routes';
import { startWorld, type World } from './world';

/* Nothing that the gateway routes is missing from the table of requests. */

jest.setTimeout(60_000);

let authority: Authority;
let world: World;

beforeAll(async () => {
  authority = await startAuthority();
  world = await startWorld({ authority, env: OPERATED });
});
afterAll(async () => {
  await world.close();
  await authority.close();
});

/** Routes that show nothing of the archive, beside those of the FHIR endpoints. */
const BESIDE = ['/health/live', '/health/ready', '/openapi.json'];
const OTHERS = [...PAGE, ...OPERATORS].map(({ route }) => route);
const SMART = BASES.map(({ path }) => `${path}/.well-known/smart-configuration`);
const SHOWING = [...DICOMWEB, ...BASES.flatMap(fhirRoutes)].map(({ route }) => route);

/** Templates of all routes, without their mounts. */
function templatesOf(app: Express): string[] {
  return [...new Set(templatesIn(app.router))];
}

function templatesIn(router: unknown): string[] {
  const stack = hasMembers(router) ? router.stack : undefined;
  if (!Array.isArray(stack)) return [];
  return stack.filter(hasMembers).flatMap(({ route, handle }) => {
    if (!hasMembers(route)) return templatesIn(handle);
    const { path } = route;
    return Array.isArray(path) ? path.map(String) : [String(path)];
  });
}

function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) || typeof value === 'function';
}

test('every route of the gateway is in the table, or is known to show nothing', () => {
  const known = [...new Set([...SHOWING, ...OWN_ROUTES, ...BESIDE, ...SMART, ...OTHERS])];
  expect(templatesOf(world.gateway.gateway.app).sort()).toEqual(known.sort());
});

test('every path of openapi.json is in the table, or is known to show nothing', async () => {
  const { body } = await world.ask({ target: '/openapi.json' });
  const document: unknown = JSON.parse(body.toString());
  const paths = isRecord(document) && isRecord(document.paths) ? Object.keys(document.paths) : [];
  const known = BASES.flatMap((base) =>
    [...fhirRoutes(base).map(({ route }) => route), ...OWN_ROUTES].map((route) =>
      `${base.path}${route}`.replace(/:(\w+)/g, '{$1}'),
    ),
  );
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !known.includes(path))).toEqual([]);
});

test('what is known to show nothing asks nothing of the archive', async () => {
  const targets = [...OWN_ROUTES.map((route) => `/fhir/r4${route}`), ...BESIDE, ...SMART];
  targets.push(...PAGE.map(({ target }) => target));
  const token = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  const before = world.archive.seen.length;
  for (const target of targets) await world.ask({ target: target.replace(/:\w+/, 'x') }, token);
  expect(world.archive.seen).toHaveLength(before);
});
