import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { traceOf } from '../../src/http/traceContext';
import {
  held,
  holding,
  startFakeArchive,
  type FakeArchive,
  type Seen,
} from '../gateway/fakeArchive';
import { startGateway, type Running } from '../gateway/running';

/* W3C Trace Context: what a request is part of is read by the rules, passed on with a new span, and logged. */

const ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const GOOD = `00-${ID}-${SPAN}-01`;
const ZEROS = '0'.repeat(32);
const FRESH = { id: expect.stringMatching(/^[0-9a-f]{32}$/) as string, flags: '02' };

describe('traceparent', () => {
  test.each([
    ['version 00', GOOD, '01'],
    ['not sampled', `00-${ID}-${SPAN}-00`, '00'],
    ['flags that this version does not know, which are not passed on', `00-${ID}-${SPAN}-ff`, '03'],
    ['a later version', `cc-${ID}-${SPAN}-01`, '01'],
    ['a later version with more fields', `cc-${ID}-${SPAN}-01-what-the-future-is`, '01'],
    ['blanks around it', ` ${GOOD} `, '01'],
  ])('is taken: %s', (_, value, flags) => {
    expect(traceOf(value, undefined)).toEqual({ id: ID, flags });
  });

  test.each([
    ['none', undefined],
    ['nothing', ''],
    ['version ff', `ff-${ID}-${SPAN}-01`],
    ['version 00 with more fields', `${GOOD}-more`],
    ['a later version with more behind the flags', `cc-${ID}-${SPAN}-01.more`],
    ['capital letters', GOOD.toUpperCase()],
    ['a trace-id of zeros', `00-${ZEROS}-${SPAN}-01`],
    ['a parent-id of zeros', `00-${ID}-${ZEROS.slice(16)}-01`],
    ['a short trace-id', `00-${ID.slice(1)}-${SPAN}-01`],
    ['a long one', `00-${ID}0-${SPAN}-01`],
    ['no flags', `00-${ID}-${SPAN}`],
    ['two of them', `${GOOD}, ${GOOD}`],
    ['a line', `${GOOD}\n`.replace('0a', '\n')],
    ['a name', 'Doe^Jane'],
  ])('is dropped, with its tracestate, for a fresh one: %s', (_, value) => {
    expect(traceOf(value, 'vendor=1')).toEqual(FRESH);
  });

  test('a fresh one is new each time', () => {
    expect(traceOf(undefined, undefined).id).not.toBe(traceOf(undefined, undefined).id);
  });

  test('whatever is sent, what is passed on keeps the rules', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (parent, state) => {
        const trace = traceOf(parent, state);
        expect(trace.id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
        expect(trace.flags).toMatch(/^0[0-3]$/);
        expect(trace.state).toBeUndefined();
      }),
    );
  });
});

