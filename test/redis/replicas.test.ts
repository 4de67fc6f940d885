import { setTimeout as pause } from 'node:timers/promises';
import { held, holding, startFakeArchive, type FakeArchive } from '../gateway/fakeArchive';
import { describeWith, startHaproxy, startRedis, startReplica, type Program } from './programs';

/* Three replicas behind HAProxy, as processes of their own: what the archive pays, and what a kill costs. */

const PATIENTS = 60;
const STUDIES = Array.from({ length: PATIENTS }, (_, at) =>
  held(`1.2.3.${at + 1}`, { PatientID: `P${at + 1}` }, 20),
);
/** The archive takes its time. */
const ARCHIVE_MS = 15;
const CLIENTS = 8;

interface Run {
  readonly answered: number;
  readonly lost: readonly string[];
  /** Answers that took no call to the archive. */
  readonly hits: number;
  readonly milliseconds: number;
}

describeWith(['redis-server', 'haproxy'], 'three replicas behind HAProxy', () => {
  let archive: FakeArchive;
  const running: Program[] = [];

  beforeAll(async () => {
    const honest = holding(STUDIES);
    archive = await startFakeArchive(async (seen, response) => {
      await pause(ARCHIVE_MS);
      return honest(seen, response);
    });
  });
  afterAll(() => archive.close());
  afterEach(async () => {
    for (const program of running.splice(0)) await program.kill();
  });

  async function open(replicas: number, shared: boolean) {
    const redis = shared ? await startRedis() : undefined;
    if (redis !== undefined) running.push(redis);
    const env = {
      PACS_URL: archive.url,
      PACS_DIALECT: 'generic',
      PAGING_KEY: 'the same in every replica',
      PUBLIC_BASE_URL: 'http://gateway.test',
      // Longer than any run, so that what is counted is sharing and not expiry.
      CACHE_STUDY_ROWS_MS: '600000',
      CHANGES_POLL_MS: '0',
      // A busy machine is not what is tested.
      REDIS_TIMEOUT_MS: '1000',
      ...(redis && { REDIS_URL: redis.url, REDIS_KEY: 'k'.repeat(32) }),
    };
    const started = await Promise.all(Array.from({ length: replicas }, () => startReplica(env)));
    running.push(...started);
    const [first = '', second = first, third = first] = started.map(({ address }) => address);
    const balancer = await startHaproxy([first, second, third]);
    running.push(balancer);
    return { url: balancer.url, replicas: started };
  }

  /** Every patient's studies `times` times over, by several clients at once, in an order that is always the same. */
  async function run(url: string, times: number): Promise<Run> {
    const questions = Array.from(
      { length: PATIENTS * times },
      (_, at) => ((at * 7919) % PATIENTS) + 1,
    );
    const lost: string[] = [];
    let answered = 0;
    let hits = 0;
    const started = performance.now();
    const client = async () => {
      for (let patient = questions.pop(); patient !== undefined; patient = questions.pop()) {
        const { problem, hit } = await ask(url, patient);
        if (problem === undefined) answered += 1;
        else lost.push(problem);
        if (hit) hits += 1;
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return { answered, hits, lost, milliseconds: performance.now() - started };
  }

  /** The answer has to be the patient's one study, whole. */
  async function ask(url: string, patient: number): Promise<{ problem?: string; hit: boolean }> {
    try {
      const response = await fetch(`${url}/fhir/r4/ImagingStudy?patient.identifier=P${patient}`);
      const text = await response.text();
      const hit = !/qido|metadata/.test(response.headers.get('Server-Timing') ?? 'qido');
      const whole =
        text.includes(`urn:oid:1.2.3.${patient}"`) && text.includes(`1.2.3.${patient}.1.20`);
      if (response.status === 200 && whole) return { hit };
      return { problem: `${response.status}: ${text}`, hit };
    } catch (error) {
      return { problem: String(error), hit: false };
    }
  }

  const upstream = () => archive.count(/studies|instances/);

  test('cost the archive what one replica does, while without Redis they cost three times that', async () => {
    const calls: Record<string, number> = {};
    for (const [name, replicas, shared] of [
      ['one replica', 1, false],
      ['three replicas', 3, false],
      ['three replicas and Redis', 3, true],
    ] as const) {
      const { url } = await open(replicas, shared);
      const before = upstream();
      const { answered, hits, lost, milliseconds } = await run(url, 20);
      calls[name] = upstream() - before;
      process.stderr.write(
        `${name}: ${answered} answers in ${milliseconds.toFixed(0)} ms, ${calls[name]} calls upstream, ` +
          `${((hits / answered) * 100).toFixed(1)} % of the answers without any\n`,
      );
      expect(lost).toEqual([]);
      for (const program of running.splice(0)) await program.kill();
    }
    const { 'one replica': one = 0, 'three replicas': alone = 0 } = calls;
    expect(one).toBeGreaterThanOrEqual(2 * PATIENTS);
    expect(alone).toBeGreaterThan(one * 2);
    // Each replica asks the archive what it is.
    expect(calls['three replicas and Redis']).toBeLessThan(one * 1.15);
  }, 180_000);

  test('lose no request when one of them is killed under load', async () => {
    const { url, replicas } = await open(3, true);
    const loaded = run(url, 60);
    let over = false;
    void loaded.then(() => (over = true));
    await pause(1500);
    const [victim] = replicas;
    await victim?.kill();
    expect(over).toBe(false);
    const { answered, lost } = await loaded;
    expect(victim?.process.signalCode).toBe('SIGKILL');
    expect(lost).toEqual([]);
    expect(answered).toBe(PATIENTS * 60);
    process.stderr.write(`killed one of three: ${answered} answers, ${lost.length} lost\n`);
  }, 120_000);
});
