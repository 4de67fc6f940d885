import { exchange } from '../security/wire';
import { held } from '../gateway/fakeArchive';
import { onSearch, respond, startFaultArchive, type FaultArchive } from './faultArchive';
import { startGateway, type Running } from '../gateway/running';

/*
 * F41: answers of the archive and requests of clients, mutated byte by byte from a seed. FUZZ_RUNS sets how many
 * (10000 in CI), FUZZ_SEED repeats a run.
 */

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
const SLOWEST_MS = 5000;

let archive: FaultArchive;
let running: Running;

jest.setTimeout(60_000 + RUNS * 30);

beforeAll(async () => {
  archive = await startFaultArchive();
  running = await startGateway(archive.url, {
    PACS_DIALECT: 'generic',
    CACHE_MAX_BYTES: '0',
    PACS_RETRIES: '0',
    PACS_BREAKER_CONSECUTIVE: '10000',
    PACS_BREAKER_FAILURES: '10000',
    PACS_BREAKER_WINDOW: '10000',
  });
  await running.get('ImagingStudy');
});
afterAll(async () => {
  await running.close();
  await archive.close();
});

/** Numbers below `below`, the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to four bytes changed, taken out, doubled or cut off. */
function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(mutated.length || 1);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    const ways = [
      () => Buffer.concat([before, Buffer.from([random(256)]), after.subarray(1)]),
      () => Buffer.concat([before, after.subarray(1 + random(8))]),
      () => Buffer.concat([before, after.subarray(0, 16), after]),
      () => (random(10) === 0 ? before : mutated),
    ];
    mutated = ways[random(ways.length)]?.() ?? mutated;
  }
  return mutated;
}

const TYPES = ['Bundle', 'feed', 'OperationOutcome', 'ImagingStudy', 'Patient', 'Conformance'];

/** What is wrong with an answer: nothing, or a text that names it. */
function faultOf(status: number, text: string): string | undefined {
  if (status < 200 || status === 500 || status > 504) return `status ${status}`;
  const xml = /<(\w+)/.exec(text)?.[1] ?? '';
  if (text.startsWith('<')) return TYPES.includes(xml) ? undefined : `XML of ${xml}`;
  const json: unknown = JSON.parse(text);
  const type: unknown =
    typeof json === 'object' && json !== null && 'resourceType' in json ? json.resourceType : '';
  return TYPES.includes(String(type)) ? undefined : `JSON of ${String(type)}`;
}

test('mutated answers of the archive: always a valid bundle or outcome, and never late', async () => {
  const random = randomFrom(SEED);
  const recorded = Buffer.from(JSON.stringify([held('1.2.3').study, held('1.2.4').study]));
  let body: Buffer = recorded;
  archive.fault = onSearch(({ socket }) => respond(socket, body));
  const faults: string[] = [];
  for (let run = 0; run < RUNS; run++) {
    body = mutate(recorded, random);
    const started = performance.now();
    const { status, text } = await running.get('ImagingStudy?_summary=true');
    const fault = faultOf(status, text);
    const late = performance.now() - started > SLOWEST_MS;
    if (fault !== undefined || late) faults.push(`run ${run}: ${fault ?? 'late'}`);
  }
  expect(faults).toEqual([]);
});

test('mutated URLs, headers and tokens: an answer each time, and no failure of the gateway’s own', async () => {
  archive.fault = undefined;
  const random = randomFrom(SEED + 1);
  const target = Buffer.from(
    '/fhir/dstu1/ImagingStudy?subject.identifier=urn:oid:1.2|P1&date=2020-01-02&_count=5',
  );
  const token = Buffer.from('Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln');
  const accept = Buffer.from('application/fhir+json; fhirVersion=4.0, application/xml;q=0.5');
  const faults: string[] = [];
  const clean = (bytes: Buffer) => bytes.toString('latin1').replace(/[\r\n\0]/g, '');
  for (let run = 0; run < RUNS / 2; run++) {
    const path = clean(mutate(target, random)).replace(/ /g, '%20');
    const headers = {
      Authorization: clean(mutate(token, random)),
      Accept: clean(mutate(accept, random)),
    };
    const { status, headers: told } = await exchange(running.url, { target: path, headers });
    const own = status === 500 || status < 200 || (status >= 400 && told.size === 0);
    if (own) faults.push(`run ${run}: ${status}`);
  }
  expect(faults).toEqual([]);
  expect((await running.get('ImagingStudy')).status).toBe(200);
});
