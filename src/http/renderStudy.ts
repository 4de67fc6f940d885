import type { FhirRelease, RenderContext, Resource } from '../fhir/releases';
import { seriesInstanceCount, type Instance, type Series, type Study } from '../study/model';
import type { Turn } from '../study/turns';

/** Instances that are rendered at one go: some milliseconds. */
const AT_ONCE = 500;

type Member = Readonly<Record<string, unknown>>;

/**
 * A study in a release, rendered in turns. A renderer makes all of a resource at one go, which for thousands of
 * instances would hold everybody up. So a large study is rendered with the first instances of each series, then each
 * further stretch of them by itself, and the instances are put together. That changes nothing: what is told of an
 * instance is told of it alone, and what is told of the study and of a series takes their counts, which stay.
 */
export async function renderStudy(
  release: FhirRelease,
  study: Study,
  context: RenderContext,
  turn: Turn,
): Promise<Resource> {
  await turn.over();
  const all = study.series ?? [];
  const first = Math.ceil(AT_ONCE / Math.max(1, all.length));
  if (all.every(({ instances }) => instances.length <= first)) {
    return release.imagingStudy(study, context);
  }
  const render = (series: readonly Series[]) => release.imagingStudy({ ...study, series }, context);
  const resource = render(all.map((series) => withInstances(series, 0, first)));
  const series = seriesOf(resource);
  // DSTU1 shows no series without instances, because each must have one.
  const shown = series.length < all.length ? all.filter(hasInstances) : all;
  const whole: Member[] = [];
  for (const [index, rendered] of series.entries()) {
    const instance = [...instancesOf(rendered)];
    const of = shown[index];
    for (let at = first; of !== undefined && at < of.instances.length; at += AT_ONCE) {
      await turn.over();
      const [part] = seriesOf(render([withInstances(of, at, at + AT_ONCE)]));
      for (const each of instancesOf(part)) instance.push(each);
    }
    whole.push(instance.length > 0 ? { ...rendered, instance } : rendered);
  }
  return { ...resource, series: whole };
}

/** A series with some of its instances, and the count of all of them. */
function withInstances(series: Series, from: number, to: number): Series {
  const instances: readonly Instance[] = series.instances.slice(from, to);
  return { ...series, instances, numberOfInstances: seriesInstanceCount(series) };
}

function hasInstances({ instances }: Series): boolean {
  return instances.length > 0;
}

function seriesOf({ series }: Resource): readonly Member[] {
  return listOf(series);
}

function instancesOf(series: Member | undefined): readonly Member[] {
  return listOf(series?.instance);
}

function listOf(value: unknown): readonly Member[] {
  return Array.isArray(value) ? (value as readonly Member[]) : [];
}
