import { startDemoArchive } from '../../../src/demo/archive';
import { generateStudies } from '../../../src/demo/studies';
import { serve } from './serving';

/*
 * An archive in which everything is large: very many studies, and one with very many instances.
 */

const { BENCH_STUDIES = '10000', BENCH_INSTANCES = '20000' } = process.env;

async function main(): Promise<void> {
  // Generated studies are named by their number: the large one takes the place of the first.
  const large = generateStudies(1, Number(BENCH_INSTANCES), { seriesPerStudy: 20 });
  const others = generateStudies(Number(BENCH_STUDIES), 1).slice(1);
  const studies = [...large, ...others];
  const { url } = await startDemoArchive({ host: '127.0.0.1', port: 0, studies });
  serve(url);
}

void main();
