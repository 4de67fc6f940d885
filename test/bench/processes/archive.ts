import { startDemoArchive } from '../../../src/demo/archive';
import { generateStudies } from '../../../src/demo/studies';
import { serve } from './serving';

/*
 * The bench's own archive: more studies than a window of the gateway holds, so that its pages are those of a
 * large archive, and one study as large as a long CT.
 */

const STUDIES = 260;
const INSTANCES = 60;
const SERIES = 3;
const LARGE = { instances: 2000, series: 10 };

async function main(): Promise<void> {
  // Generated studies are named by their number: the large one takes the place of the first.
  const large = generateStudies(1, LARGE.instances, { seriesPerStudy: LARGE.series });
  const others = generateStudies(STUDIES, INSTANCES, { seriesPerStudy: SERIES }).slice(1);
  const studies = [...large, ...others];
  const { url } = await startDemoArchive({ host: '127.0.0.1', port: 0, studies });
  serve(url);
}

void main();
