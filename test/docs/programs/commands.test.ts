import { toolsFirst } from '../../deploy/programs/running';
import { startDemo, type Demo } from '../../gateway/demo';
import { blocksOf } from '../blocks';
import { makeClone, type Clone } from '../shell';

/* The commands of the documents that need the tools of `test/deploy/programs/tools`. */

let gateway: Demo;
let clone: Clone;

jest.setTimeout(60_000);

beforeAll(async () => {
  gateway = await startDemo();
  clone = makeClone(gateway.url);
});
afterAll(async () => {
  clone.remove();
  await gateway.close();
});

test.each(blocksOf('run: tools').map((block) => [block.at, block] as const))(
  '%s does what it says',
  async (_, { text }) => {
    expect(await clone.run(text, toolsFirst())).toBe('');
  },
);
