import { z } from 'zod';
import { ask, keepAliveAgent } from './ask';

/** What the bench retrieves: paths below a DICOMweb root. */
export interface Found {
  readonly study: string;
  readonly instances: number;
  /** An instance of the study with fewest instances: in the bench's own archive, the large one. */
  readonly instance: string;
}

/** Only attributes with plain values are looked at. */
const value = z.union([z.string(), z.number(), z.unknown().transform(() => '')]);
const row = z.record(z.string(), z.object({ Value: z.array(value).optional() }));
const agent = keepAliveAgent(false, 1);

/**
 * Looks through the gateway for the studies with most and with fewest instances among the first hundred.
 *
 * @param gateway its URL
 */
export async function findImages(gateway: string): Promise<Found> {
  const studies = await mostOf(gateway);
  const [most, fewest] = [studies[0], studies.at(-1)];
  if (most === undefined || fewest === undefined) throw new Error('the archive holds no study');
  const [first] = await rows(`${gateway}/dicom-web${fewest.path}/instances?limit=1`);
  const series = `${fewest.path}/series/${text(first, '0020000E')}`;
  const instance = `${series}/instances/${text(first, '00080018')}`;
  return { study: most.path, instances: most.instances, instance };
}

/** Studies of the archive, the one with most instances first. */
export async function mostOf(gateway: string): Promise<{ path: string; instances: number }[]> {
  const found = await rows(`${gateway}/dicom-web/studies?limit=100`);
  return found
    .map((one) => ({
      path: `/studies/${text(one, '0020000D')}`,
      instances: Number(text(one, '00201208')),
    }))
    .filter(({ instances }) => instances > 0)
    .sort((one, other) => other.instances - one.instances);
}

async function rows(url: string): Promise<z.output<typeof row>[]> {
  const { body } = await ask({ url: new URL(url), agent });
  return z.array(row).parse(JSON.parse(body.toString()));
}

function text(one: z.output<typeof row> | undefined, tag: string): string {
  return String(one?.[tag]?.Value?.[0] ?? '');
}
