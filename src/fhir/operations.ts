/** The operations that this gateway defines, by their names without `$`. */
export const OPERATIONS = {
  explain: {
    on: 'ImagingStudy',
    meaning:
      'Searches as GET ImagingStudy does, past the cache, and tells in an OperationOutcome what was asked of the ' +
      'archive, what was checked on its rows, and what was ignored. It takes the search parameters.',
    returns: 'OperationOutcome',
  },
} as const;

/** The name of an operation that this gateway defines. */
export type OperationName = keyof typeof OPERATIONS;

/** HL7's `$versions` (R4 capabilitystatement-operation-versions.html). */
export const VERSIONS_DEFINITION =
  'http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions';
