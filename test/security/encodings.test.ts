import { startAuthority, type Authority } from './authority';
import { NAMES_OF_A, NAMES_OF_B, NAMES_OF_NOBODY } from './names';
import { A_ID } from './people';
import { tracesOfOthers } from './traces';
import { COLD, each, startWorld, type World } from './world';

/*
 * However a path is written, it leads to nothing that it does not lead to plainly. Requests are written to the socket
 * as they are: clients and proxies would tidy them up.
 */

jest.setTimeout(60_000);

let authority: Authority;
let world: World;
let ofA: string;

beforeAll(async () => {
  authority = await startAuthority();
  world = await startWorld({ authority, env: COLD });
  ofA = await authority.sign({ scope: 'patient/*.rs', patient: A_ID, client_id: 'app-a' });
});
afterAll(async () => {
  await world.close();
  await authority.close();
});

const own = NAMES_OF_A.study;
const { study, series, instance, patient, report } = NAMES_OF_B;
const at = `studies/${study}/series/${series}/instances/${instance}`;

/** Plain paths to what is B's. */
const PLAIN: readonly string[] = [
  `/dicom-web/studies/${study}`,
  `/dicom-web/${at}`,
  `/dicom-web/${at}/rendered`,
  `/dicom-web/${at}/metadata`,
  `/dicom-web/${at}/frames/1`,
  `/dicom-web/${at}/bulkdata/7FE00010`,
  `/dicom-web/studies/${study}/series`,
  `/fhir/r4/ImagingStudy/${study}`,
  `/fhir/r4/Patient/${patient}`,
  `/fhir/r4/Patient/${patient}/ImagingStudy`,
  `/fhir/r4/Binary/${report}`,
  `/fhir/ImagingStudy/${study}`,
];

const percent = (text: string) =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
/** In the last segment of a path, or in all of its slashes. */
const last = (path: string, change: (segment: string) => string) => path.replace(/[^/]+$/, change);

/** Other ways to write a path, some of which some server reads as the plain one. */
const WAYS: Readonly<Record<string, (path: string) => string>> = {
  'every character escaped': (path) => path.replace(/[^/]+/g, percent),
  'escapes in capitals': (path) => path.replace(/[^/]+/g, (part) => percent(part).toUpperCase()),
  'dots escaped': (path) => path.replaceAll('.', '%2e'),
  'dots escaped twice': (path) => path.replaceAll('.', '%252e'),
  'slashes escaped': (path) => `/${path.slice(1).replaceAll('/', '%2F')}`,
  'slashes escaped twice': (path) => `/${path.slice(1).replaceAll('/', '%252F')}`,
  'slashes overlong': (path) => `/${path.slice(1).replaceAll('/', '%c0%af')}`,
  'slashes as backslashes': (path) => `/${path.slice(1).replaceAll('/', '\\')}`,
  'slashes as escaped backslashes': (path) => `/${path.slice(1).replaceAll('/', '%5C')}`,
  'slashes as full-width ones': (path) => `/${path.slice(1).replaceAll('/', '%EF%BC%8F')}`,
  'slashes doubled': (path) => path.replaceAll('/', '//'),
  'a slash behind it': (path) => `${path}/`,
  'two slashes behind it': (path) => `${path}//`,
  'a dot behind it': (path) => `${path}.`,
  'dots behind it': (path) => `${path}...`,
  'an escaped dot behind it': (path) => `${path}%2E`,
  'a segment of one dot': (path) => path.replace(/\/([^/]+)$/, '/./$1'),
  'up and down again': (path) => path.replace(/\/([^/]+)$/, '/x/../$1'),
  'up, escaped, and down again': (path) => path.replace(/\/([^/]+)$/, '/x/%2e%2e/$1'),
  'up, half escaped': (path) => path.replace(/\/([^/]+)$/, '/x/.%2E/$1'),
  'from A’s study up': (path) => path.replace('/studies/', `/studies/${own}/../`),
  'from A’s study up, escaped': (path) => path.replace('/studies/', `/studies/${own}/%2e%2e/`),
  'from A’s study up, with ;': (path) => path.replace('/studies/', `/studies/${own}/..;/`),
  'from A’s metadata up': (path) => path.replace('/studies/', `/studies/${own}/bulkdata/../../`),
  'from the FHIR endpoint up': (path) => `/fhir/r4/..%2f..${path}`,
  'A’s id and B’s in one segment': (path) =>
    last(path.replace(study, `${own}%2F..%2F${study}`), (part) => part),
  'both ids, with a comma': (path) => path.replace(study, `${own},${study}`),
  'both ids, with an escaped backslash': (path) => path.replace(study, `${own}%5C${study}`),
  'both ids, with a line end': (path) => path.replace(study, `${own}%0A${study}`),
  'both ids, with NUL': (path) => path.replace(study, `${study}%00${own}`),
  'a wildcard': (path) => path.replace(study, `${study.slice(0, -1)}*`),
  'a wildcard, escaped': (path) => path.replace(study, `${study.slice(0, -1)}%2A`),
  'a question mark, escaped': (path) => path.replace(study, `${study.slice(0, -1)}%3F`),
  'a path parameter': (path) => `${path};jsessionid=1`,
  'a path parameter within': (path) => path.replace(study, `${study};v=1`),
  'NUL behind it': (path) => `${path}%00`,
  'NUL and an ending behind it': (path) => `${path}%00.html`,
  'blanks around it': (path) => last(path, (part) => `%20${part}%20`),
  'a tab behind it': (path) => `${path}%09`,
  'a line end behind it': (path) => `${path}%0d%0a`,
  'a byte that is no UTF-8': (path) => `${path}%ff`,
  'half an escape': (path) => `${path}%2`,
  'an escaped question mark': (path) => `${path}%3Fx=1`,
  'an escaped number sign': (path) => `${path}%23`,
  'a number sign': (path) => `${path}#x`,
  'other letters’ case': (path) =>
    path.replace(/studies|ImagingStudy|Patient/, (word) =>
      word === 'studies' ? 'Studies' : word.toLowerCase(),
    ),
  'a leading slash more': (path) => `/${path}`,
  'the absolute form': (path) => `http://gateway.test${path}`,
  'the absolute form of another host': (path) => `http://127.0.0.1:1${path}`,
  'the absolute form with a user': (path) => `http://a:b@gateway.test${path}`,
  'an overlong id': (path) => last(path, (part) => `${part}${'.0'.repeat(2000)}`),
  'zeros before a part of the id': (path) => path.replace(study, study.replace(/\.77\./, '.077.')),
  'hexadecimal, as odd UIDs are written': (path) =>
    path.replace(study, `x-${Buffer.from(study).toString('hex')}`),
  'a mark of somebody': (path) => path.replace(study, `${study}-p96331856ba06`),
};

