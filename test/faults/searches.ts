import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { held, row as dataSet } from '../gateway/fakeArchive';
import { onSearch, respond, startFaultArchive, isStudySearch, type Fault } from './faultArchive';
import { search, searchRow, type Row } from './rows';

/* Faults of what answers a study search: connections, bodies, statuses. */

const ONE = JSON.stringify([held('1.2.3').study]);
const BOMB = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
const broken = '502 pacs-broken-answer';

/** The same answer to every search. */
const always = (
  body: string | Buffer,
  how: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
) => onSearch(({ socket }) => respond(socket, body, how));
const raw = (text: string, end = false) =>
  onSearch(({ socket }) => {
    socket.write(text);
    if (end) setTimeout(() => socket.end(), 20);
  });

/** Answers once with a status, then honestly. */
function once(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  let asked = 0;
  return onSearch(({ socket }) => {
    asked += 1;
    if (asked > 1) return 'honest';
    respond(socket, '', { status, headers });
    return 'answered';
  });
}

const CONNECTIONS: readonly Row[] = [
  {
    id: 'F1',
    fault: 'archive down: connection refused',
    answer: '503 pacs-unreachable, and 200 of /health/ready',
    withinMs: 1000,
    cached: 'nothing',
    async run(stand) {
      const { port } = stand.archive;
      await stand.archive.close();
      const words = await search(stand);
      const { status } = await stand.gateway.get(`${stand.gateway.url}/health/ready`);
      stand.archive = await startFaultArchive(undefined, port);
      return `${words}, and ${status} of /health/ready`;
    },
  },
  {
    ...searchRow(
      {
        id: 'F3',
        fault: 'accepts, never answers',
        answer: '504 pacs-timeout, no socket left',
        cached: 'nothing',
        env: {
          PACS_SEARCH_FIRST_BYTE_MS: '250',
          PACS_BREAKER_CONSECUTIVE: '1000',
          PACS_BREAKER_FAILURES: '1000',
          PACS_BREAKER_WINDOW: '1000',
        },
      },
      () => undefined,
    ),
    withinMs: 9000,
    async run(stand) {
      stand.archive.fault = onSearch(() => undefined);
      const words = new Set<string>();
      for (let index = 0; index < 20; index++)
        words.add(await search(stand, `ImagingStudy?_count=${index + 1}`));
      await pause(50);
      return `${[...words].join()}, ${stand.archive.sockets.size > 2 ? 'sockets' : 'no socket'} left`;
    },
  },
  searchRow(
    {
      id: 'F4',
      fault: 'headers late, within the deadline',
      answer: '200, 1 of 1',
      cached: 'the answer',
      withinMs: 1200,
    },
    onSearch(({ socket }) => void setTimeout(() => respond(socket, ONE), 600)),
  ),
  searchRow(
    {
      id: 'F5',
      fault: 'drips a byte now and then',
      answer: '504 pacs-timeout',
      cached: 'nothing',
      withinMs: 2000,
    },
    onSearch(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[');
      const timer = setInterval(() => socket.write(' '), 50);
      socket.on('close', () => clearInterval(timer));
    }),
  ),
  searchRow(
    { id: 'F27', fault: 'reset before headers, once', answer: '200, 1 of 1', cached: 'the answer' },
    (() => {
      let asked = 0;
      return onSearch(({ socket }) => {
        asked += 1;
        if (asked > 1) return 'honest';
        socket.resetAndDestroy();
        return 'answered';
      });
    })(),
  ),
];

