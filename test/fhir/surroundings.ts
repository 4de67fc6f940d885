import type {
  EndpointFacts,
  FhirRelease,
  RenderContext,
  Resource,
  SearchPage,
  ServerFacts,
} from '../../src/fhir/releases';
import { contentOf } from '../../src/study/content';
import { readablePatientIds, studyId } from '../../src/study/identity';
import type { Issuer } from '../../src/study/model';

/*
 * What a renderer is given besides studies: the context, a search's page, the gateway's facts.
 */

const WADO = 'http://127.0.0.1:8080/dicom-web/studies';

export const ENDPOINT: EndpointFacts = {
  id: 'archive',
  name: 'General Hospital <PACS>',
  address: 'http://127.0.0.1:8080/dicom-web',
};

/** A renderer's context as the gateway makes it, with one configured issuer. */
export function contextFor(baseUrl: string): RenderContext {
  return {
    baseUrl,
    wado: {
      study: (study) => `${WADO}/${study}`,
      series: (study, series) => `${WADO}/${study}/series/${series}`,
      instance: (study, series, instance) =>
        `${WADO}/${study}/series/${series}/instances/${instance}`,
    },
    endpoint: ENDPOINT,
    endpointAs: 'reference',
    lastUpdated: () => new Date('2024-05-06T07:08:09.010Z'),
    studyId,
    patientId: (patient) => readablePatientIds.encode(patient),
    identifierSystem,
    contentOf,
  };
}

function identifierSystem(issuer: Issuer | undefined): string | undefined {
  if (issuer?.universalIdType === 'ISO') return `urn:oid:${issuer.universalId ?? ''}`;
  return issuer?.name === 'HOSP' ? 'http://hospital.example.org/ids' : undefined;
}

/** A page with the links and the time of a search. */
export function pageOf(entries: SearchPage['entries'], total?: number): SearchPage {
  const self = 'http://127.0.0.1:8080/fhir/dstu1/ImagingStudy?subject=Patient/.1&_count=2';
  return {
    links: { self, first: self, previous: `${self}&-page=0`, next: `${self}&-page=2` },
    ...(total !== undefined && { total }),
    updated: new Date('2024-05-06T07:08:09.010Z'),
    title: 'Search results for ImagingStudy',
    entries,
  };
}

/** An outcome of two issues, one of them at a place. */
export function outcomeOf(release: FhirRelease): Resource {
  return release.outcome([
    {
      severity: 'error',
      issue: 'timeout',
      code: 'pacs-timeout',
      text: 'The archive did not answer within 20 s & was given up.',
    },
    {
      severity: 'warning',
      issue: 'not-supported',
      code: 'ignored-parameter',
      text: 'The parameter `size` was ignored.',
      location: ['size'],
    },
  ]);
}

/** The definition of the operation, as a sample by its name, where the release has one. */
export function operationOf(
  release: FhirRelease,
  baseUrl: string,
): (readonly [string, Resource])[] {
  const url = `${baseUrl}/OperationDefinition/explain`;
  const operation = release.operationDefinition?.('explain', url);
  return operation ? [['operation', operation]] : [];
}

export const facts: ServerFacts = {
  software: { name: 'dicomweb-fhir-gateway', version: '0.1.0' },
  publisher: 'General Hospital <IT>',
  date: '2024-05-06',
  baseUrl: 'http://127.0.0.1:8080/fhir/dstu1',
  cors: true,
  resources: [
    {
      type: 'ImagingStudy',
      interactions: ['read', 'search-type'],
      includes: ['ImagingStudy.subject'],
      parameters: [
        { name: 'date', type: 'date', documentation: 'When the study was' },
        {
          name: 'subject',
          type: 'reference',
          documentation: 'Who',
          target: ['Patient'],
          chain: ['identifier', 'name'],
        },
        { name: 'study', type: 'uri', documentation: 'Study Instance UID' },
      ],
    },
    { type: 'Patient', interactions: ['read'], includes: [], parameters: [] },
  ],
  operations: [
    {
      name: 'versions',
      definition: 'http://hl7.org/fhir/OperationDefinition/CapabilityStatement-versions',
    },
    {
      name: 'explain',
      on: 'ImagingStudy',
      definition: 'http://127.0.0.1:8080/fhir/OperationDefinition/explain',
    },
  ],
  compartments: ['Patient'],
};
