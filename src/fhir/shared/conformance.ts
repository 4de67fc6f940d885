import type { Members } from '../elements';
import { narrative, paragraph, title } from '../narrative';
import type { ServerFacts } from '../releases';

/** What the gateway is, for people, in every release's conformance statement. */
export const DESCRIPTION =
  'ImagingStudy, with WADO-RS URLs, answered live from a PACS that speaks DICOMweb; read-only';

/** The text of a conformance statement. */
export function conformanceNarrative(facts: ServerFacts): Members {
  return narrative([title(facts.software.name), paragraph(DESCRIPTION)]);
}
