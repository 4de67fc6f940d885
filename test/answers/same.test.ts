import { put, questionsOf } from '../releases/questions';
import { start, VERSIONS, type Got, type Running } from '../releases/support';

/* Every kind of answer in every release and format: out of memory it is the one that is made without a memory. */

const ENV = {
  PUBLIC_BASE_URL: 'https://gateway.test',
  PAGING_KEY: 'a-key-of-32-characters-or-more-!',
};

let keeping: Running;
let making: Running;
beforeAll(async () => {
  keeping = await start(ENV);
  making = await start({ ...ENV, CACHE_ANSWER_BYTES: '0' });
});
afterAll(async () => {
  await keeping.close();
  await making.close();
});

/** Headers that differ from one exchange to the next; a length does with the times in what is compressed. */
const PASSING = ['date', 'server-timing', 'x-request-id', 'content-length'];

/** All of an answer but what tells one exchange from another. */
const lasting = ({ status, headers, text }: Got) => ({
  status,
  headers: Array.from(headers).filter(([name]) => !PASSING.includes(name)),
  // A DSTU1 feed is named after its time, too.
  text: text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now').replace(/urn:uuid:[\da-f-]{36}/g, 'name'),
});

describe.each(VERSIONS)('%s', (release) => {
  test.each(
    questionsOf(release).flatMap((question) =>
      (['json', 'xml'] as const).map(
        (format) => [`${question.name} as ${format}`, question, format] as const,
      ),
    ),
  )('%s', async (_name, question, format) => {
    const made = await put(making, release, question, format);
    await put(keeping, release, question, format);
    const kept = await put(keeping, release, question, format);
    expect(lasting(kept)).toEqual(lasting(made));
  });
});

test('they come out of memory', async () => {
  const [question] = questionsOf('r4');
  if (question === undefined) throw new Error('there is a question');
  // What was kept above may be over by now.
  await put(keeping, 'r4', question, 'json');
  const { headers } = await put(keeping, 'r4', question, 'json');
  expect(headers.get('Server-Timing')).toMatch(/1 hits, 0 misses/);
});
