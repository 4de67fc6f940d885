import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { decompress } from '../../src/pacs/decompress';

/* Content codings of an archive that may mean harm: bombs, cuts, and names that are no codings. */

const MB = 2 ** 20;
const TEXT = Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_, at) => ({ at }))));
const brotli = (bytes: Buffer) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
const CODINGS: readonly (readonly [name: string, pack: (bytes: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotli],
];

/** How often others had their turn before something was settled. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const count = () => {
    turns += 1;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await work.catch(() => undefined);
  over = true;
  return turns;
}

describe.each(CODINGS)('an answer in %s', (name, pack) => {
  test('is what was packed, small and large', async () => {
    const large = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) % 251));
    for (const whole of [TEXT, large]) {
      expect((await decompress(pack(whole), name, MB)).equals(whole)).toBe(true);
    }
  });

  test('that is cut anywhere is broken, and never a part of it', async () => {
    const packed = pack(TEXT);
    for (let end = 1; end < packed.length; end += 7) {
      await expect(decompress(packed.subarray(0, end), name, MB)).rejects.toMatchObject({
        code: 'pacs-broken-answer',
      });
    }
  });

  test.each([
    ['a small one', 0.5, 1000],
    ['one that is larger than what is unpacked at once', 4, 2 * MB],
  ])('that is a bomb is too large: %s', async (_what, megabytes, mostBytes) => {
    const bomb = pack(Buffer.alloc(megabytes * MB));
    await expect(decompress(bomb, name, mostBytes)).rejects.toMatchObject({
      code: 'pacs-answer-too-large',
    });
  });

  test('that is few bytes and becomes many leaves others their turn, and is whole', async () => {
    const whole = Buffer.alloc(8 * MB);
    const bomb = pack(whole);
    const unpacked = decompress(bomb, name, 16 * MB);
    expect(bomb.length).toBeLessThan(16_384);
    expect(await turnsDuring(unpacked)).toBeGreaterThan(0);
    expect((await unpacked).equals(whole)).toBe(true);
  });
});

test.each(['identity', 'constructor', '__proto__', 'gzip, gzip', 'zstd', ''])(
  'the coding %j is not undone',
  async (coding) => {
    const packed = gzipSync(TEXT);
    expect(await decompress(packed, coding, MB)).toBe(packed);
  },
);
