import fc from 'fast-check';
import { isRecord } from '../../src/dicom/dataset';
import {
  archives,
  callers,
  keyOf,
  logicalId,
  questions,
  vices,
  type Key,
  type Known,
} from './anybody';
import { startAuthority, type Authority } from './authority';
import { COLD, each, startWorld, type World } from './world';

/*
 * Over archives of anybody's studies and tokens for anybody: what a bound caller finds is what a service finds by the
 * same question and is of the caller's patient, no more and no less; what a bound caller retrieves is of that patient
 * alone.
 */

const SECONDS = 15;

jest.setTimeout(60_000);

let authority: Authority;
let world: World;
let service: string;

beforeAll(async () => {
  authority = await startAuthority();
  service = await authority.sign({ scope: 'system/*.rs', client_id: 'service' });
  // Small windows and pages have larger results paged every way there is.
  world = await startWorld({
    authority,
    env: { ...COLD, RESTRICTED_STUDIES: '[]', SEARCH_WINDOW_ROWS: '5' },
  });
});
afterAll(async () => {
  await world.close();
  await authority.close();
});

/** Accession numbers of everything that a question finds, page by page; nothing where it is refused. */
async function find(target: string, token: string): Promise<string[]> {
  const found = new Set<string>();
  let next: string | undefined = target;
  for (let pages = 0; next !== undefined && pages < 30; pages += 1) {
    const { status, body } = await world.ask({ target: next }, token);
    if (status === 403) return [];
    if (status !== 200) throw new Error(`${status} for ${next}: ${body.toString()}`);
    for (const accession of body.toString().match(/ACC-A-\d+\b(?=")/g) ?? []) {
      if (!repeatedBy(next).includes(accession)) found.add(accession);
      else if (shows(body, accession)) found.add(accession);
    }
    next = nextOf(body);
  }
  return [...found].sort();
}

/** What a page repeats in its links. */
function repeatedBy(target: string): string[] {
  return target.match(/ACC-A-\d+/g) ?? [];
}

/** Whether an answer has an accession number elsewhere than in a link. */
function shows(body: Buffer, accession: string): boolean {
  const text = body.toString().replace(/"https:[^"]*"/g, '');
  return new RegExp(`"${accession}"`).test(text);
}

function nextOf(body: Buffer): string | undefined {
  const page: unknown = JSON.parse(body.toString());
  const links = isRecord(page) && Array.isArray(page.link) ? page.link.filter(isRecord) : [];
  const next = links.find((link) => link.relation === 'next' || link.rel === 'next');
  const url = next?.url ?? next?.href;
  return typeof url === 'string' ? url.replace(/^https?:\/\/[^/]+/, '') : undefined;
}

/** THE ORACLE: the same Patient ID to the letter, and the same issuer or none. */
function isOf({ id: wanted, issuer: by }: Key, { patient }: Known): boolean {
  return patient.id === wanted && patient.issuer === by;
}

async function tokenOf(who: Key): Promise<string> {
  return authority.sign({ scope: 'patient/*.rs', patient: logicalId(who), client_id: 'app' });
}

/** Runs a property as often as there is time for. @returns how often that was */
async function holdsFor<T>(property: fc.IAsyncProperty<T>): Promise<number> {
  const limits = { interruptAfterTimeLimit: (SECONDS / 2) * 1000, numRuns: 400 };
  const { failed, numRuns, counterexample, errorInstance } = await fc.check(property, limits);
  if (failed) throw new Error(JSON.stringify(counterexample), { cause: errorInstance });
  return numRuns;
}

test('a search finds what a service finds by it and is the caller’s, no more and no less', async () => {
  let [some, left] = [0, 0];
  const runs = await holdsFor(
    fc.asyncProperty(archives, vices, callers, questions, async (known, vice, caller, question) => {
      const who = keyOf(caller, known);
      world.archive.holds = known.map(({ held }) => held);
      world.archive.vice = vice;
      const all = await find(question, service);
      const own = known.filter((one) => isOf(who, one)).map(({ accession }) => accession);
      const found = await find(question, await tokenOf(who));
      expect([question, found]).toEqual([question, all.filter((one) => own.includes(one))]);
      some += found.length > 0 ? 1 : 0;
      left += all.length > found.length ? 1 : 0;
    }),
  );
  // Some of them found something, and some would have found others' things.
  expect(some).toBeGreaterThan(runs / 50);
  expect(left).toBeGreaterThan(runs / 50);
});

test('a retrieval brings the bytes of the caller’s studies whole, and of nobody else', async () => {
  let some = 0;
  const runs = await holdsFor(
    fc.asyncProperty(archives, vices, callers, async (known, vice, caller) => {
      const who = keyOf(caller, known);
      world.archive.holds = known.map(({ held }) => held);
      world.archive.vice = vice;
      const token = await tokenOf(who);
      const uids = [...new Set(known.map(({ held }) => held.uid))];
      const got = await each(uids, async (uid) => {
        const { status, body } = await world.ask({ target: `/dicom-web/studies/${uid}` }, token);
        return [uid, status, bytesIn(body)];
      });
      const expected = uids.map((uid) => {
        const under = known.filter(({ held }) => held.uid === uid);
        if (!under.every((one) => isOf(who, one))) return [uid, 404, []];
        some += 1;
        const instances = under.flatMap(({ held }) => held.instances);
        return [uid, 200, instances.map((one) => one.uid).sort()];
      });
      expect(got).toEqual(expected);
    }),
  );
  expect(some).toBeGreaterThan(runs / 50);
});

/** The SOP Instance UIDs of the files in a body, as their bytes tell. */
function bytesIn(body: Buffer): string[] {
  const files = body.toString('latin1').matchAll(/BYTES-OF-A ([\d.]+)/g);
  return Array.from(files, ([, uid]) => uid ?? '').sort();
}
