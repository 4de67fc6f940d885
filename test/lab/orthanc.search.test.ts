import { lab } from './support/archive';
import { searchAll, searchUrl, uidOf, asJson, type Entry } from './support/fhir';
import { startGateway, type Running } from '../gateway/running';
import { inParallel } from './support/parallel';
import { nameOfStudy, questionsOf, type Question } from './support/questions';
import { readTruth, type TrueStudy } from './support/truth';

/*
 * Every study of a real archive is found by every parameter that should find it, and by none that should not.
 */

/** Of so many questions one is asked a few rows at a time, too. */
const EACH = 10;
const PARAMETERS = Object.keys(questionsOf([]));

/** The gateway as it comes, and one that reads far fewer rows at once than the archive holds. */
let gateway: Running;
let narrow: Running;
let studies: readonly TrueStudy[];

beforeAll(async () => {
  const { orthanc } = lab();
  gateway = await startGateway(`${orthanc}/dicom-web`);
  narrow = await startGateway(`${orthanc}/dicom-web`, { SEARCH_WINDOW_ROWS: '20' });
  studies = await readTruth(orthanc);
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await narrow.close();
});

function nameOfEntry({ resource }: Entry): string {
  return `${String(uidOf(resource))} ${String(asJson(resource.subject).reference)}`;
}

async function check(
  question: Question,
  { fhir }: Running,
  count: string,
  nameOf?: (entry: Entry) => string,
): Promise<string[]> {
  const parameters = [...question.parameters, ['_summary', 'true'], ['_count', count]] as const;
  const url = searchUrl(`${fhir}/ImagingStudy`, parameters);
  const expected = studies
    .filter((study) => question.finds(study))
    .map(nameOfStudy)
    .sort();
  try {
    const found = await searchAll(url, nameOf);
    const names = found.entries.map(nameOfEntry);
    const missed = expected.filter((name) => !names.includes(name));
    const wrong = names.filter((name) => !expected.includes(name));
    const totals = found.totals.filter((total) => total !== expected.length);
    const bad = missed.length + wrong.length + totals.length > 0;
    return bad ? [JSON.stringify({ asked: question.parameters, missed, wrong, totals })] : [];
  } catch (error) {
    return [`${JSON.stringify(question.parameters)}: ${String(error).slice(0, 600)}`];
  }
}

describe('a search of a real Orthanc finds the studies that the parameter asks for and no others', () => {
  it.each(PARAMETERS)(
    '%s',
    async (parameter) => {
      const questions = questionsOf(studies)[parameter] ?? [];
      const checkWhole = (question: Question) => check(question, gateway, '100');
      const failures = (await inParallel(questions, checkWhole)).flat();
      process.stdout.write(`${parameter}: ${questions.length} questions\n`);
      expect(failures).toEqual([]);
    },
    120_000,
  );

  it.each(PARAMETERS)(
    '%s, a few rows at a time',
    async (parameter) => {
      const questions = (questionsOf(studies)[parameter] ?? []).filter((_, at) => at % EACH === 0);
      // Of rows in two stretches nobody knows that their patients share a UID: they have one id.
      const checkNarrow = (question: Question) => check(question, narrow, '15', nameOfEntry);
      expect((await inParallel(questions, checkNarrow)).flat()).toEqual([]);
    },
    120_000,
  );
});
