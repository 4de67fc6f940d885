import { z } from 'zod';
import { startDemoArchive } from '../../src/demo/archive';
import { startFakeArchive } from '../gateway/fakeArchive';
import { archive, doctor, SECRETS, STUDIES } from './archives';

/* Nothing of a patient is in anything that the doctor writes. */

/** Shorter texts are in every report by chance. */
const TELLING = 5;

/** All texts of an answer that are values: names, numbers, dates, UIDs. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name === 'vr' ? [] : textsOf(each)));
}

async function everythingIn(root: string): Promise<string[]> {
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${root}/${path}`, { headers: { Accept: 'application/dicom+json' } })).json();
  const studies = z
    .array(z.looseObject({ '0020000D': z.object({ Value: z.array(z.string()) }) }))
    .parse(await get('studies?includefield=all'));
  const uids = studies.map((row) => row['0020000D'].Value[0] ?? '');
  const files = await Promise.all(uids.map((uid) => get(`studies/${uid}/metadata`)));
  const texts = textsOf([studies, files]).flatMap((text) => [text, ...text.split(/[\^=\\]/)]);
  // What the archive says of itself is not of a patient: its own URL, and words of the report.
  return [...new Set(texts)].filter(
    (text) => text.trim().length >= TELLING && !text.startsWith('http'),
  );
}

/** Words that a report has of itself, and character sets and transfer syntaxes that are no values of a patient. */
const OWN = /^(IMAGE|ISO_IR \d+|[+-]\d{4}|ORIGINAL|PRIMARY|ONLINE|COMPLETE|[A-Z]+_[A-Z0-9_]+)$/;

test.each([
  ['text', []],
  ['JSON', ['--json']],
])(
  'the %s about the demo archive holds no value of any of its files',
  async (_form, args) => {
    const demo = await startDemoArchive({ host: '127.0.0.1', port: 0 });
    const [values, { out, err }] = [
      await everythingIn(demo.url),
      await doctor([demo.url, ...args]),
    ];
    await demo.close();
    expect(values.length).toBeGreaterThan(500);
    const written = `${out}${err}`.toLowerCase();
    const told = values.filter(
      (value) => !OWN.test(value) && written.includes(value.toLowerCase()),
    );
    expect(told).toEqual([]);
  },
  120_000,
);

test.each([
  ['is well', archive()],
  ['ignores every key', archive({ ignoresKeys: true })],
  [
    'repeats everything in its errors',
    archive({}, ({ query }) =>
      query.has('StudyDate')
        ? {
            status: 500,
            headers: { Warning: `299 x "${SECRETS.join(' ')}"` },
            body: SECRETS.join(),
          }
        : undefined,
    ),
  ],
  [
    'repeats everything in headers',
    archive({}, ({ path }) =>
      path === '/studies'
        ? {
            headers: { Server: 'archive', ETag: `"${SECRETS.join()}"` },
            body: JSON.stringify(STUDIES.map(({ study }) => study)),
          }
        : undefined,
    ),
  ],
])('of an archive that %s no secret is told', async (_words, script) => {
  const fake = await startFakeArchive(script);
  const runs = [await doctor([fake.url]), await doctor([fake.url, '--json'])];
  await fake.close();
  for (const { out, err } of runs) {
    expect(out.length).toBeGreaterThan(500);
    for (const secret of [...SECRETS, '1.2.840.99.']) expect(out + err).not.toContain(secret);
  }
});

test('credentials are in nothing that is written', async () => {
  const fake = await startFakeArchive(archive());
  const env = { PACS_USERNAME: 'geheimrat', PACS_PASSWORD: 'geheimnis' };
  const { out, err } = await doctor([fake.url], env);
  const sent = fake.seen.map(({ headers }) => headers.authorization);
  await fake.close();
  const basic = Buffer.from('geheimrat:geheimnis').toString('base64');
  expect(new Set(sent)).toEqual(new Set([`Basic ${basic}`]));
  for (const secret of ['geheimrat', 'geheimnis', basic]) expect(out + err).not.toContain(secret);
});

test('control characters of an archive do not reach the terminal', async () => {
  const fake = await startFakeArchive(() => ({
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="\x80\x9b31mred"' },
  }));
  const { out } = await doctor([fake.url]);
  await fake.close();
  expect(out).toMatch(/realm "\?31mred"/);
  expect(out.replaceAll('\n', '')).toMatch(/^[\x20-\x7e]*$/);
});
