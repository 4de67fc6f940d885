import { lab } from './support/archive';
import { searchAll, searchUrl, uidOf, asJson, type Found } from './support/fhir';
import { startGateway, type Running } from '../gateway/running';
import { inParallel } from './support/parallel';
import { nameOfStudy, questionsOf, type Question } from './support/questions';
import { readTruth, type TrueStudy } from './support/truth';

/*
 * Every study of a real archive is found by every parameter that should find it, and by none that should not.
 */

const PARAMETERS = Object.keys(questionsOf([]));

let gateway: Running;
let studies: readonly TrueStudy[];

beforeAll(async () => {
  const { orthanc } = lab();
  gateway = await startGateway(`${orthanc}/dicom-web`);
  studies = await readTruth(orthanc);
}, 60_000);

afterAll(() => gateway.close());

function namesOf({ entries }: Found): string[] {
  return entries
    .map(
      ({ resource }) => `${String(uidOf(resource))} ${String(asJson(resource.subject).reference)}`,
    )
    .sort();
}

async function check(question: Question): Promise<string[]> {
  const parameters = [...question.parameters, ['_summary', 'true'], ['_count', '100']] as const;
  const url = searchUrl(`${gateway.fhir}/ImagingStudy`, parameters);
  const expected = studies
    .filter((study) => question.finds(study))
    .map(nameOfStudy)
    .sort();
  try {
    const found = await searchAll(url);
    const names = namesOf(found);
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
      const failures = (await inParallel(questions, check)).flat();
      process.stdout.write(`${parameter}: ${questions.length} questions\n`);
      expect(failures).toEqual([]);
    },
    120_000,
  );
});
