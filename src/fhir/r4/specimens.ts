import type { IssuedId, Series, Study } from '../../study/model';
import type { Members } from '../elements';
import type { RenderContext } from '../releases';
import { identifier } from '../shared/datatypes';

/** The specimens of a study: contained, and the references of a series to its own. */
export interface Specimens {
  readonly contained: readonly Members[];
  of(series: Series): Members[];
}

/**
 * Specimen Identifier (0040,0551) with its issuer (0040,0562), as contained Specimens (specimen.html of 4.0.1);
 * one that several series show is contained once.
 */
export function specimensOf(study: Study, subject: Members, context: RenderContext): Specimens {
  const ids = new Map<string, string>();
  const contained: Members[] = [];
  for (const specimen of (study.series ?? []).flatMap(({ specimens = [] }) => specimens)) {
    const key = JSON.stringify(specimen);
    if (ids.has(key)) continue;
    const id = `specimen-${ids.size + 1}`;
    ids.set(key, id);
    const own = identifier(specimen, {}, context);
    contained.push({ resourceType: 'Specimen', id, identifier: [own], subject });
  }
  const reference = (specimen: IssuedId): Members => ({
    reference: `#${ids.get(JSON.stringify(specimen)) ?? ''}`,
    display: specimen.value,
  });
  return { contained, of: ({ specimens = [] }) => specimens.map(reference) };
}
