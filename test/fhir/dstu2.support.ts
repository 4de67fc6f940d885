import { EXTENSIONS, type ExtensionName } from '../../src/fhir/extensions';
import type { FhirRelease, RenderContext, Resource } from '../../src/fhir/releases';
import { rich, STUDIES } from './studies';
import { contextFor, ENDPOINT, facts, pageOf } from './surroundings';

/*
 * What the tests of DSTU2 and STU3 have in common.
 */

/** A renderer's context for a release. */
export function contextOf(release: FhirRelease): RenderContext {
  return contextFor(`http://127.0.0.1:8080/fhir/${release.name}`);
}

/** One resource of every kind that a release makes, by the name of its golden files. */
export function samplesOf(release: FhirRelease): (readonly [string, Resource])[] {
  const context = contextOf(release);
  const { baseUrl } = context;
  const studies = Object.entries(STUDIES).map(
    ([name, study]) => [`study-${name}`, release.imagingStudy(study, context)] as const,
  );
  const page = pageOf(entriesOf(release, studies.slice(0, 2), context), 2);
  return [
    ...studies,
    ['patient-rich', release.patient(rich.patient, context)],
    ['patient-scripts', release.patient(STUDIES.scripts.patient, context)],
    ['patient-unknown', release.patient(STUDIES.bare.patient, context)],
    ...(release.endpoint ? [['endpoint', release.endpoint(ENDPOINT)] as const] : []),
    ['outcome', outcomeOf(release)],
    ['searchset', release.searchset(page, context)],
    ['searchset-empty', release.searchset(pageOf([]), context)],
    ['conformance', release.conformance({ ...facts, baseUrl })],
    ...operationOf(release, baseUrl),
    ...definitionsOf(release),
  ];
}

function operationOf(release: FhirRelease, baseUrl: string): (readonly [string, Resource])[] {
  const url = `${baseUrl}/OperationDefinition/explain`;
  const operation = release.operationDefinition?.('explain', url);
  return operation ? [['operation', operation]] : [];
}

/** Those samples that have a golden file: one definition is like another. */
export function goldenSamplesOf(release: FhirRelease): (readonly [string, Resource])[] {
  const kept = ['definition-other-name', 'definition-requester', 'definition-coding-scheme'];
  return samplesOf(release).filter(
    ([name]) => !name.startsWith('definition-') || kept.includes(name),
  );
}

/** Whether a text is the name of an extension. */
function isExtensionName(name: string): name is ExtensionName {
  return name in EXTENSIONS;
}

function definitionsOf(release: FhirRelease): (readonly [string, Resource])[] {
  return Object.keys(EXTENSIONS)
    .filter(isExtensionName)
    .flatMap((name) => {
      const definition = release.structureDefinition?.(name);
      return definition ? [[`definition-${name}`, definition] as const] : [];
    });
}

function outcomeOf(release: FhirRelease): Resource {
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

function entriesOf(
  release: FhirRelease,
  studies: readonly (readonly [string, Resource])[],
  context: RenderContext,
): Parameters<typeof pageOf>[0] {
  const { baseUrl } = context;
  return [
    ...studies.map(([name, resource]) => ({
      resource,
      fullUrl: `${baseUrl}/ImagingStudy/${name}`,
      title: name,
      mode: 'match' as const,
    })),
    {
      resource: release.patient(rich.patient, context),
      fullUrl: `${baseUrl}/Patient/1`,
      title: 'Patient <1>',
      mode: 'include' as const,
    },
    {
      resource: outcomeOf(release),
      fullUrl: 'urn:uuid:50ea3e5e-b6a7-4f55-956c-caef491bbc08',
      title: 'Warnings',
      mode: 'outcome' as const,
    },
  ];
}

/** The ids of the contained resources of a resource. */
export function containedIds(resource: Resource): Set<unknown> {
  const contained: unknown = resource.contained ?? [];
  if (!Array.isArray(contained)) throw new Error('contained is no array');
  return new Set(contained.map(idOf));
}

/** The ids that references within a resource lead to, wherever they stand. */
export function localReferences(resource: Resource): Set<unknown> {
  const references = JSON.stringify(resource).matchAll(/"reference":"#([^"]*)"/g);
  return new Set(Array.from(references, (match) => match[1]));
}

function idOf(resource: unknown): unknown {
  return typeof resource === 'object' && resource !== null && 'id' in resource && resource.id;
}