const BODIES: readonly Row[] = [
  searchRow(
    { id: 'F7', fault: 'JSON cut before its Content-Length', answer: broken, cached: 'nothing' },
    raw(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${ONE.slice(0, 99)}`, true),
  ),
  searchRow(
    { id: 'F8', fault: 'JSON cut, chunked and cleanly ended', answer: broken, cached: 'nothing' },
    raw(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\n${ONE.slice(0, 99)}\r\n0\r\n\r\n`,
    ),
  ),
  searchRow(
    {
      id: 'F14',
      fault: '200 with a login page',
      answer: '502 pacs-html-answer',
      cached: 'nothing',
    },
    always('<!DOCTYPE html><p>Jane Doe', { headers: { 'Content-Type': 'text/html' } }),
  ),
  searchRow(
    { id: 'F15', fault: 'redirect to a login', answer: '502 pacs-redirect', cached: 'nothing' },
    always('', { status: 302, headers: { Location: 'http://sso.test/' } }),
  ),
  searchRow(
    { id: 'F16', fault: 'multipart XML', answer: '502 pacs-not-dicom-json', cached: 'nothing' },
    always('--b\r\n\r\n<NativeDicomModel/>', {
      headers: { 'Content-Type': 'multipart/related; boundary=b' },
    }),
  ),
  searchRow(
    { id: 'F17a', fault: '204', answer: '200, 0 of 0', cached: 'the answer' },
    raw('HTTP/1.1 204 No Content\r\n\r\n'),
  ),
  searchRow(
    { id: 'F17b', fault: '200 without a body', answer: '200, 0 of 0', cached: 'the answer' },
    always(''),
  ),
  searchRow(
    { id: 'F17c', fault: '200 with []', answer: '200, 0 of 0', cached: 'the answer' },
    always('[]'),
  ),
  searchRow(
    { id: 'F17d', fault: '200 with null', answer: '200, 0 of 0', cached: 'the answer' },
    always('null'),
  ),
  searchRow(
    { id: 'F18a', fault: 'an object instead of a list', answer: broken, cached: 'nothing' },
    always('{}'),
  ),
  searchRow(
    {
      id: 'F18b',
      fault: 'a list of null',
      answer: '200, 0 of unknown + archive-sent-nameless-rows',
      cached: 'the answer',
    },
    always('[null]'),
  ),
  searchRow(
    {
      id: 'F19a',
      fault: 'a row without Study Instance UID among good ones',
      answer: '200, 1 of unknown + archive-sent-nameless-rows',
      cached: 'the answer',
    },
    always(`[{},${ONE.slice(1)}`),
  ),
  searchRow(
    {
      id: 'F19b',
      fault: 'a study whose UID is none, among good ones',
      answer: '200, 2 of 2',
      cached: 'the answer',
    },
    always(JSON.stringify([held('1.2.3').study, held('not a/../UID').study])),
  ),
  searchRow(
    {
      id: 'F20',
      fault: 'a study told twice',
      answer: '200, 1 of 1 + archive-repeats-rows',
      cached: 'the answer',
    },
    always(`[${ONE.slice(1, -1)},${ONE.slice(1)}`),
  ),
  searchRow(
    {
      id: 'F23',
      fault: 'wrong VRs, Value [null], InlineBinary',
      answer: '200, 1 of 1',
      cached: 'the answer',
    },
    always(
      JSON.stringify([
        {
          ...held('1.2.3').study,
          '00080020': { vr: 'SQ', Value: [null] },
          '00081030': { vr: 'LO', InlineBinary: 'AA' },
          '00201208': { vr: 'IS', Value: ['2'] },
        },
      ]),
    ),
  ),
  {
    ...searchRow(
      {
        id: 'F24',
        fault: 'gzip bomb: 200 MiB in 200 KiB',
        answer: '502 pacs-answer-too-large',
        cached: 'nothing',
        withinMs: 3000,
        env: { PACS_MAX_ANSWER_BYTES: '8388608' },
      },
      always(BOMB, { headers: { 'Content-Encoding': 'gzip' } }),
    ),
    withinMb: 60,
  },
  searchRow(
    {
      id: 'F25',
      fault: 'JSON nested 100,000 deep, and __proto__',
      answer: '200, 1 of unknown + archive-sent-nameless-rows',
      cached: 'the answer',
    },
    always(
      `[{"__proto__":{"x":1},"00100020":${'['.repeat(100_000)}${']'.repeat(100_000)}},${ONE.slice(1)}`,
    ),
  ),
  searchRow(
    { id: 'F30a', fault: 'Content-Length that is no number', answer: broken, cached: 'nothing' },
    raw(`HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n${ONE}`),
  ),
  searchRow(
    {
      id: 'F30b',
      fault: 'Transfer-Encoding and Content-Length',
      answer: broken,
      cached: 'nothing',
    },
    raw(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${ONE.length.toString(16)}\r\n${ONE}\r\n0\r\n\r\n`,
    ),
  ),
];

const PAGES: readonly Row[] = [
  {
    id: 'F22',
    fault: 'limit ignored: 10,000 rows',
    answer: 'a page, and archive-ignores-limit',
    withinMs: 8000,
    withinMb: 200,
    cached: 'not asked',
    env: { PACS_SEARCH_TIMEOUT_MS: '8000', PACS_SEARCH_FIRST_BYTE_MS: '8000' },
    async run(stand) {
      const rows = Array.from({ length: 10_000 }, (_, index) => held(`1.2.${index + 1}`).study);
      stand.archive.fault = onSearch(({ socket }) => respond(socket, JSON.stringify(rows)));
      const words = await search(stand, 'ImagingStudy?_summary=true');
      return /^200.*archive-ignores-limit/.test(words)
        ? 'a page, and archive-ignores-limit'
        : words;
    },
  },
];

const STATUSES: readonly Row[] = [
  {
    id: 'F9',
    fault: '500 once, then well',
    answer: '200, 1 of 1 after 2 calls',
    withinMs: 1000,
    cached: 'the answer',
    async run(stand) {
      stand.archive.fault = once(500);
      const words = await search(stand);
      const calls = stand.archive.asked
        .filter(isStudySearch)
        .filter(({ rawQuery }) => !rawQuery.includes('nobody'));
      return `${words} after ${calls.length} calls`;
    },
  },
  {
    id: 'F10',
    fault: '500 always',
    answer: '502 pacs-error five times, then 503 pacs-breaker-open without a call',
    withinMs: 4000,
    cached: 'nothing',
    async run(stand) {
      stand.archive.fault = always('', { status: 500 });
      const words: string[] = [];
      for (let index = 0; index < 5; index++)
        words.push(await search(stand, `ImagingStudy?_count=${index + 1}`));
      const before = stand.archive.asked.length;
      const open = await search(stand);
      const silent = stand.archive.asked.length === before ? 'without a call' : 'with a call';
      await pause(350);
      return `${[...new Set(words)].join()} ${words.length === 5 ? 'five' : '?'} times, then ${open} ${silent}`;
    },
  },
  searchRow(
    {
      id: 'F11a',
      fault: '429 with Retry-After: 1',
      answer: '200, 1 of 1',
      cached: 'the answer',
      withinMs: 2500,
      env: { PACS_SEARCH_TIMEOUT_MS: '4000' },
    },
    once(429, { 'Retry-After': '1' }),
  ),
  searchRow(
    { id: 'F11b', fault: '429 with Retry-After: 20', answer: '503 pacs-busy', cached: 'not asked' },
    once(429, { 'Retry-After': '20' }),
  ),
  {
    id: 'F12',
    fault: '503 with a Retry-After two hours away, as a date',
    answer: '503 pacs-busy, Retry-After 300, and no call while it lasts',
    withinMs: 1000,
    cached: 'not asked',
    async run(stand) {
      const at = new Date(Date.now() + 7_200_000).toUTCString();
      stand.archive.fault = always('', { status: 503, headers: { 'Retry-After': at } });
      const words = await search(stand);
      const before = stand.archive.asked.length;
      const got = await stand.gateway.get('ImagingStudy?_count=3');
      const calls = stand.archive.asked.length - before;
      return `${words}, Retry-After ${got.headers.get('Retry-After')}, and ${calls === 0 ? 'no call' : 'calls'} while it lasts`;
    },
  },
  searchRow(
    {
      id: 'F13',
      fault: '401 for a fixed credential',
      answer: '502 pacs-credentials-rejected',
      cached: 'nothing',
    },
    always('', { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } }),
  ),
];

const OFFSETS: readonly Row[] = [
  searchRow(
    {
      id: 'F21',
      fault: 'offset ignored: the same page for ever',
      answer: '200, 1 of 1',
      cached: 'not asked',
      withinMs: 2000,
    },
    onSearch(({ socket }) => {
      const rows = [dataSet({ StudyInstanceUID: '1.2.3', PatientID: 'P1' })];
      respond(socket, JSON.stringify(rows));
    }),
  ),
];

export const SEARCHES: readonly Row[] = [
  ...CONNECTIONS,
  ...BODIES,
  ...STATUSES,
  ...PAGES,
  ...OFFSETS,
];
