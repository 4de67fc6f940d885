import { startFakeArchive, holding, held, type FakeArchive } from './fakeArchive';
import { startGateway, uidsOf, type Running } from './running';

let archive: FakeArchive;
let running: Running;

beforeEach(async () => {
  archive = await startFakeArchive(holding([held('1.2.3')]));
  running = await startGateway(archive.url);
});
afterEach(async () => {
  await running.close();
  await archive.close();
});

test('a search finds', async () => {
  const got = await running.get('ImagingStudy');
  expect(uidsOf(got)).toEqual(['1.2.3']);
  console.log(archive.seen.map((s) => s.path + '?' + s.rawQuery), running.log);
});
