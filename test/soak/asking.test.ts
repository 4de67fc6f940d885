import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway, type Running } from '../gateway/running';
import { createAsking } from './asking';
import { BLOCKS, startBreakingArchive, type BreakingArchive } from './breaking';
import { MIX, type Wanted } from './requests';
import { helpText, readOptions } from './options';
import { emptyTally } from './tally';

/* What the soak asks, and what it notices: its own eyes are tested before an hour of looking is believed. */

const PATIENT = 1007;

describe('before a gateway and an archive that are well', () => {
  let archive: BreakingArchive;
  let gateway: Running;
  beforeAll(async () => {
    archive = await startBreakingArchive(0);
    gateway = await startGateway(archive.url, { PACS_DIALECT: 'generic' });
  });
  afterAll(async () => {
    await gateway.close();
    await archive.close();
  });

  test('everything that is asked is answered, with what was asked for', async () => {
    const tally = emptyTally();
    const asking = createAsking(gateway.url, tally);
    for (const [, ask] of MIX) {
      for (let time = 0; time < 4; time++) await asking.ask(ask(PATIENT), PATIENT);
    }
    expect(tally).toMatchObject({
      asked: MIX.length * 4,
      unanswered: 0,
      wrongPatient: 0,
      partAsWhole: 0,
      broken: 0,
      examples: [],
    });
    expect(tally.answered + tally.left).toBe(tally.asked);
  });

  test('an answer about another patient than was asked for is noticed', async () => {
    const tally = emptyTally();
    const asking = createAsking(gateway.url, tally);
    const targets = [
      '/fhir/dstu1/ImagingStudy?subject.identifier=P1008',
      '/fhir/r4/ImagingStudy?patient.identifier=P1008&_format=xml',
      '/fhir/r5/Patient?identifier=P1008',
      '/dicom-web/studies/1.3.1008.1',
      '/dicom-web/studies/1.3.1008.1/series/1.3.1008.1.1/metadata',
    ];
    for (const target of targets) {
      await asking.ask({ target, headers: {}, streams: false }, PATIENT);
    }
    expect(tally.wrongPatient).toBe(targets.length);
  });
});

describe('before a server that is not well', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function ask(listener: RequestListener, wanted: Partial<Wanted>) {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const tally = emptyTally();
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    await createAsking(url, tally).ask(
      { target: '/', headers: {}, streams: false, ...wanted },
      PATIENT,
    );
    return tally;
  }

  const block = `1.3.${PATIENT}.1 `.padEnd(1024, '.');

  test('a transfer that lacks something and looks whole is noticed', async () => {
    const tally = await ask((_request, response) => response.end(block.repeat(BLOCKS - 1)), {
      streams: true,
      blocks: BLOCKS,
    });
    expect(tally).toMatchObject({ partAsWhole: 1, broken: 0 });
  });

  test('a transfer that breaks off is no whole one', async () => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 9999 });
      response.write(block, () => response.destroy());
    };
    expect(await ask(listener, { streams: true, blocks: BLOCKS })).toMatchObject({
      broken: 1,
      partAsWhole: 0,
    });
    expect(await ask(listener, {})).toMatchObject({ broken: 0, unanswered: 1 });
  });

  test.each<[string, number, string, Partial<Wanted>]>([
    ['a status that nobody expects', 500, '', {}],
    ['"not modified" for a tag that nothing ever had', 304, '', { tag: 'foreign' }],
    ['a good answer without what was asked for', 200, '{}', {}],
  ])('%s is noticed', async (_what, status, body, wanted) => {
    const tally = await ask((_request, response) => response.writeHead(status).end(body), wanted);
    expect(tally.unexpected).toBe(1);
  });
});

test('arguments have defaults and help, and what is wrong is named', () => {
  expect(readOptions([])).toMatchObject({ minutes: 60, rate: 20, faults: 0.01 });
  expect(readOptions(['--rate', '5', '--minutes', '0.5'])).toMatchObject({ rate: 5, minutes: 0.5 });
  expect(readOptions(['--help'])).toBeUndefined();
  expect(helpText()).toContain('--faults');
  expect(() => readOptions(['--rate', 'x'])).toThrow('--rate x: write for example --rate 20');
  expect(() => readOptions(['--rates', '1'])).toThrow('--rates');
});
