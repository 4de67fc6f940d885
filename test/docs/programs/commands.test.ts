import { startDemoArchive, type DemoArchive } from '../../../src/demo/archive';
import { toolsFirst } from '../../deploy/programs/running';
import { startGateway, type Running } from '../../gateway/running';
import { blocksOf } from '../blocks';
import { makeClone, type Clone } from '../shell';

/* The commands of the documents that need the tools of `test/deploy/programs/tools`. */

let archive: DemoArchive;
let gateway: Running;
let clone: Clone;

jest.setTimeout(60_000);

beforeAll(async () => {
  archive = await startDemoArchive({ host: '127.0.0.1', port: 0 });
  gateway = await startGateway(archive.url);
  clone = makeClone(gateway.url);
});
afterAll(async () => {
  clone.remove();
  await gateway.close();
  await archive.close();
});

test.each(blocksOf('run: tools').map((block) => [block.at, block] as const))(
  '%s does what it says',
  async (_, { text }) => {
    expect(await clone.run(text, toolsFirst())).toBe('');
  },
);
