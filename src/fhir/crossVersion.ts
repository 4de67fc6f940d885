import type { Members } from './elements';

/**
 * An element of another release, in a release that has none for the value (R4 versioning.html, "Extensions for
 * converting between versions"). The URL tells the release and the element, so a client needs no definition of ours.
 *
 * @param release publication and major of the release that has the element, for example `5.0`
 * @param path the element there, for example `ImagingStudy.series.laterality`
 * @param value the value as `{ valueX: … }`
 */
export function elementOf(release: '3.0' | '4.0' | '5.0', path: string, value: Members): Members {
  return { url: `http://hl7.org/fhir/${release}/StructureDefinition/extension-${path}`, ...value };
}
