import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { codingFor, createBody } from '../../src/http/coding';

/* Which coding a client gets (RFC 9110 12.5.3), and what is in it. */

const LONG = 100_000;

describe('the coding of an answer', () => {
  test.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, br;q=0.9', 'gzip'],
    ['gzip;q=0.5', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['*;q=0.1, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', 'identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', 'identity'],
    ['deflate, zstd', 'identity'],
    ['gzip;q=2', 'identity'],
    ['gzip;q=yes, br;q=0.1', 'br'],
    [' gzip ; q=0.4 , br ; Q=0.3 ', 'gzip'],
  ])('for %j is %s', (accepted, coding) => {
    expect(codingFor(accepted, LONG)).toBe(coding);
  });

  test('of a short answer is none: it is a packet in any case', () => {
    expect(codingFor('br, gzip', 1023)).toBe('identity');
    expect(codingFor('br, gzip', 1024)).toBe('br');
  });
});

describe('a body', () => {
  const text = Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_, at) => ({ at }))));

  test('is the same in every coding, and smaller', async () => {
    const body = createBody(text, () => undefined);
    const [zipped, squeezed] = [await body.in('gzip'), await body.in('br')];
    expect(gunzipSync(zipped).equals(text)).toBe(true);
    expect(brotliDecompressSync(squeezed).equals(text)).toBe(true);
    expect(Math.max(zipped.length, squeezed.length)).toBeLessThan(text.length / 2);
  });

  test('is compressed once, also for those who ask at the same time, and counted', async () => {
    let grown = 0;
    const body = createBody(text, () => (grown += 1));
    expect(body.size()).toBe(text.length);
    const made = await Promise.all([body.in('gzip'), body.in('gzip')]);
    expect(made[0]).toBe(made[1]);
    expect(await body.in('gzip')).toBe(made[0]);
    expect(grown).toBe(1);
    expect(body.size()).toBe(text.length + made[0].length);
  });
});