describe('tracestate', () => {
  const stateOf = (value: string) => traceOf(GOOD, value).state;

  test.each([
    ['one', 'rojo=00f067aa0ba902b7'],
    ['several', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a tenant', 'fw529a3039@dt=FfAAbA'],
    ['characters of keys and values', 'a_-*/0=!"#$%&\'()*+-./:;<>?@[]^_`{|}~'],
    ['as many as there may be', Array.from({ length: 32 }, (_, at) => `k${at}=v`).join(',')],
  ])('is passed on: %s', (_, value) => {
    expect(stateOf(value)).toBe(value);
  });

  test('is tidied: blanks around members and empty members go', () => {
    expect(stateOf('a=1 ,\t b=2,, ')).toBe('a=1,b=2');
  });

  test.each([
    ['nothing', ''],
    ['no value', 'a='],
    ['no key', '=1'],
    ['no member', 'a'],
    ['a capital letter in the key', 'A=1'],
    ['an equals sign in the value', 'a=1=2'],
    ['a letter beyond ASCII', 'a=ü'],
    ['the same key twice', 'a=1,a=2'],
    ['a key of 257 characters', `${'a'.repeat(257)}=1`],
    ['a value of 257 characters', `a=${'1'.repeat(257)}`],
    ['33 members', Array.from({ length: 33 }, (_, at) => `k${at}=v`).join(',')],
    ['more than everybody has to pass on', `a=${'1'.repeat(250)},b=${'1'.repeat(256)},c=1234`],
  ])('is dropped alone: %s', (_, value) => {
    expect(traceOf(GOOD, value)).toEqual({ id: ID, flags: '01' });
  });

  test('long hostile values are refused at once', () => {
    const before = performance.now();
    for (const value of ['a'.repeat(1e5), `a=${' '.repeat(1e5)}`, 'a=1,'.repeat(1e5)]) {
      expect(stateOf(value)).toBeUndefined();
    }
    expect(performance.now() - before).toBeLessThan(100);
  });
});

describe('a request', () => {
  let archive: FakeArchive;
  let running: Running;

  beforeEach(async () => {
    archive = await startFakeArchive(holding([held('1.2.3'), held('1.2.4')]));
    running = await startGateway(archive.url);
  });
  afterEach(async () => {
    await running.close();
    await archive.close();
  });

  const parentsOf = (seen: readonly Seen[]) =>
    seen.map(({ headers }) => String(headers.traceparent).split('-'));
  const REQUEST = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';

  test.each([
    ['ImagingStudy', 'searches'],
    ['dicom-web', 'transfers'],
  ])('is passed on to every call it takes, each a span of its own: %s', async (way) => {
    const url =
      way === 'dicom-web' ? `${running.url}/dicom-web/studies/1.2.3/metadata` : 'ImagingStudy';
    const { headers } = await running.get(url, {
      headers: { traceparent: GOOD, tracestate: 'vendor=1', 'x-request-id': REQUEST },
    });
    expect(headers.get('X-Request-Id')).toBe(REQUEST);
    expect(archive.seen.length).toBeGreaterThan(1);
    const parents = parentsOf(archive.seen);
    for (const parent of parents) {
      expect(parent).toEqual(['00', ID, expect.stringMatching(/^[0-9a-f]{16}$/), '01']);
    }
    const spans = parents.map(([, , span]) => span);
    expect(new Set([...spans, SPAN]).size).toBe(spans.length + 1);
    for (const seen of archive.seen) {
      expect([seen.headers.tracestate, seen.headers['x-request-id']]).toEqual([
        'vendor=1',
        REQUEST,
      ]);
    }
  });

  test('without a trace begins one, under the id that is told', async () => {
    const { headers } = await running.get('ImagingStudy');
    const ids = new Set(parentsOf(archive.seen).map(([, id]) => id));
    expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(new Set(archive.seen.map((seen) => seen.headers['x-request-id']))).toEqual(
      new Set([headers.get('X-Request-Id')]),
    );
  });

  test('has its trace in its line of the log, and nothing that a client wrote by no rule', async () => {
    await running.get('ImagingStudy', { headers: { traceparent: GOOD } });
    await running.get('ImagingStudy', {
      headers: { traceparent: 'Doe^Jane', tracestate: 'doe=jane', 'x-request-id': 'Doe.Jane' },
    });
    await pause(50);
    const lines = running.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const traces = lines.filter(({ route }) => route === '/ImagingStudy');
    expect(traces.map(({ trace_id: id }) => id)).toEqual([
      ID,
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    expect(running.log.join('')).not.toMatch(/doe/i);
    expect(JSON.stringify(archive.seen)).not.toMatch(/doe/i);
  });

  test('of a page in a browser may bring it: CORS allows the headers', async () => {
    const { headers } = await running.get('ImagingStudy', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'traceparent,tracestate',
      },
    });
    expect(headers.get('Access-Control-Allow-Headers')).toMatch(/traceparent.*tracestate/);
  });

  test('what the gateway asks for itself is part of no request', async () => {
    await running.gateway.probe();
    expect(archive.seen.length).toBeGreaterThan(0);
    expect(archive.seen.flatMap(({ headers }) => headers.traceparent ?? [])).toEqual([]);
  });
});
