import fc from 'fast-check';
import { parseJson } from '../../src/pacs/json';

/** What a parser makes of a text: its value, or that it refuses. */
async function outcome(parse: () => unknown): Promise<unknown> {
  try {
    return { value: await parse() };
  } catch (error) {
    return { refused: error instanceof SyntaxError };
  }
}

const inSlices = (text: string, bytes: number) => () => parseJson(Buffer.from(text), bytes);
/** Slices as small as this cut between any two members. */
const sliceBytes = fc.integer({ min: 1, max: 12 });

describe('JSON that is parsed in slices', () => {
  test('is what JSON.parse makes of it, whatever it holds and wherever it is cut', async () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 });
    const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(list, object, fc.jsonValue()),
        fc.constantFrom(0, 1, '\t'),
        sliceBytes,
        async (value, space, bytes) => {
          const text = JSON.stringify(value, null, space);
          expect(await outcome(inSlices(text, bytes))).toEqual({
            value: JSON.parse(text) as unknown,
          });
        },
      ),
    );
  });

  test('is refused where JSON.parse refuses it, however it is broken', async () => {
    const letters = fc.constantFrom(
      ...['[', ']', '{', '}', '"', ',', ':', '\\', ' ', '0', '1', 'a', '\n'],
      '"a":',
      'null',
      '[1,2]',
      '\u00a0',
      'ä',
    );
    const broken = fc.array(letters, { maxLength: 30 }).map((parts) => parts.join(''));
    const framed = broken.chain((text) =>
      fc.constantFrom(`[${text}]`, `{${text}}`, `[1,${text}`, text),
    );
    await fc.assert(
      fc.asyncProperty(framed, sliceBytes, async (text, bytes) => {
        const [sliced, whole] = [inSlices(text, bytes), () => JSON.parse(text) as unknown];
        expect(await outcome(sliced)).toEqual(await outcome(whole));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a comma at the end', '[1,2,3,4,5,6,7,8,]'],
    ['two commas', '[1,2,3,,4,5,6,7,8]'],
    ['another bracket at the end', '[1,2,3,4,5,6,7,8}'],
    ['no end', '[1,2,3,4,5,6,7,8'],
    ['a string without end', '["1","2","3","4","5'],
    ['something behind its end', '[1,2,3,4,5,6,7,8] []'],
    ['a blank that JSON does not know', '[1,2,3,4,5,6,7,8]\u00a0'],
  ])('is refused with %s', async (_, text) => {
    await expect(parseJson(Buffer.from(text), 1)).rejects.toThrow(SyntaxError);
  });

  test('keeps a member named __proto__ a member and nothing else', async () => {
    const text = '{"a":1,"__proto__":{"polluted":true},"b":2,"a":3}';
    const parsed = await parseJson(Buffer.from(text), 1);
    expect(Object.entries(parsed as object)).toEqual(Object.entries(JSON.parse(text) as object));
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  test('is read as UTF-8, without its byte order mark, and else as Latin-1', async () => {
    const text = '["Müller","Čapek","山田"]';
    expect(await parseJson(Buffer.from(`\ufeff${text}`), 1)).toEqual(JSON.parse(text));
    expect(await parseJson(Buffer.from('["Müller","José"]', 'latin1'), 1)).toEqual([
      'Müller',
      'José',
    ]);
  });

  test('lets others have their turn, where it is large', async () => {
    const rows = Array.from({ length: 40_000 }, (_, at) => ({
      '00080018': { Value: [`1.2.${at}`] },
    }));
    const body = Buffer.from(JSON.stringify(rows));
    let turns = 0;
    let parsing = true;
    const count = () => {
      turns += 1;
      if (parsing) setImmediate(count);
    };
    setImmediate(count);
    expect(await parseJson(body, 20_000)).toEqual(rows);
    parsing = false;
    expect(turns).toBeGreaterThan(1);
  });

  test('is refused where it is nested deeper than any data set, before it is parsed', async () => {
    const deep = (levels: number) => `[1,${'['.repeat(levels)}${']'.repeat(levels)}]`;
    expect(await parseJson(Buffer.from(deep(900)), 8)).toEqual(JSON.parse(deep(900)));
    const parse = jest.spyOn(JSON, 'parse');
    await expect(parseJson(Buffer.from(deep(1_000_000)))).rejects.toThrow(SyntaxError);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });
});
