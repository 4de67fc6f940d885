/**
 * Coding Scheme Designators (PS3.16 Table 8-1) and the URIs by which FHIR calls the same code systems, as
 * far as every release calls them alike. DICOM's own system (DCM) changed its URI; releases bring it.
 */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['SCT', 'http://snomed.info/sct'],
  ['SRT', 'http://snomed.info/srt'],
  ['99SDM', 'http://snomed.info/srt'],
  ['LN', 'http://loinc.org'],
  ['UCUM', 'http://unitsofmeasure.org'],
  ['RADLEX', 'http://radlex.org'],
  ['I9C', 'http://hl7.org/fhir/sid/icd-9-cm'],
  ['I10', 'http://hl7.org/fhir/sid/icd-10'],
  ['C4', 'http://www.ama-assn.org/go/cpt'],
  ['CPT4', 'http://www.ama-assn.org/go/cpt'],
  ['FMA', 'urn:oid:2.16.840.1.113883.6.119'],
  ['MDC', 'urn:iso:std:iso:11073:10101'],
  ['UMLS', 'urn:oid:2.16.840.1.113883.6.86'],
]);

/** SNOMED CT, the system of the concepts of PS3.16 Annex L. */
export const SNOMED_CT = 'http://snomed.info/sct';

/**
 * The URI of a coding scheme. Private designators (`99…`) have none: the same designator means another
 * list in another hospital, so a URI made from it would say two codes are the same that are not.
 *
 * @param dcm the URI by which the release calls DICOM's own code system
 */
export function codingSystem(scheme: string | undefined, dcm: string): string | undefined {
  const designator = scheme?.trim().toUpperCase();
  if (designator === undefined) return undefined;
  return designator === 'DCM' ? dcm : SYSTEMS.get(designator);
}