/** Paths to what is B's, written so; those that this way leaves as they are are not among them. */
function written(way: (path: string) => string): string[] {
  return PLAIN.map(way).filter((path) => !PLAIN.includes(path));
}

test.each(Object.entries(WAYS))('%s: nothing of B, and no failure', async (_way, way) => {
  const targets = written(way);
  expect(targets.length).toBeGreaterThan(0);
  const answers = await each(targets, async (target) => {
    const answer = await world.ask({ target }, ofA);
    const { status } = answer;
    return { target, status, traces: tracesOfOthers(answer, { target }) };
  });
  // Searches (a slash behind `/series`) may be answered with what is A's.
  const wrong = answers.filter(({ status, traces }) => traces.length > 0 || status >= 500);
  expect(wrong).toEqual([]);
  expect(answers.filter(({ status }) => status < 200)).toEqual([]);
});

test('the archive was asked for no part of B’s by any of these', async () => {
  const asked = world.archive.seen.length;
  for (const way of Object.values(WAYS)) {
    await each(written(way), (target) => world.ask({ target }, ofA));
  }
  const parts = world.archive.seen.slice(asked).filter((one) => /^\/studies\/[^?]/.test(one));
  expect(parts.filter((one) => one.includes(study))).toEqual([]);
});

test('what hides a path’s meaning is refused as such, whoever it may lead to', async () => {
  const tricks = ['dots escaped', 'slashes escaped', 'slashes doubled', 'up and down again'];
  for (const name of [...tricks, 'slashes as backslashes', 'the absolute form']) {
    for (const target of written(WAYS[name] ?? String)) {
      const forNobody = target.replaceAll(study, NAMES_OF_NOBODY.study);
      const answers = [
        await world.ask({ target }, ofA),
        await world.ask({ target: forNobody }, ofA),
      ];
      expect([target, ...answers.map(({ status }) => status)]).toEqual([target, 400, 400]);
    }
  }
});

test('headers that name another path, host or method change nothing', async () => {
  const target = `/dicom-web/studies/${own}/metadata`;
  const other = `/dicom-web/studies/${study}/metadata`;
  for (const header of [
    { 'X-Original-URL': other },
    { 'X-Rewrite-URL': other },
    { 'X-Forwarded-Prefix': other, 'X-Forwarded-Host': 'evil.test' },
    { 'X-HTTP-Method-Override': 'DELETE' },
    { Forwarded: 'host=evil.test;proto=https' },
    { Host: 'evil.test' },
  ]) {
    const headers = Object.fromEntries(Object.entries(header));
    const answer = await world.ask({ target, headers }, ofA);
    expect(answer.status).toBe(200);
    expect(answer.body.toString('latin1')).not.toContain('evil.test');
    expect(tracesOfOthers(answer, { target })).toEqual([]);
  }
});
